"""HTTP face of the Square seller: authentication, version header, routes.

Source: Square OpenAPI 2025-08-20, paths and security; error envelope of docs "Handling Errors".
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.vendors.square import lists
from include.sandbox.vendors.square.money import Json
from include.sandbox.vendors.square.search import SquareError
from include.sandbox.vendors.square.seller import SquareSeller

View: TypeAlias = Callable[[SquareSeller, Json], Json]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
VERSION = "2025-08-20"
# path -> (table, key of one object)
SINGLE = {
    "locations/{id}": ("locations", "location"),
    "payments/{id}": ("payments", "payment"),
    "refunds/{id}": ("refunds", "refund"),
    "orders/{id}": ("orders", "order"),
    "customers/{id}": ("customers", "customer"),
    "catalog/object/{id}": ("catalog", "object"),
}


class SquareApi:
    """All sellers behind one host, told apart by token.

    Attributes:
        sellers: access token -> function giving the seller as it is now.
    """

    def __init__(self, sellers: Mapping[str, Callable[[], SquareSeller]]) -> None:
        self.sellers = sellers

    def routes(self) -> list[Route]:
        listed: dict[str, View] = {
            "payments": lists.list_payments,
            "refunds": lists.list_refunds,
            "disputes": lists.list_disputes,
            "payouts": lists.list_payouts,
            "payouts/{id}/payout-entries": lists.list_payout_entries,
        }
        posted: dict[str, View] = {
            "orders/search": lists.search_orders,
            "customers/search": lists.search_customers,
            "catalog/search": lists.search_catalog,
            "inventory/counts/batch-retrieve": lists.retrieve_counts,
        }
        found = [Route("/v2/locations", self._answer(_list_locations), methods=["GET"])]
        for path, view in listed.items():
            found.append(Route(f"/v2/{path}", self._answer(view), methods=["GET"]))
        for path, view in posted.items():
            found.append(Route(f"/v2/{path}", self._answer(view), methods=["POST"]))
        for path, (table, key) in SINGLE.items():
            found.append(Route(f"/v2/{path}", self._answer(_get(table, key)), methods=["GET"]))
        methods = ["GET", "POST", "PUT", "DELETE"]
        return [*found, Route("/{rest:path}", self._answer(_unknown), methods=methods)]

    def _answer(self, view: View) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                seller = self._authenticate(request)
                _check_version(request)
                body, status = view(seller, await _read(request)), 200
            except SquareError as error:
                body, status = error.body, error.status
            return JSONResponse(body, status, {"Square-Version": VERSION})

        return endpoint

    def _authenticate(self, request: Request) -> SquareSeller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in self.sellers:
            raise SquareError(
                401,
                "UNAUTHORIZED",
                "This request could not be authorized.",
                category="AUTHENTICATION_ERROR",
            )
        return self.sellers[token]()


def _check_version(request: Request) -> None:
    version = request.headers.get("square-version")
    if version is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", version):
        detail = "The Square-Version header must be YYYY-MM-DD."
        raise SquareError(400, "INVALID_SQUARE_VERSION_FORMAT", detail)


async def _read(request: Request) -> Json:
    """Query of a GET, JSON body of a POST; path parameters win."""
    if request.method == "GET":
        return {**request.query_params, **request.path_params}
    try:
        body: Any = json.loads(await request.body() or b"{}")
    except ValueError:
        raise SquareError(400, "EXPECTED_JSON_BODY", "Expected a JSON body.") from None
    if not isinstance(body, dict):
        raise SquareError(400, "EXPECTED_OBJECT", "Expected an object.")
    return body


def _list_locations(seller: SquareSeller, query: Json) -> Json:
    return {"locations": seller.tables["locations"]}


def _get(table: str, key: str) -> View:
    def view(seller: SquareSeller, query: Json) -> Json:
        for row in seller.tables[table]:
            if row["id"] == query["id"]:
                return {key: row}
        raise SquareError(404, "NOT_FOUND", f"Resource `{query['id']}` not found.")

    return view


def _unknown(seller: SquareSeller, query: Json) -> Json:
    raise SquareError(404, "NOT_FOUND", "Resource not found.")
