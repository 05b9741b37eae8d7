"""Stripe: objects that change after their creation, events that expire, snapshots not believed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.config.load import start_instant
from include.connectors.stripe.hints import HINTS, build_groups, build_streams, pick_named
from include.connectors.stripe.source import StripeSource
from include.core import clock
from include.core.errors import AccessDenied, ContractBroken, PositionRefused
from include.core.streams import Page, Tombstone, Window
from include.core.webhook_event import PATHS, build_event
from include.extract.http.client import HttpLimits
from include.extract.source import ReadOptions
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
RECENT = Window(NOW - 2 * HOUR, NOW)


def unix(at: datetime) -> int:
    return int(at.timestamp())


HELD = {
    "object": "balance",
    "available": [{"amount": 500, "currency": "usd"}, {"amount": 70, "currency": "eur"}],
    "pending": [{"amount": -20, "currency": "usd"}],
}
OLD = unix(NOW - timedelta(days=60))


class Account:
    """A scripted account: `objects` by path and id, `events` newest first."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self.page_size = 100

    def put(self, path: str, object_id: str, created: int, **fields: Any) -> dict[str, Any]:
        row = {"id": object_id, "object": path[:-1], "created": created, **fields}
        self.objects.setdefault(path, {})[object_id] = row
        return row

    def tell(self, kind: str, body: dict[str, Any], at: datetime = NOW - HOUR) -> dict[str, Any]:
        event = {
            "id": f"evt_{len(self.events)}", "object": "event", "type": kind, "created": unix(at),
            "api_version": "2020-08-27", "data": {"object": body},
        }  # fmt: skip
        self.events.insert(0, event)
        return event

    def answer(self, seen: Seen) -> Reply:
        if seen.path == "/v1/balance":
            return Reply(HELD)
        parts = seen.path.removeprefix("/v1/").replace("checkout/", "checkout.").split("/")
        if len(parts) == 2:
            row = self.objects.get(parts[0], {}).get(parts[1])
            missing = {"error": {"type": "invalid_request_error", "code": "resource_missing"}}
            return Reply(row) if row else Reply(missing, 404)
        rows = self.events if parts[0] == "events" else self._newest_first(parts[0])
        return Reply(self._list(rows, seen.query))

    def _newest_first(self, path: str) -> list[dict[str, Any]]:
        rows = [row for row in self.objects.get(path, {}).values() if not row.get("deleted")]
        return sorted(rows, key=lambda row: (row["created"], row["id"]), reverse=True)

    def _list(self, rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        low, high = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 2**40))
        group = query.get("type", "*").removesuffix("*")
        rows = [r for r in rows if low <= r["created"] < high]
        rows = [r for r in rows if r.get("object") != "event" or r["type"].startswith(group)]
        ids = [row["id"] for row in rows]
        after = query.get("starting_after")
        start = ids.index(after) + 1 if after else 0
        size = min(int(query["limit"]), self.page_size)
        page = rows[start : start + size]
        return {"object": "list", "data": page, "has_more": start + size < len(rows)}


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def api(account: Account) -> Iterator[FakeApi]:
    with FakeApi(account.answer) as found, clock.frozen(NOW):
        yield found


def build(api: FakeApi, **options: Any) -> StripeSource:
    credentials = Credentials("c", f"{api.url}/v1", {"password": "rk_test_canary"})
    feed = build_feed("stripe", **options)
    return StripeSource(feed, credentials, limits=HttpLimits(tries=1, sleep=lambda seconds: None))


def read(api: FakeApi, stream: str, window: Window = RECENT) -> list[Page]:
    return list(build(api).read(stream, window))


def ids(pages: list[Page]) -> list[str]:
    return [record["id"] for page in pages for record in page.records]


def gone(pages: list[Page]) -> list[Tombstone]:
    return [one for page in pages for one in page.deleted]


def asked(api: FakeApi, path: str) -> list[Seen]:
    return [seen for seen in api.seen if seen.path == f"/v1/{path}"]


def test_a_charge_refunded_sixty_days_later_is_read_again(account: Account, api: FakeApi) -> None:
    """A window of creation times never sees it: the row once stayed unrefunded for ever."""
    now = account.put("charges", "ch_old", OLD, amount_refunded=500)
    account.tell("charge.refunded", {**now, "amount_refunded": 300})
    account.put("charges", "ch_new", unix(NOW - HOUR), amount_refunded=0)
    pages = read(api, "charges")
    assert ids(pages) == ["ch_new", "ch_old"]
    [old] = [r for page in pages for r in page.records if r["id"] == "ch_old"]
    assert old["amount_refunded"] == 500, "as it is now, not as the event saw it"


def test_what_the_list_holds_is_not_asked_for_again(account: Account, api: FakeApi) -> None:
    row = account.put("charges", "ch_new", unix(NOW - HOUR))
    for _ in range(5):
        account.tell("charge.updated", row)
    assert ids(read(api, "charges")) == ["ch_new"]
    assert not asked(api, "charges/ch_new")


def test_many_events_of_one_object_are_one_request(account: Account, api: FakeApi) -> None:
    row = account.put("customers", "cus_1", OLD)
    for minute in range(7):
        account.tell("customer.updated", row, NOW - HOUR + timedelta(minutes=minute))
    account.page_size = 3
    assert ids(read(api, "customers")) == ["cus_1"]
    assert len(asked(api, "customers/cus_1")) == 1
    assert len(asked(api, "events")) == 3


def test_a_dispute_refreshes_its_charge(account: Account, api: FakeApi) -> None:
    """Stripe need not send charge.updated for it, yet `disputed` of the charge has changed."""
    account.put("charges", "ch_old", OLD, disputed=True)
    dispute = account.put("disputes", "dp_1", unix(NOW - HOUR), charge="ch_old")
    account.tell("charge.dispute.created", dispute)
    assert ids(read(api, "charges")) == ["ch_old"]
    assert ids(read(api, "disputes")) == ["dp_1"]


def test_an_event_of_another_kind_of_object_names_nothing(account: Account, api: FakeApi) -> None:
    """airbytehq/airbyte#48857: a type mapped to another kind of object lost rows."""
    account.tell("customer.subscription.updated", {"id": "sub_1", "object": "subscription"})
    account.tell("customer.source.created", {"id": "card_1", "object": "card"})
    assert ids(read(api, "customers")) == []
    assert all(not seen.path.startswith("/v1/customers/") for seen in api.seen)


def test_an_upcoming_invoice_has_no_id(account: Account, api: FakeApi) -> None:
    account.tell("invoice.upcoming", {"object": "invoice", "lines": {}})
    assert ids(read(api, "invoices")) == []


def test_deleted_objects_become_tombstones(account: Account, api: FakeApi) -> None:
    """A customer answers 200 with `deleted`, a draft invoice 404."""
    account.put("customers", "cus_1", OLD, deleted=True)
    account.tell("customer.deleted", {"id": "cus_1", "object": "customer", "created": OLD})
    account.tell("invoice.deleted", {"id": "in_1", "object": "invoice", "created": OLD})
    assert gone(read(api, "customers")) == [Tombstone(("cus_1",))]
    assert gone(read(api, "invoices")) == [Tombstone(("in_1",))]


def test_lists_inside_are_completed(account: Account, api: FakeApi) -> None:
    lines = {"data": [{"id": "il_1"}], "has_more": True, "url": "/v1/lines"}
    account.put("invoices", "in_1", OLD, lines=lines)
    account.tell("invoice.updated", {"id": "in_1", "object": "invoice", "created": OLD})
    for number in range(3):
        account.put("lines", f"il_{number}", number)
    [page] = [page for page in read(api, "invoices") if page.records]
    assert len(page.records[0]["lines"]["data"]) == 3


def test_the_first_read_asks_for_no_events(account: Account, api: FakeApi) -> None:
    """The list holds what was created since the feed's start, as it is now."""
    account.tell("charge.updated", account.put("charges", "ch_1", OLD))
    window = Window(datetime(2025, 1, 1, tzinfo=UTC), NOW)
    assert ids(read(api, "charges", window)) == ["ch_1"]
    assert not asked(api, "events")


def test_what_others_refer_to_is_read_from_the_first_day(account: Account, api: FakeApi) -> None:
    """Charges of this year belong to customers of years ago."""
    early = unix(datetime(2019, 5, 1, tzinfo=UTC))
    window = Window(datetime(2025, 1, 1, tzinfo=UTC), NOW)
    for path in ("customers", "charges"):
        account.put(path, f"{path}_early", early)
        account.put(path, f"{path}_late", OLD)
    assert ids(read(api, "customers", window)) == ["customers_late", "customers_early"]
    assert ids(read(api, "charges", window)) == ["charges_late"]


def test_an_object_from_before_the_feeds_start_stays_out(account: Account, api: FakeApi) -> None:
    early = unix(datetime(2019, 5, 1, tzinfo=UTC))
    account.tell("charge.updated", account.put("charges", "ch_early", early))
    account.put("charges", "ch_other", early)
    account.tell("charge.dispute.closed", {"id": "dp_1", "object": "dispute", "charge": "ch_other"})
    account.tell("customer.updated", account.put("customers", "cus_early", early))
    pages = read(api, "charges")
    assert ids(pages) == []
    assert sum(page.filtered for page in pages) == 1, "its age was only known when it was read"
    assert ids(read(api, "customers")) == ["cus_early"]


@pytest.mark.parametrize("days", [29.1, 30, 45, 400])
def test_a_gap_longer_than_events_are_kept_is_read_whole(
    account: Account, api: FakeApi, caplog: pytest.LogCaptureFixture, days: float
) -> None:
    """airbytehq/airbyte#65911: a window clamped to the last 30 days lost what came before."""
    for path in ("charges", "customers"):
        account.put(path, f"{path}_old", unix(NOW - timedelta(days=300)), amount_refunded=9)
    window = Window(NOW - timedelta(days=days), NOW)
    assert ids(read(api, "charges", window)) == ["charges_old"]
    assert not asked(api, "events")
    assert "read_all_again" in caplog.text and "keeps events for 30 days" in caplog.text
    pages = read(api, "customers", window)
    assert ids(pages) == ["customers_old"]
    assert pages[-1].complete == ("all",), "deletions of the gap have no events either"
    assert all(page.position is None for page in pages), "swept in one part"


def test_a_gap_just_short_of_it_is_read_by_events(account: Account, api: FakeApi) -> None:
    row = account.put("charges", "ch_old", OLD)
    account.tell("charge.updated", row, NOW - timedelta(days=28, hours=23))
    assert ids(read(api, "charges", Window(NOW - timedelta(days=28.99), NOW))) == ["ch_old"]
    assert asked(api, "events")


def test_an_interval_of_long_ago_is_its_list_alone(account: Account, api: FakeApi) -> None:
    """A backfill of a year in pieces must not read the whole account for each piece."""
    account.put("charges", "ch_1", OLD)
    day = datetime.fromtimestamp(OLD, UTC)
    assert ids(read(api, "charges", Window(day - HOUR, day + HOUR))) == ["ch_1"]
    assert ids(read(api, "charges", Window(day + HOUR, day + 9 * HOUR))) == []
    assert not asked(api, "events")


def test_event_windows_are_those_of_the_list(account: Account, api: FakeApi) -> None:
    read(api, "refunds")
    bounds = [
        (seen.query["created[gte]"], seen.query["created[lt]"])
        for seen in api.seen
    ]  # fmt: skip
    assert set(bounds) == {(str(unix(NOW - 2 * HOUR)), str(unix(NOW)))}
    groups = [seen.query["type"] for seen in asked(api, "events")]
    assert groups == ["refund.*", "charge.refund.updated"]


def test_a_page_of_events_that_repeats_is_refused(account: Account) -> None:
    row = account.put("charges", "ch_1", OLD)
    event = account.tell("charge.updated", row)

    def answer(seen: Seen) -> Reply:
        if seen.path == "/v1/events":
            return Reply({"object": "list", "data": [event], "has_more": True})
        return account.answer(seen)

    with FakeApi(answer) as api, clock.frozen(NOW), pytest.raises(ContractBroken):
        read(api, "charges")


def test_streams_without_events_ask_for_none(account: Account, api: FakeApi) -> None:
    read(api, "balance_transactions")
    assert [seen.path for seen in api.seen] == ["/v1/balance_transactions"]


def test_an_anchor_deleted_meanwhile_is_a_refused_position(account: Account) -> None:
    """Stripe answers 400 resource_missing for `starting_after`: the list is begun anew."""
    account.page_size = 1
    account.put("charges", "ch_1", OLD)
    account.put("charges", "ch_2", OLD + 1)

    def answer(seen: Seen) -> Reply:
        if "starting_after" in seen.query:
            error = {"code": "resource_missing", "param": "starting_after"}
            return Reply({"error": {"type": "invalid_request_error", **error}}, 400)
        return account.answer(seen)

    with FakeApi(answer) as api, clock.frozen(NOW), pytest.raises(PositionRefused):
        read(api, "charges", Window(datetime(2025, 1, 1, tzinfo=UTC), NOW))


def test_a_list_goes_on_where_it_broke_off(account: Account, api: FakeApi) -> None:
    account.page_size = 2
    for number in range(5):
        account.put("charges", f"ch_{number}", OLD + number)
    window = Window(datetime(2025, 1, 1, tzinfo=UTC), NOW)
    pages = read(api, "charges", window)
    assert [page.position is None for page in pages] == [False, False, True]
    rest = list(build(api).read("charges", window, ReadOptions(pages[0].position)))
    assert ids(rest) == ids(pages)[2:] == ["ch_2", "ch_1", "ch_0"]


def test_check_needs_the_right_to_read_events(account: Account) -> None:
    def answer(seen: Seen) -> Reply:
        if seen.path == "/v1/events":
            return Reply({"error": {"type": "invalid_request_error"}}, 403)
        return account.answer(seen)

    with FakeApi(answer) as api, pytest.raises(AccessDenied, match="/v1/events"):
        build(api).check()


def hook(event: dict[str, Any] | bytes) -> Any:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return build_event({}, body, PATHS["stripe"])


def test_webhooks_name_objects_which_are_asked_for(account: Account, api: FakeApi) -> None:
    """Two events out of order, one an old snapshot: what counts is the object now."""
    now = account.put("charges", "ch_1", OLD, amount_refunded=500)
    late = hook(account.tell("charge.refunded", {**now, "amount_refunded": 500}))
    early = hook(account.tell("charge.succeeded", {**now, "amount_refunded": 0}))
    bad = hook(b'{"id": "evt_x", "type": "charge.updated", "object": "v2.core.event"}')
    source = build(api)
    assert source.route("charge.refunded") == ("charges",)
    assert source.route("balance.available") == ()
    pages = list(source.drain("charges", [late, early, bad]))
    assert [record["amount_refunded"] for page in pages for record in page.records] == [500]
    marks = {mark.event_id: mark.poison for page in pages for mark in page.events}
    assert marks == {late.event_id: None, early.event_id: None, "evt_x": "no_stripe_event"}
    assert [one.reason for page in pages for one in page.rejects] == ["no_stripe_event"]
    assert all(page.partial for page in pages)


def test_a_webhook_of_a_dispute_feeds_two_streams(account: Account, api: FakeApi) -> None:
    account.put("charges", "ch_1", OLD)
    dispute = account.put("disputes", "dp_1", OLD, charge="ch_1")
    event = hook(account.tell("charge.dispute.created", dispute))
    source = build(api)
    assert source.route(event.event_type) == ("charges", "disputes")
    for stream, expected in (("charges", "ch_1"), ("disputes", "dp_1")):
        pages = list(source.drain(stream, [event]))
        assert ids(pages) == [expected]
        [mark] = [mark for page in pages for mark in page.events]
        assert mark.streams == ("charges", "disputes")


def test_every_stream_that_changes_has_events() -> None:
    streams = build_feed("stripe").streams
    assert set(HINTS) == set(streams) - {"balance_transactions", "balances"}
    assert all(len(build_groups(stream)) <= 20 for stream in streams)
    assert build_streams("charge.refund.updated") == ("charges", "refunds")
    expanded = {"id": "dp_1", "object": "dispute", "charge": {"id": "ch_1", "object": "charge"}}
    event = {"type": "charge.dispute.updated", "data": {"object": expanded}}
    assert pick_named("charges", event) == ("ch_1", None)
    assert pick_named("charges", {"type": "charge.updated", "data": None}) is None


def test_a_balance_says_up_to_which_movement_it_is(account: Account, api: FakeApi) -> None:
    """A sum of movements without a last one would differ from the balance on any busy account; one
    without its first ones would always."""
    start = unix(start_instant(build_feed("stripe")))
    account.put("balance_transactions", "txn_1", start + 5)
    account.put("balance_transactions", "txn_2", start + 9)
    (page,) = list(build(api).read("balances", RECENT))
    facts = {"newest_movement": "txn_2", "newest_at": start + 9, "has_earlier_movements": False}
    assert page.records == [
        {"currency": "eur", "available": 70, "pending": 0, **facts},
        {"currency": "usd", "available": 500, "pending": -20, **facts},
    ]
    assert page.complete == ("all",)
    account.put("balance_transactions", "txn_0", start - 5)
    (page,) = list(build(api).read("balances", RECENT))
    assert [row["has_earlier_movements"] for row in page.records] == [True, True]
