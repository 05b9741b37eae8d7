"""HTTP face of the shops: token, GraphQL with cost, bulk downloads.

Source: shopify.dev/docs/api/admin-graphql and /docs/api/usage/response-codes, read 2026-11.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.serve.consent import ConsentDesk
from include.sandbox.serve.logins import TokenChain
from include.sandbox.vendors.shopify.bulk import BulkOperations
from include.sandbox.vendors.shopify.cost import MAX_QUERY_COST, Bucket, actual_cost, requested_cost
from include.sandbox.vendors.shopify.schema import build_schema
from include.sandbox.vendors.shopify.shop import Shop, build_resolvers

VERSION = "2026-07"
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
SCOPES = "read_all_orders,read_customers,read_inventory,read_locations,read_orders,read_products"
DAY_S = 86_399
LIMITS_DOC = "https://shopify.dev/api/usage/rate-limits"


@dataclass(slots=True)
class Apps:
    """Apps installed in a shop: one of the admin with a lasting token, one of the Dev Dashboard."""

    access_token: str
    client_id: str
    client_secret: str
    tokens: TokenChain

    def accept(self, token: str) -> bool:
        """The lasting token, or one given for id and secret."""
        return token == self.access_token or self.tokens.accepts(token)


@dataclass(slots=True)
class Store:
    """One shop on the host: how to get it, who may ask and its bucket."""

    get_shop: Callable[[], Shop]
    apps: Apps
    bulk: BulkOperations
    desk: ConsentDesk
    bucket: Bucket = field(default_factory=Bucket)


@dataclass(slots=True)
class Context:
    """What resolvers see."""

    shop: Shop
    bulk: BulkOperations
    warnings: list[dict[str, Any]] = field(default_factory=list)


CONSENTED = "read_orders,read_customers,read_products,read_inventory,read_locations"


def _build_desk(shop: str, apps: Apps) -> ConsentDesk:
    """Comes back with the shop's name, the time, and the app's HMAC of both."""

    def sign(account: str, callback: Mapping[str, str]) -> Mapping[str, str]:
        said = {**callback, "shop": account, "timestamp": str(int(time.time()))}
        text = "&".join(f"{name}={said[name]}" for name in sorted(said))
        digest = hmac.new(apps.client_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return {**said, "hmac": digest}

    return ConsentDesk(apps.client_id, (f"{shop}.myshopify.com",), sign)


class ShopifyApi:
    """All shops behind one host: `/<shop>/admin/api/2026-07/graphql.json`."""

    def __init__(self, shops: Mapping[str, tuple[Callable[[], Shop], Apps]]) -> None:
        self.schema = build_schema(build_resolvers())
        self.stores = {
            name: Store(get_shop, apps, BulkOperations(self.schema, name), _build_desk(name, apps))
            for name, (get_shop, apps) in shops.items()
        }
        self._requests = count(1)

    def routes(self) -> list[Route]:
        return [
            Route("/{shop}/admin/api/{version}/graphql.json", self._graphql, methods=["POST"]),
            Route("/{shop}/admin/oauth/authorize", self._ask),
            Route("/{shop}/admin/oauth/access_token", self._token, methods=["POST"]),
            Route("/{shop}/bulk/{number:int}.jsonl", self._download),
        ]

    def _respond(self, body: Any, status: int = 200) -> Response:
        headers = {
            "X-Shopify-API-Version": VERSION,
            "X-Request-ID": f"5a0d0000-0000-4000-8000-{next(self._requests):012d}",
        }
        return JSONResponse(body, status, headers)

    def _ask(self, request: Request) -> Response:
        store = self.stores.get(request.path_params["shop"])
        return (
            self._respond({"errors": "Not Found"}, 404) if not store else store.desk.page(request)
        )

    async def _token(self, request: Request) -> Response:
        """A token for a code, its refresh token, or the client's own credentials."""
        store = self.stores.get(request.path_params["shop"])
        is_json = "json" in request.headers.get("content-type", "")
        form: Mapping[str, Any] = await request.json() if is_json else await request.form()
        if store is None or form.get("client_id") != store.apps.client_id:
            return self._respond({"error": "application_cannot_be_found"}, 400)
        if form.get("client_secret") != store.apps.client_secret:
            return self._respond({"error": "invalid_client"}, 400)
        if form.get("code") or form.get("refresh_token"):
            return self._renew(store, form)
        if form.get("grant_type") != "client_credentials":
            return self._respond({"error": "unsupported_grant_type"}, 400)
        return self._respond(
            {"access_token": store.apps.tokens.access_token(), "scope": SCOPES, "expires_in": DAY_S}
        )

    def _renew(self, store: Store, form: Mapping[str, Any]) -> Response:
        """Tokens that end after an hour, which a code gives only to who asks for such."""
        tokens, code = store.apps.tokens, form.get("code")
        if code:
            pair = tokens.begin() if store.desk.redeem(form) else None
        else:
            pair = tokens.renew(str(form["refresh_token"]))
        if pair is None or (code and form.get("expiring") != "1"):
            return self._respond({"error": "invalid_request"}, 400)
        return self._respond({
            "access_token": pair[0], "scope": CONSENTED, "expires_in": 3_600,
            "refresh_token": pair[1], "refresh_token_expires_in": 7_776_000,
        })  # fmt: skip

    async def _graphql(self, request: Request) -> Response:
        store = self.stores.get(request.path_params["shop"])
        if store is None:
            return self._respond({"errors": "Not Found"}, 404)
        if not store.apps.accept(request.headers.get("x-shopify-access-token", "")):
            return self._respond({"errors": BAD_TOKEN}, 401)
        try:
            body = json.loads(await request.body())
            query = body["query"]
        except (ValueError, KeyError, TypeError):
            return self._respond(
                {"errors": {"query": "Required parameter missing or invalid"}}, 400
            )
        store.bulk.base_url = f"{request.url.scheme}://{request.headers['host']}"
        # In a worker thread: a bulk query reads the whole shop, others must not wait for it.
        answer = await run_in_threadpool(
            self.answer, store, query, body.get("variables") or {}, body.get("operationName")
        )
        return self._respond(answer)

    def answer(
        self, store: Store, query: str, variables: dict[str, Any], name: str | None = None
    ) -> dict[str, Any]:
        """One GraphQL answer with cost; THROTTLED and MAX_COST_EXCEEDED come as HTTP 200."""
        try:
            document = parse(query)
        except GraphQLError as error:
            return {"errors": [error.formatted]}
        errors = validate(self.schema, document)
        if errors:
            return {"errors": [error.formatted for error in errors]}
        operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        operation = next(
            (node for node in operations if node.name and node.name.value == name), operations[0]
        )
        fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        is_query = operation.operation is OperationType.QUERY
        root = self.schema.query_type if is_query else self.schema.mutation_type
        asked = requested_cost(self.schema, root, operation.selection_set, fragments, variables)
        asked = max(asked, 1) if is_query else 10
        refusal = _refuse(store.bucket, asked)
        if refusal:
            return refusal
        context = Context(store.get_shop(), store.bulk)
        result = execute_sync(
            self.schema,
            document,
            context_value=context,
            variable_values=variables,
            operation_name=name,
        )
        actual = max(actual_cost(result.data), 1) if is_query else 10
        store.bucket.level -= min(actual, asked)
        answer: dict[str, Any] = dict(result.formatted)
        answer["extensions"] = {
            "cost": {
                "requestedQueryCost": asked,
                "actualQueryCost": min(actual, asked),
                "throttleStatus": store.bucket.status(),
            }
        }
        if context.warnings:
            answer["extensions"]["search"] = context.warnings
        return answer

    async def _download(self, request: Request) -> Response:
        """The result file; no token, the URL itself is the secret."""
        store = self.stores.get(request.path_params["shop"])
        body = store.bulk.files.get(request.path_params["number"]) if store else None
        if body is None or request.query_params.get("signature") != "sandbox":
            return Response(
                "<Error><Code>NoSuchKey</Code></Error>", 404, media_type="application/xml"
            )
        return Response(body, media_type="application/jsonl")


def _refuse(bucket: Bucket, asked: int) -> dict[str, Any] | None:
    """The answer when the query costs too much, for one query or for now."""
    status = bucket.status()
    cost = {"requestedQueryCost": asked, "actualQueryCost": None, "throttleStatus": status}
    if asked > MAX_QUERY_COST:
        limit = f"the single query max cost limit ({MAX_QUERY_COST})"
        text = f"Query cost is {asked}, which exceeds {limit}."
        code = {
            "code": "MAX_COST_EXCEEDED",
            "cost": asked,
            "maxCost": MAX_QUERY_COST,
            "documentation": LIMITS_DOC,
        }
        return {"errors": [{"message": text, "extensions": code}], "extensions": {"cost": cost}}
    if asked > status["currentlyAvailable"]:
        code = {"code": "THROTTLED", "documentation": LIMITS_DOC}
        return {
            "errors": [{"message": "Throttled", "extensions": code}],
            "extensions": {"cost": cost},
        }
    return None
