"""The shop answers as the Admin API does: windows, pages, cost, refusals, bulk."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
import requests

from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.shopify import bulk
from include.sandbox.vendors.shopify.cost import Bucket
from include.sandbox.vendors.shopify.journeys import build_journey
from include.sandbox.world import WorldSpec

PATH = "/shopify/acme-outdoor/admin/api/2026-07/graphql.json"
TOKEN = {"X-Shopify-Access-Token": "shpat_sandbox_acme"}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox() as url:
        yield url


def ask(base_url: str, query: str, **variables: Any) -> dict[str, Any]:
    answer = requests.post(
        base_url + PATH, json={"query": query, "variables": variables}, headers=TOKEN, timeout=30
    )
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def walk(base_url: str, root: str, arguments: str, fields: str) -> list[dict[str, Any]]:
    query = f"query($after: String) {{ {root}(first: 50, after: $after{arguments}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }}"  # noqa: E501
    rows, after = [], None
    while True:
        page = ask(base_url, query, after=after)["data"][root]
        rows += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]


def test_all_orders_by_pages_equal_all_orders_by_bulk(base_url: str) -> None:
    paged = walk(base_url, "orders", ", sortKey: UPDATED_AT", "id updatedAt")
    assert len(paged) == len({row["id"] for row in paged}) == 400
    assert [row["updatedAt"] for row in paged] == sorted(row["updatedAt"] for row in paged)
    lines = run_bulk(
        base_url,
        "{ orders { edges { node { id updatedAt "
        "lineItems { edges { node { id quantity } } } } } } }",
    )
    parents = {line["id"]: line for line in lines if "__parentId" not in line}
    children = [line for line in lines if "__parentId" in line]
    assert {row["id"] for row in paged} == set(parents)
    assert children and {line["__parentId"] for line in children} == set(parents)
    assert all("lineItems" not in line for line in parents.values())
    followed = sum(
        after.get("__parentId") == before["id"]
        for before, after in pairwise(lines)
        if "__parentId" not in before
    )
    assert followed < len(parents) / 4, "children must not lie behind their parent by rule"


def run_bulk(base_url: str, query: str, group_objects: bool = False) -> list[dict[str, Any]]:
    run = "mutation($q: String!, $g: Boolean!) { bulkOperationRunQuery(query: $q, groupObjects: $g) { bulkOperation { id status } userErrors { code message } } }"  # noqa: E501
    started = ask(base_url, run, q=query, g=group_objects)["data"]["bulkOperationRunQuery"]
    assert started["userErrors"] == []
    assert started["bulkOperation"]["status"] == "CREATED"
    poll = "query($id: ID!) { bulkOperation(id: $id) { status url objectCount rootObjectCount } }"
    states = []
    while True:
        operation = ask(base_url, poll, id=started["bulkOperation"]["id"])["data"]["bulkOperation"]
        states.append(operation["status"])
        if operation["status"] == "COMPLETED":
            break
    assert states == ["RUNNING", "COMPLETED"]
    if operation["url"] is None:
        assert operation["objectCount"] == "0"
        return []
    body = requests.get(operation["url"], timeout=30)  # no token: the URL is signed
    lines = [json.loads(line) for line in body.text.splitlines()]
    assert operation["objectCount"] == str(len(lines))
    return lines


def test_operations_that_begin_together_have_files_of_their_own(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are answered by threads: two got one number, and each other's rows."""
    kinds = {"customers": "Customer", "products": "Product", "locations": "Location"}
    tell = bulk.iso

    def tell_slowly(at: Any) -> Any:
        time.sleep(0.1)  # between an operation's number and its entry
        return tell(at)

    monkeypatch.setattr(bulk, "iso", tell_slowly)
    query = "{ %s { edges { node { id } } } }"
    with ThreadPoolExecutor(len(kinds)) as threads:
        asked = {root: threads.submit(run_bulk, base_url, query % root) for root in kinds}
    for root, kind in kinds.items():
        lines = asked[root].result()
        assert lines
        assert {line["id"].split("/")[-2] for line in lines} == {kind}


def test_bulk_without_rows_has_no_url(base_url: str) -> None:
    assert (
        run_bulk(
            base_url,
            "{ orders(query: \"updated_at:>'2030-01-01T00:00:00Z'\") { edges { node { id } } } }",
        )
        == []
    )


def test_abandoned_operations_do_not_block_the_shop(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five operations whose clients were killed once refused every later one for ever.

    They end by themselves after a while, as at Shopify.
    """
    run = 'mutation { bulkOperationRunQuery(query: "{ locations { edges { node { id } } } }") { bulkOperation { id } userErrors { code } } }'  # noqa: E501
    for _ in range(5):
        assert not ask(base_url, run)["data"]["bulkOperationRunQuery"]["userErrors"]
    refused = ask(base_url, run)["data"]["bulkOperationRunQuery"]
    assert refused["userErrors"] == [{"code": "OPERATION_IN_PROGRESS"}]
    monkeypatch.setattr(bulk, "ABANDONED_S", 0.0)
    assert not ask(base_url, run)["data"]["bulkOperationRunQuery"]["userErrors"]


def test_bulk_grouped_children_follow_their_parent(base_url: str) -> None:
    query = "{ products { edges { node { id variants { edges { node { id } } } } } } }"
    parent = None
    for line in run_bulk(base_url, query, group_objects=True):
        if "__parentId" in line:
            assert line["__parentId"] == parent
        else:
            parent = line["id"]


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("{ shop { name } }", "top level connection"),
        ("{ orders { nodes { id } } }", "edges"),
        ("{ orders { edges { node { id bogus } } } }", "bogus"),
        (
            "{ orders { edges { node { id refunds { id "
            "refundLineItems { edges { node { id } } } } } } } }",
            "within a list field",
        ),
        (
            "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
            "select the 'id' field",
        ),
        (
            "{ products { edges { node { id variants { edges { node { id inventoryItem { id "
            "variants { edges { node { id inventoryItem { id "
            "inventoryLevels { edges { node { id } } } } } } } } } } } } } } }",
            "nesting depth",
        ),
    ],
)
def test_bulk_refuses_what_shopify_refuses(base_url: str, query: str, part: str) -> None:
    run = "mutation($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id } userErrors { code message } } }"  # noqa: E501
    payload = ask(base_url, run, q=query)["data"]["bulkOperationRunQuery"]
    assert payload["bulkOperation"] is None
    assert payload["userErrors"][0]["code"] == "INVALID"
    assert part in payload["userErrors"][0]["message"]


def test_quotes_around_the_time_matter(base_url: str) -> None:
    """Unquoted, the time part is dropped and the whole day matches, as at Shopify."""
    rows = walk(base_url, "orders", "", "updatedAt")
    at = sorted(row["updatedAt"] for row in rows)[200]
    later = f", query: \"updated_at:>='{at}'\""
    assert len(walk(base_url, "orders", later, "id")) == sum(r["updatedAt"] >= at for r in rows)
    whole_day = f', query: "updated_at:>={at}"'
    day = at[:10]
    found = len(walk(base_url, "orders", whole_day, "id"))
    assert found == sum(r["updatedAt"][:10] >= day for r in rows)


def test_windows_are_disjoint_and_complete(base_url: str) -> None:
    edges = [
        "2025-01-01T00:00:00Z",
        "2025-10-01T12:30:00Z",
        "2026-06-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    ]
    found: list[str] = []
    for start, end in pairwise(edges):
        by = f", query: \"updated_at:>='{start}' AND updated_at:<'{end}'\""
        found += [row["id"] for row in walk(base_url, "customers", by, "id")]
    everything = walk(base_url, "customers", "", "id")
    assert sorted(found) == sorted(row["id"] for row in everything)


def test_an_unknown_search_field_filters_nothing_and_warns(base_url: str) -> None:
    answer = ask(base_url, '{ orders(first: 5, query: "bogus:1") { nodes { id } } }')
    assert len(answer["data"]["orders"]["nodes"]) == 5
    assert answer["extensions"]["search"][0]["warnings"][0]["field"] == "bogus"


@pytest.mark.parametrize("first", [0, 251])
def test_page_size_is_at_most_250(base_url: str, first: int) -> None:
    answer = ask(base_url, f"{{ locations(first: {first}) {{ nodes {{ id }} }} }}")
    assert ("errors" in answer) is (first > 250)


def test_money_is_a_decimal_string_and_ids_are_strings(base_url: str) -> None:
    order = ask(
        base_url,
        "{ orders(first: 1) { nodes { legacyResourceId "
        "totalPriceSet { shopMoney { amount currencyCode } } } } }",
    )["data"]["orders"]["nodes"][0]
    assert isinstance(order["legacyResourceId"], str)
    assert isinstance(order["totalPriceSet"]["shopMoney"]["amount"], str)


def test_id_and_secret_of_an_app_buy_a_token_for_a_day(base_url: str) -> None:
    address = base_url + PATH.replace("api/2026-07/graphql.json", "oauth/access_token")
    form = {"client_id": "5a0dbox0acme0client0id", "client_secret": "shpss_sandbox_acme",
            "grant_type": "client_credentials"}  # fmt: skip
    given = requests.post(address, data=form, timeout=10).json()
    assert given["expires_in"] == 86399
    headers = {"X-Shopify-Access-Token": given["access_token"]}
    asked = {"query": "{ shop { name } }"}
    answer = requests.post(base_url + PATH, json=asked, headers=headers, timeout=10)
    assert answer.json()["data"]["shop"]["name"]
    for wrong in ({"client_secret": "x"}, {"client_id": "x"}, {"grant_type": "password"}):
        answer = requests.post(address, data=form | wrong, timeout=10)
        assert answer.status_code == 400
        assert "access_token" not in answer.json()


def test_wrong_token_is_401_with_a_string(base_url: str) -> None:
    answer = requests.post(base_url + PATH, json={"query": "{ shop { name } }"}, timeout=10)
    assert answer.status_code == 401
    assert answer.json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
    }
    assert answer.headers["X-Shopify-API-Version"] == "2026-07"
    assert answer.headers["X-Request-ID"]


def test_a_query_too_big_is_refused_with_its_cost(base_url: str) -> None:
    answer = ask(
        base_url, "{ orders(first: 250) { nodes { id lineItems(first: 50) { nodes { id } } } } }"
    )
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert "data" not in answer


def test_an_empty_bucket_throttles_with_http_200(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bucket refills with time, so a tiny one makes the second query fail."""
    monkeypatch.setattr(Bucket.__init__, "__defaults__", (200.0, 0.001))
    with running_sandbox() as url:
        query = "{ orders(first: 100) { nodes { id } } }"
        assert ask(url, query)["data"]
        answer = ask(url, query)
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in answer
    cost = answer["extensions"]["cost"]
    assert cost["requestedQueryCost"] > cost["throttleStatus"]["currentlyAvailable"]
    assert cost["actualQueryCost"] is None


def test_stock_locations_and_deletions(base_url: str) -> None:
    everywhere = walk(base_url, "locations", ", includeInactive: true", "id isActive")
    assert len(everywhere) == 3
    assert len(walk(base_url, "locations", "", "id")) == 2
    item = ask(
        base_url,
        "{ inventoryItems(first: 1) { nodes { sku inventoryLevels(first: 5) { nodes { "
        'location { id } quantities(names: ["available", "on_hand"]) { name quantity } } } } } }',
    )["data"]["inventoryItems"]["nodes"][0]
    assert {q["name"] for q in item["inventoryLevels"]["nodes"][0]["quantities"]} == {
        "available",
        "on_hand",
    }
    gone = walk(
        base_url,
        "events",
        ', query: "action:destroy AND subject_type:PRODUCT"',
        "id ... on BasicEvent { subjectId }",
    )
    assert gone and all(row["subjectId"].startswith("gid://shopify/Product/") for row in gone)


def test_an_order_by_phone_has_no_visit() -> None:
    """Its journey named the call tracker as a site that had led to the shop."""
    sales = Session(WorldSpec(size=300)).world.businesses["acme"].sales["shopify"]
    by_phone = [build_journey(sale) for sale in sales if sale.touch.channel == "phone"]
    others = [build_journey(sale) for sale in sales if sale.touch.channel != "phone"]
    assert by_phone and all(one["lastVisit"] is None for one in by_phone)
    assert any(one["lastVisit"] for one in others)
