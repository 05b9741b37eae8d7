"""Requests as the vendors' own specs allow them."""

import re
from datetime import UTC, datetime
from typing import Any

import graphql
import pytest

from include.config.load import load_connectors
from include.config.settings import load_settings
from include.connectors.shopify import queries
from include.core.streams import Window
from include.extract.paginators import first_step
from include.extract.rest_target import build_window_params
from tests.contract.vendor_specs import load_json_spec, load_spec

CONNECTORS, _ = load_connectors(load_settings().connectors_dir)
SHOPIFY, STRIPE = CONNECTORS["shopify"], CONNECTORS["stripe"]
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture(scope="module")
def shopify_schema() -> graphql.GraphQLSchema:
    return graphql.build_schema(load_spec("shopify.admin-2026-07.graphql"))


@pytest.fixture(scope="module")
def stripe_spec() -> dict[str, Any]:
    return load_json_spec("stripe.openapi.json")


def _documents() -> list[str]:
    found = [queries.SHOP, queries.BULK_RUN, queries.BULK_POLL]
    for stream in SHOPIFY.streams.values():
        found += [queries.build_page_query(stream), queries.build_bulk_query(stream, WINDOW)]
        found += [
            queries.build_nested_query(stream, child.path)
            for child in stream.children.values()
            if child.path in queries.CONNECTIONS
        ]
    return found


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


def test_stripe_requests_are_valid(stripe_spec: dict[str, Any]) -> None:
    for name, stream in STRIPE.streams.items():
        path = f"/v1/{stream.path}"
        known = {p["name"]: p["schema"] for p in stripe_spec["paths"][path]["get"]["parameters"]}
        paginator = stream.paginator or STRIPE.api.paginator
        window = build_window_params(stream, WINDOW)
        sent = {**stream.params, **window, **first_step(paginator).params}
        sent[paginator.param] = "x_1"
        for parameter, value in sent.items():
            outer, inner = re.match(r"^(\w+)(?:\[(\w+)\])?$", parameter).groups()
            assert outer in known, f"{name}: {parameter}"
            if inner:
                allowed = known[outer]["anyOf"][0]["properties"]
                assert allowed[inner]["type"] == "integer", f"{name}: {parameter}"
                assert value.isdigit()
        limit = known["limit"]
        assert limit["minimum"] <= int(sent["limit"]) <= limit["maximum"]


def test_stripe_columns_exist(stripe_spec: dict[str, Any]) -> None:
    for name, stream in STRIPE.streams.items():
        fields = _schema_of(stripe_spec, f"/v1/{stream.path}")["properties"]
        for column, described in stream.columns.items():
            step = (described.path or column).split(".")[0]
            assert step in fields, f"{name}.{column}: no field `{step}`"
            if described.format == "epoch_s" and not described.path:
                assert fields[step]["type"] == "integer", f"{name}.{column}"
        for child in stream.children.values():
            assert child.path.split(".")[0] in fields


def test_stripe_money_stays_whole(stripe_spec: dict[str, Any]) -> None:
    """Amounts are minor units; a numeric column would invite a division by a hundred."""
    counted = 0
    for stream in STRIPE.streams.values():
        fields = _schema_of(stripe_spec, f"/v1/{stream.path}")["properties"]
        for column, described in stream.columns.items():
            if column in fields and re.match(
                r"^(amount|fee|net|total|subtotal|unit_amount)", column
            ):
                is_whole = fields[column].get("type") == "integer"
                assert (described.type == "bigint") == is_whole, column
                counted += 1
    assert counted > 15
