"""The Stripe accounts answer as the API does, and Stripe's own client reads them."""

from collections.abc import Iterator
from itertools import pairwise
from operator import attrgetter
from typing import Any

import jsonschema
import pytest
import requests
import stripe

from include.sandbox.serve.happenings import run_act
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.truth.counts import build_stripe_counts
from include.sandbox.vendors.stripe.ledger import RESOURCES
from include.sandbox.vendors.stripe.lists import find_object
from include.sandbox.vendors.stripe.vendor import fetch_account
from include.sandbox.world import WorldSpec
from tests.connectors.spec_stripe import load_stripe_spec
from tests.unit.fake_api import FakeApi, Reply

SPEC = WorldSpec(size=100)
KEYS = {"acme": "sk_test_sandbox_acme", "corner": "sk_test_sandbox_corner"}
LISTED = [name for name in RESOURCES if name != "credit_notes"]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_sandbox(SPEC) as url:
        yield url


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SPEC)


def get(base_url: str, path: str, tenant: str = "corner", **params: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEYS[tenant]}"}
    return requests.get(f"{base_url}/stripe{path}", params=params, headers=headers, timeout=30)


@pytest.mark.parametrize("tenant", sorted(KEYS))
def test_stripes_own_client_lists_everything(base_url: str, session: Session, tenant: str) -> None:
    """Only the address of the official client is changed."""
    client = stripe.StripeClient(KEYS[tenant], base_addresses={"api": f"{base_url}/stripe"})
    truth = build_stripe_counts(session, tenant)["streams"]
    for name in LISTED:
        params = {"limit": 100} | ({"status": "all"} if name == "subscriptions" else {})
        service = attrgetter(name.replace("/", "."))(client.v1)
        rows = list(service.list(params).auto_paging_iter())
        assert len({row.id for row in rows}) == len(rows) == truth[name.replace("/", "_")], name
        created = [row.created for row in rows]
        assert created == sorted(created, reverse=True), name


@pytest.mark.parametrize("tenant", sorted(KEYS))
def test_every_stream_of_the_demo_has_records(session: Session, tenant: str) -> None:
    counts = build_stripe_counts(session, tenant)["streams"]
    assert [name for name in LISTED if not counts[name.replace("/", "_")]] == []
    assert build_stripe_counts(session, tenant)["invoice_lines"] > 0


def test_acmes_club_is_billed_by_stripe_alone(session: Session) -> None:
    account = fetch_account(session, "acme")
    [club] = account.tables["products"]
    assert (club["name"], club["type"]) == ("Trail Club membership", "service")
    assert {price["recurring"]["interval"] for price in account.tables["prices"]} == {"month"}
    listed = {listing.sku for listing in session.world.businesses["acme"].listings}
    assert club["metadata"]["sku"] not in listed
    known = {row["id"] for row in account.tables["customers"]}
    assert {row["customer"] for row in account.tables["subscriptions"]} <= known


def without_nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says type null."""
    if isinstance(node, list):
        return [without_nullable(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    found = {key: without_nullable(value) for key, value in node.items()}
    if found.pop("nullable", None) is True:
        if "type" in found:
            found["type"] = [found["type"], "null"]
        else:
            found = {"anyOf": [found, {"type": "null"}]}
    return found


def test_bodies_fit_the_openapi_document(session: Session) -> None:
    schemas = without_nullable(load_stripe_spec())["components"]["schemas"]
    seen = set()
    for name in LISTED:
        reference = {"$ref": f"#/components/schemas/{find_object(name)}"}
        components = {"components": {"schemas": schemas}}
        validator = jsonschema.Draft202012Validator(reference | components)
        for tenant in KEYS:
            for row in fetch_account(session, tenant).tables[name][:40]:
                validator.validate(row)
                seen.add(name)
    assert seen == set(LISTED)


def test_expansion_replaces_ids(base_url: str) -> None:
    plain = get(base_url, "/v1/charges", limit=1).json()["data"][0]
    assert isinstance(plain["balance_transaction"], str)
    assert "refunds" not in plain
    params = {"limit": 100, "expand[]": ["data.balance_transaction", "data.refunds"]}
    rows = get(base_url, "/v1/charges", **params).json()["data"]
    paid = [row for row in rows if row["status"] == "succeeded"]
    assert all(row["balance_transaction"]["object"] == "balance_transaction" for row in paid)
    assert all(
        sum(refund["amount"] for refund in row["refunds"]["data"]) == row["amount_refunded"]
        for row in rows
    )


def test_windows_by_created_are_disjoint_and_complete(base_url: str) -> None:
    middle = 1_764_547_200
    sides = []
    for operator in ("gte", "lt"):
        rows, after = [], {}
        while True:
            params = {"limit": 100, f"created[{operator}]": middle} | after
            page = get(base_url, "/v1/charges", **params).json()
            rows += page["data"]
            if not page["has_more"]:
                break
            after = {"starting_after": page["data"][-1]["id"]}
        sides.append({row["id"] for row in rows})
    assert sides[0] and sides[1] and not sides[0] & sides[1]


def test_ending_before_walks_back(base_url: str) -> None:
    first = get(base_url, "/v1/refunds", limit=3).json()
    back = get(base_url, "/v1/refunds", limit=2, ending_before=first["data"][2]["id"]).json()
    assert [row["id"] for row in back["data"]] == [row["id"] for row in first["data"][:2]]
    assert back["has_more"] is False


@pytest.mark.parametrize(
    ("path", "params", "status", "code", "param"),
    [
        ("/v1/charges", {"bogus": 1}, 400, "parameter_unknown", "bogus"),
        ("/v1/charges", {"updated[gte]": 1}, 400, "parameter_unknown", "updated[gte]"),
        ("/v1/charges", {"limit": 101}, 400, "parameter_invalid_integer", "limit"),
        ("/v1/charges", {"limit": "many"}, 400, "parameter_invalid_integer", "limit"),
        ("/v1/charges", {"starting_after": "ch_gone"}, 400, "resource_missing", "starting_after"),
        ("/v1/charges/ch_gone", {}, 404, "resource_missing", "id"),
        ("/v1/charges", {"expand[]": "data.bogus"}, 400, None, "expand"),
        ("/v1/bogus", {}, 404, None, None),
    ],
)
def test_bad_requests_are_refused(
    base_url: str, path: str, params: dict[str, Any], status: int, code: str | None, param: str
) -> None:
    answer = get(base_url, path, **params)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert (error.get("code"), error.get("param")) == (code, param)
    assert answer.headers["Request-Id"].startswith("req_")


def test_keys(base_url: str) -> None:
    nobody = requests.get(f"{base_url}/stripe/v1/charges", timeout=10)
    wrong = requests.get(f"{base_url}/stripe/v1/charges", auth=("sk_test_nobody", ""), timeout=10)
    basic = requests.get(f"{base_url}/stripe/v1/charges", auth=(KEYS["acme"], ""), timeout=10)
    assert [nobody.status_code, wrong.status_code, basic.status_code] == [401, 401, 200]
    assert "code" not in wrong.json()["error"]
    assert "sk_test_nobody" not in wrong.text


def test_subscriptions_hide_canceled_ones(base_url: str) -> None:
    shown = get(base_url, "/v1/subscriptions", limit=100).json()["data"]
    every = get(base_url, "/v1/subscriptions", limit=100, status="all").json()["data"]
    canceled = get(base_url, "/v1/subscriptions", limit=100, status="canceled").json()["data"]
    assert canceled and len(every) == len(shown) + len(canceled)


def test_a_payout_is_the_sum_of_its_members(base_url: str) -> None:
    payout = get(base_url, "/v1/payouts", limit=1).json()["data"][0]
    members, after = [], {}
    while True:
        params = {"payout": payout["id"], "limit": 100} | after
        page = get(base_url, "/v1/balance_transactions", **params).json()
        members += page["data"]
        if not page["has_more"]:
            break
        after = {"starting_after": page["data"][-1]["id"]}
    assert sum(row["net"] for row in members) == 0
    assert payout["amount"] == sum(row["net"] for row in members if row["type"] != "payout")


def test_invoice_lines_have_their_own_pages(base_url: str) -> None:
    invoice = get(base_url, "/v1/invoices", limit=1).json()["data"][0]
    lines = get(base_url, f"/v1/invoices/{invoice['id']}/lines", limit=100).json()["data"]
    assert sum(line["amount"] for line in lines) == invoice["subtotal"]
    taxes = sum(tax["amount"] for tax in invoice["total_taxes"])
    discounts = sum(entry["amount"] for entry in invoice["total_discount_amounts"])
    assert invoice["total"] == invoice["subtotal"] - discounts + taxes


def test_events_are_recent_and_filtered_by_type(base_url: str) -> None:
    params = {"limit": 100, "types[]": ["charge.succeeded", "refund.created"]}
    rows = get(base_url, "/v1/events", **params).json()["data"]
    assert {row["type"] for row in rows} <= {"charge.succeeded", "refund.created"}
    assert rows
    newest = get(base_url, "/v1/events", limit=1).json()["data"][0]["created"]
    assert all(newest - row["created"] <= 31 * 86_400 for row in rows)


def apply_back(event: dict[str, Any]) -> dict[str, Any]:
    """The object before the event: its snapshot with the previous attributes put in."""
    body = dict(event["data"]["object"])
    for name, value in (event["data"].get("previous_attributes") or {}).items():
        body[name] = {**body[name], **value} if isinstance(value, dict) else value
    return body


@pytest.mark.parametrize("tenant", sorted(KEYS))
def test_events_carry_the_object_as_it_was_then(session: Session, tenant: str) -> None:
    """Each snapshot, taken back by its previous attributes, is the snapshot before it."""
    account = fetch_account(session, tenant)
    of_object: dict[str, list[dict[str, Any]]] = {}
    for event in reversed(account.tables["events"]):
        of_object.setdefault(event["data"]["object"]["id"], []).append(event)
    chained = 0
    for object_id, events in of_object.items():
        events.sort(key=lambda e: (e["created"], "previous_attributes" in e["data"]))
        if not events[-1]["type"].startswith("charge."):
            assert events[-1]["data"]["object"] == account.by_id[object_id]
            for before, after in pairwise(events):
                assert apply_back(after) == before["data"]["object"], (before, after)
                chained += 1
    assert chained > 10
    kinds = {event["type"] for event in account.tables["events"]}
    assert {"charge.succeeded", "invoice.paid", "payout.paid"} <= kinds
    paid = [e for e in account.tables["events"] if e["type"] == "invoice.paid"]
    assert all(e["data"]["previous_attributes"]["status"] == "open" for e in paid)
    assert {bool(e["request"]["id"]) for e in account.tables["events"]} == {True, False}


@pytest.mark.parametrize("tenant", sorted(KEYS))
def test_every_object_can_be_asked_for_by_its_id(
    base_url: str, session: Session, tenant: str
) -> None:
    client = stripe.StripeClient(KEYS[tenant], base_addresses={"api": f"{base_url}/stripe"})
    for name in LISTED:
        row = fetch_account(session, tenant).tables[name][0]
        service = attrgetter(name.replace("/", "."))(client.v1)
        assert service.retrieve(row["id"]).id == row["id"]


ACTS = {
    "refund": ("charge.refunded", "charges"),
    "dispute": ("charge.dispute.created", "charges"),
    "cancel_subscription": ("customer.subscription.deleted", "subscriptions"),
    "edit_customer": ("customer.updated", "customers"),
    "delete_customer": ("customer.deleted", "customers"),
}


@pytest.mark.parametrize("what", sorted(ACTS))
def test_an_act_changes_an_old_object_and_is_an_event(what: str) -> None:
    session, (kind, table) = Session(SPEC), ACTS[what]
    before = {row["id"]: row for row in fetch_account(session, "corner").tables[table]}
    told = run_act(session, "stripe", "corner", what, None)
    account = fetch_account(session, "corner")
    after = {row["id"]: row for row in account.tables[table]}
    assert {key for key in before if before[key] != after.get(key)} == {told["id"]}
    if table == "charges":
        assert before[told["id"]]["created"] < SPEC.as_of.timestamp() - 60 * 86_400
    newest = next(e for e in account.tables["events"] if e["type"] == kind)
    named = newest["data"]["object"]
    assert told["id"] in (named["id"], named.get("charge"))
    assert newest["created"] == account.now - 1
    if what == "delete_customer":
        assert told["id"] in before and told["id"] not in after


def test_a_deleted_customer_answers_that_it_is_deleted() -> None:
    with running_sandbox(SPEC) as url:
        body = {"vendor": "stripe", "tenant": "corner", "what": "delete_customer"}
        told = requests.post(f"{url}/_sandbox/act", json=body, timeout=30).json()
        found = get(url, f"/v1/customers/{told['id']}").json()
        assert found == {"id": told["id"], "object": "customer", "deleted": True}
        listed = get(url, "/v1/customers", limit=100).json()["data"]
        assert told["id"] not in {row["id"] for row in listed}
        anchor = get(url, "/v1/customers", limit=100, starting_after=told["id"])
        assert (anchor.status_code, anchor.json()["error"]["param"]) == (400, "starting_after")
        client = stripe.StripeClient(KEYS["corner"], base_addresses={"api": f"{url}/stripe"})
        assert client.v1.customers.retrieve(told["id"]).deleted
        refused = requests.post(f"{url}/_sandbox/act", json={**body, "what": "fly"}, timeout=30)
        assert refused.status_code == 400 and "valid: cancel_subscription" in refused.text


def test_webhooks_are_signed_for_stripes_own_library(base_url: str) -> None:
    body = {"vendor": "stripe", "tenant": "corner"}
    answer = requests.post(f"{base_url}/_sandbox/webhooks", json=body, timeout=30).json()
    assert len(answer["deliveries"]) > 50
    for one in answer["deliveries"]:
        signature = one["headers"]["Stripe-Signature"]
        event = stripe.Webhook.construct_event(one["body"], signature, "whsec_sandbox_corner")
        assert event.pending_webhooks == 1
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(one["body"] + " ", signature, "whsec_sandbox_corner")


def test_webhooks_are_posted_to_an_address(base_url: str) -> None:
    with FakeApi([Reply({}, 200), Reply({}, 503)]) as receiver:
        body = {"vendor": "stripe", "tenant": "corner", "url": f"{receiver.url}/hooks"}
        body["since"] = "2026-10-31T00:00:00Z"
        answer = requests.post(f"{base_url}/_sandbox/webhooks", json=body, timeout=60).json()
        assert answer["statuses"][0] == 200
        assert set(answer["statuses"][1:]) <= {503}
        assert len(receiver.seen) == len(answer["statuses"])
        assert receiver.seen[0].body["object"] == "event"
