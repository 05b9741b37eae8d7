"""What every connector sends, held against what its vendor publishes.

The requests are those of full reads from the sandbox. Vendors without a machine-readable document
(CallRail) and feeds of files are left out.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import graphql
import pytest

from include.config.connector_spec import Stream
from include.connectors.shopify import queries
from include.core.streams import Window
from tests.connectors import spec_vendors
from tests.connectors.connector_reads import API_CASES, CONNECTORS, FEEDS, NOW, START, Reads
from tests.connectors.request_recorder import Sent
from tests.connectors.spec_openapi import OpenApi
from tests.connectors.spec_stripe import load_stripe_spec
from tests.connectors.vendor_specs import (
    NO_SPECS,
    list_specs,
    load_json_spec,
    load_spec,
    specs_folder,
)

if specs_folder() is None:
    pytest.skip(NO_SPECS, allow_module_level=True)

SHOPIFY, STRIPE = CONNECTORS["shopify"], CONNECTORS["stripe"]
WINDOW = Window(START, NOW)
# Describes files, or answers only.
NO_REQUESTS = {"coresignal.company_multi_source.mapping.json", "stripe.fixtures.json",
               "erpnext.mariadb.sql"}  # fmt: skip
# Its document says only that there is a body; the fields are in a guide for people.
BODY_UNDESCRIBED = {"/contacts/search"}
# Whose document names the scopes of its operations; Stripe's names none.
NAMES_SCOPES = {"attio", "gohighlevel", "square"}
Check = Callable[[Sent], Iterable[str]]


def _build_check(connector: str) -> Check | None:
    """How to check this connector's requests; None where its vendor publishes nothing."""
    named = [name for name in list_specs() if name.startswith(f"{connector}.")]
    [name] = sorted(set(named) - NO_REQUESTS) or [None]
    if name is None:
        return None
    if name == "stripe.openapi.json":
        return OpenApi(load_stripe_spec()).faults
    if name.endswith(".openapi.json"):
        return OpenApi(load_json_spec(name)).faults
    faults: Callable[[Any, Sent], Iterable[str]] = getattr(spec_vendors, connector)
    if name.endswith(".graphql"):
        schema = graphql.build_schema(load_spec(name))
        return lambda sent: faults(schema, sent)
    spec = load_json_spec(name)
    return lambda sent: faults(spec, sent)


@pytest.mark.parametrize("name", API_CASES)
def test_every_request_is_one_the_vendor_describes(reads: Reads, name: str) -> None:
    """Path, parameters, headers and body; an unknown parameter is ignored by vendors in silence."""
    connector = FEEDS[name].connector.connector
    check = _build_check(connector)
    if check is None:
        assert connector not in {spec.partition(".")[0] for spec in list_specs()}
        return
    sent = [one for one in reads.requests(name) if not _is_googles_login(one)]
    assert len(sent) >= len(reads.streams(name))
    found = {f"{fault} in {one.told()}" for one in sent for fault in check(one)}
    assert not found, "\n".join(sorted(found)[:20])


@pytest.mark.parametrize("name", API_CASES)
def test_a_request_that_is_wrong_is_found_out(reads: Reads, name: str) -> None:
    """A check that takes everything would pass, too."""
    check = _build_check(FEEDS[name].connector.connector)
    if check is None:
        return
    spoilt = 0
    for sent in {one.path: one for one in reads.requests(name) if not one.is_login}.values():
        if sent.path.startswith("/bulk/"):
            continue
        wrong = [
            replace(sent, path=f"{sent.path}/wrong/way"),
            replace(sent, query=(*sent.query, ("sandbox_wrong", "1"))),
            replace(sent, method="PUT"),
        ]
        if sent.raw and sent.path not in BODY_UNDESCRIBED:
            body = {**sent.body, "sandbox_wrong": 1}
            wrong.append(replace(sent, raw=json.dumps(body)))
        for one in wrong:
            assert list(check(one)), one.told()
            spoilt += 1
    assert spoilt > 3


def _is_googles_login(sent: Sent) -> bool:
    """Logins are described by RFC 6749; only GoHighLevel's document has its own."""
    return sent.is_login and not sent.path.startswith("/oauth/token")


def test_every_spec_is_used() -> None:
    """A document nobody reads proves nothing."""
    described = {name.partition(".")[0] for name in set(list_specs()) - NO_REQUESTS}
    tested = {FEEDS[name].connector.connector for name in API_CASES}
    assert described <= tested
    assert len(described) >= 10


@pytest.mark.parametrize("name", API_CASES)
def test_the_named_rights_are_those_the_vendor_asks_for(reads: Reads, name: str) -> None:
    """README and errors once named a scope that opened everything but the list in question."""
    connector = FEEDS[name].connector
    spec = f"{connector.connector}.openapi.json"
    if spec not in list_specs():
        return
    api = OpenApi(load_stripe_spec() if "stripe" in spec else load_json_spec(spec))
    told = set()
    for stream in reads.streams(name):
        rights = set((connector.right_for(stream) or "").split())
        own = [one for one in reads.requests(name, stream) if not one.is_login]
        assert own, f"{stream}: no request, so nothing was looked at"
        needed = set().union(*(api.scopes(one) for one in own))
        assert needed <= rights, f"{stream}: {sorted(needed - rights)}"
        told |= needed
    # An empty set is part of every other: say whose document names scopes at all.
    assert bool(told) == (connector.connector in NAMES_SCOPES)


@pytest.fixture(scope="module")
def shopify_schema() -> graphql.GraphQLSchema:
    return graphql.build_schema(load_spec("shopify.admin-2026-07.graphql"))


@pytest.fixture(scope="module")
def stripe_spec() -> dict[str, Any]:
    return load_stripe_spec()


def _documents() -> list[str]:
    found = [queries.SHOP, queries.BULK_RUN, queries.BULK_POLL]
    for stream in SHOPIFY.streams.values():
        found += [queries.build_page_query(stream), queries.build_bulk_query(stream, WINDOW)]
        found += [
            queries.build_nested_query(stream, child.path)
            for child in stream.children.values()
            if child.path in queries.CONNECTIONS
        ]
    orders = SHOPIFY.streams["orders"]
    return [
        *found,
        queries.build_refunds_query(orders),
        queries.build_refund_lines_query(orders),
    ]


def test_shopify_documents_are_valid(shopify_schema: graphql.GraphQLSchema) -> None:
    documents = _documents()
    assert len(documents) >= 14
    for document in documents:
        errors = graphql.validate(shopify_schema, graphql.parse(document))
        assert not errors, f"{errors[0].message} in {document[:80]}"


def test_shopify_lists_are_lists_and_connections_are_connections(
    shopify_schema: graphql.GraphQLSchema,
) -> None:
    """A connection read as a plain list would be cut at its first page."""
    for stream in SHOPIFY.streams.values():
        node = shopify_schema.get_type(queries.ROOTS[stream.path or ""].node)
        for child in stream.children.values():
            if child.path in queries.OF_REFUNDS and child.path not in node.fields:
                # Of each refund of the record, asked for by its id.
                refund = shopify_schema.get_type("Refund")
                assert str(refund.fields[child.path].type).endswith("Connection!")
                continue
            kind = str(node.fields[child.path].type)
            assert kind.endswith("Connection!") == (child.path in queries.CONNECTIONS), kind


def test_shopify_bulk_limits() -> None:
    """At most five connections, two deep; a connection inside a list is refused."""
    for stream in SHOPIFY.streams.values():
        document = queries.build_bulk_query(stream, WINDOW)
        assert 1 <= document.count("edges {") <= 5


def test_shopify_sort_keys_exist_only_where_used(shopify_schema: graphql.GraphQLSchema) -> None:
    for field, root in queries.ROOTS.items():
        arguments = shopify_schema.query_type.fields[field].args
        keys = arguments["sortKey"].type.values if "sortKey" in arguments else {}
        assert ("UPDATED_AT" in keys) == (root.sort_key == "UPDATED_AT"), field


def _schema_of(spec: dict[str, Any], path: str) -> dict[str, Any]:
    answer = spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    name = answer["schema"]["properties"]["data"]["items"]["$ref"].rpartition("/")[2]
    return spec["components"]["schemas"][name]


def _listed_by_stripe() -> list[tuple[str, Stream]]:
    """All but the balance, which is no list."""
    return [(name, stream) for name, stream in STRIPE.streams.items() if name != "balances"]


# Put into a record by the connector: sums of its lists, and what another list says of it.
MADE = {"sums", "movements"}


def test_stripe_columns_exist(stripe_spec: dict[str, Any]) -> None:
    for name, stream in _listed_by_stripe():
        fields = _schema_of(stripe_spec, f"/v1/{stream.path}")["properties"]
        for column, described in stream.columns.items():
            step = (described.path or column).split(".")[0]
            if step in MADE:
                continue
            assert step in fields, f"{name}.{column}: no field `{step}`"
            if described.format == "epoch_s" and not described.path:
                assert fields[step]["type"] == "integer", f"{name}.{column}"
        for child in stream.children.values():
            assert child.path.split(".")[0] in fields.keys() | MADE


def test_stripe_money_stays_whole(stripe_spec: dict[str, Any]) -> None:
    """Amounts are minor units; a numeric column would invite a division by a hundred."""
    counted = 0
    for _, stream in _listed_by_stripe():
        fields = _schema_of(stripe_spec, f"/v1/{stream.path}")["properties"]
        for column, described in stream.columns.items():
            if column in fields and re.match(
                r"^(amount|fee|net|total|subtotal|unit_amount)", column
            ):
                is_whole = fields[column].get("type") == "integer"
                assert (described.type == "bigint") == is_whole, column
                counted += 1
    assert counted > 15
