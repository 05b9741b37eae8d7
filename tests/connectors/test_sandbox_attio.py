"""The Attio workspace answers as the API does: bodies fit the OpenAPI document, errors too."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import requests

from include.core.streams import Window
from include.extract.rest.paginators import build_body, first_step
from include.extract.rest.target import build_target
from include.sandbox.economy_views import fetch_desk
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.attio.vendor import CREDENTIALS, VENDOR, fetch_workspace
from include.sandbox.world import WorldSpec
from tests.connectors.vendor_specs import load_json_spec
from tests.shipped import load_known_connectors

SPEC = WorldSpec(size=100)
TOKEN = CREDENTIALS["acme"]["password"]
QUERY = "/v2/objects/{object}/records/query"
ENTRIES = "/v2/lists/{list}/entries/query"
OLDEST_FIRST = [{"attribute": "created_at", "direction": "asc"}]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield f"{url}/attio"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SPEC)


def ask(url: str, path: str, body: Any = None, token: str = TOKEN, **params: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    method = "GET" if body is None else "POST"
    return requests.request(
        method, url + path, json=body, params=params, headers=headers, timeout=30
    )


def with_null(node: Any) -> Any:
    """OpenAPI's `nullable` as JSON Schema's type null; the document is 3.1 but uses both."""
    if isinstance(node, list):
        return [with_null(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    found = {key: with_null(value) for key, value in node.items()}
    if found.pop("nullable", None) is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found


def build_validator(path: str, method: str, status: str = "200") -> Any:
    spec = with_null(load_json_spec("attio.openapi.json"))
    answer = spec["paths"][path][method]["responses"][status]["content"]["application/json"]
    return jsonschema.Draft202012Validator({**answer["schema"], "components": spec["components"]})


@pytest.mark.parametrize("slug", ["companies", "people", "deals"])
def test_records_fit_the_document(base_url: str, slug: str) -> None:
    body = ask(base_url, f"/v2/objects/{slug}/records/query", {}).json()
    build_validator(QUERY, "post").validate(body)
    kinds = {v["attribute_type"] for r in body["data"] for vs in r["values"].values() for v in vs}
    assert len(body["data"]) > 10
    assert len(kinds) >= 6, kinds


@pytest.mark.parametrize("path", ["/v2/lists", "/v2/notes", "/v2/tasks", "/v2/self"])
def test_lists_fit_the_document(base_url: str, path: str) -> None:
    body = ask(base_url, path).json()
    build_validator(path, "get").validate(body)
    assert body.get("data", body)


def test_entries_and_members_fit_the_document(base_url: str) -> None:
    for found in ask(base_url, "/v2/lists").json()["data"]:
        for name in (found["id"]["list_id"], found["api_slug"]):
            body = ask(base_url, f"/v2/lists/{name}/entries/query", {}).json()
            build_validator(ENTRIES, "post").validate(body)
            assert body["data"]
    members = ask(base_url, "/v2/workspace_members").json()
    build_validator("/v2/workspace_members", "get").validate(members)


def test_our_requests_fit_the_document() -> None:
    """Bodies of POST queries and parameters of GETs, as the engine really builds them."""
    spec = load_json_spec("attio.openapi.json")
    connector = load_known_connectors()["attio"]
    checked = set()
    for name, stream in connector.streams.items():
        path = f"/v2/{stream.path}".replace("{id}", "{list}")
        path = QUERY if "/objects/" in path else path
        operation = spec["paths"][path][stream.method]
        paginator = stream.paginator or connector.api.paginator
        target, step = build_target(name, stream, Window()), first_step(paginator)
        if stream.method == "post":
            body = build_body(target.body, paginator, target.params, step)
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator(schema).validate(body)
            assert set(body) <= set(schema["properties"])
        else:
            known = {p["name"]: p["schema"] for p in operation.get("parameters", [])}
            sent = {**target.params, **step.params}
            assert set(sent) <= set(known)
            for parameter, value in sent.items():
                assert value in known[parameter].get("enum", [value])
        checked.add(name)
    assert checked == set(connector.streams)


def test_pages_are_disjoint_and_complete(base_url: str, session: Session) -> None:
    rows: list[Any] = []
    while page := ask(
        base_url, "/v2/objects/deals/records/query",
        {"sorts": OLDEST_FIRST, "limit": 13, "offset": len(rows)},
    ).json()["data"]:  # fmt: skip
        rows += page
    created = [row["created_at"] for row in rows]
    assert created == sorted(created)
    ids = {row["id"]["record_id"] for row in rows}
    assert len(ids) == len(rows) == VENDOR.counts(session, "acme")["streams"]["deals"]


def test_without_sorts_the_order_is_not_that_of_creation(base_url: str) -> None:
    rows = ask(base_url, "/v2/objects/deals/records/query", {}).json()["data"]
    created = [row["created_at"] for row in rows]
    assert created != sorted(created)


def test_created_windows(base_url: str) -> None:
    def count(**rule: str) -> int:
        body = {"filter": {"created_at": {"value": {f"${k}": v for k, v in rule.items()}}}}
        return len(ask(base_url, "/v2/objects/deals/records/query", body).json()["data"])

    middle = "2026-01-01T00:00:00Z"
    before, after = count(lt=middle), count(gte=middle)
    assert before > 0 and after > 0
    assert before + after == len(
        ask(base_url, "/v2/objects/deals/records/query", {}).json()["data"]
    )


def test_the_same_deals_as_in_the_books(session: Session) -> None:
    """Every won deal is a wholesale sale of the retailer, to the cent."""
    workspace = fetch_workspace(session, "acme")
    worth = []
    for record in workspace.objects["deals"]:
        if record["values"]["stage"][0]["status"]["title"].startswith("Won"):
            (value,) = record["values"]["value"]
            worth.append(round(value["currency_value"] * 100))
    sales = [
        sale for sale in session.world.businesses["acme"].sales["quickbooks"]
        if sale.channel == "wholesale" and sale.party.is_company
    ]  # fmt: skip
    won = {deal.sale_key for deal in fetch_desk(session).deals if deal.stage.startswith("Won")}
    assert sorted(worth) == sorted(sale.total for sale in sales if sale.key in won)
    assert len(worth) > 20


def test_references_lead_somewhere(session: Session) -> None:
    workspace = fetch_workspace(session, "acme")
    known = {(slug, r["id"]["record_id"]) for slug, rows in workspace.objects.items() for r in rows}
    counted = 0
    for rows in workspace.objects.values():
        for record in rows:
            for values in record["values"].values():
                for value in values:
                    if value["attribute_type"] == "record-reference":
                        assert (value["target_object"], value["target_record_id"]) in known
                        counted += 1
    for entries in workspace.entries.values():
        assert {(e["parent_object"], e["parent_record_id"]) for e in entries} <= known
    assert counted > 50


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v2/objects/nothing/records/query", {}, 404, "not_found"),
        ("/v2/lists/nothing/entries/query", {}, 404, "not_found"),
        ("/v2/objects/people/records/query", {"limit": "500"}, 400, "validation_type"),
        ("/v2/objects/people/records/query", {"offset": -1}, 400, "validation_type"),
        ("/v2/objects/people/records/query", {"sort": []}, 400, "validation_type"),
        ("/v2/objects/people/records/query", {"filter": {"updated_at": {}}}, 400, "filter_error"),
        (
            "/v2/objects/people/records/query",
            {"filter": {"created_at": {"value": {"$gte": "yesterday"}}}},
            400,
            "filter_error",
        ),
        (
            "/v2/objects/people/records/query",
            {"sorts": [{"attribute": "updated_at", "direction": "asc"}]},
            400,
            "value_not_found",
        ),
        ("/v2/nothing", None, 404, "not_found"),
    ],
)
def test_bad_requests_are_refused(
    base_url: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = ask(base_url, path, body)
    assert answer.status_code == status
    found = answer.json()
    assert (found["status_code"], found["code"]) == (status, code)
    if code in ("not_found", "filter_error") and body is not None:
        build_validator(QUERY, "post", str(status)).validate(found)


@pytest.mark.parametrize("params", [{"limit": 51}, {"limit": "many"}, {"page": 2}])
def test_bad_parameters_are_refused(base_url: str, params: dict[str, Any]) -> None:
    assert ask(base_url, "/v2/notes", **params).status_code == 400
    assert len(ask(base_url, "/v2/notes").json()["data"]) == 10


def test_tokens(base_url: str) -> None:
    """A dead token gets 200 from `self` and 401 from everything else."""
    assert ask(base_url, "/v2/self", token="dead").json() == {"active": False}
    refused = ask(base_url, "/v2/tasks", token="dead")
    assert (refused.status_code, refused.json()["status_code"]) == (401, 401)
    assert requests.get(f"{base_url}/v2/lists", timeout=10).status_code == 401
