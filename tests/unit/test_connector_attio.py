"""Attio: lists of values, no update times, offsets that shift, objects that are switched off."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.attio import hooks
from include.core.errors import AccessDenied, ContractBroken, RateLimited, UpstreamUnavailable
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.record_path import pick
from include.extract.rest.source import RestSource
from include.load.shape.values import fit_value
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

FEED = build_feed("attio")
STREAMS = FEED.streams
AT = "2025-03-02T09:15:11.061281000Z"
LATER = "2025-04-01T00:00:00.000000000Z"


def _value(since: str = AT, **payload: Any) -> dict[str, Any]:
    return {"active_from": since, "active_until": None, **payload}


def _record(number: int, **values: Any) -> dict[str, Any]:
    ids = {"workspace_id": "w", "object_id": "o", "record_id": f"r{number}"}
    return {"id": ids, "created_at": AT, "web_url": "https://x", "values": values}


def _status(title: str, since: str = AT) -> dict[str, Any]:
    status = {"title": title, "id": {"status_id": f"id of {title}"}}
    return _value(since, status=status, attribute_type="status")


def _source(api: FakeApi) -> RestSource:
    credentials = Credentials("c", api.url, {"password": "token"})
    return RestSource(FEED, credentials, limits=HttpLimits(tries=1))


def _read(api: FakeApi, stream: str) -> list[dict[str, Any]]:
    return [r for page in _source(api).read(stream, Window()) for r in page.records]


def _paged(rows: list[dict[str, Any]], most: int = 500) -> FakeApi:
    def answer(seen: Seen) -> Reply:
        asked = seen.body if seen.method == "POST" else seen.query
        start, size = int(asked["offset"]), min(int(asked["limit"]), most)
        return Reply({"data": rows[start : start + size]})

    return FakeApi(answer)


def test_nothing_claims_to_know_what_changed() -> None:
    """No object has an update time, so each stream is read whole and swept by absence.

    The newest `active_from` moves back when a value is removed: as a version it would hide that.
    """
    for stream in STREAMS.values():
        assert (stream.cursor, stream.version, stream.sweep) == (None, None, "all")
        paginator = stream.paginator or FEED.connector.api.paginator
        assert paginator.kind == "single" or paginator.overlap


def test_more_than_one_page_of_records() -> None:
    """A well-known reader of this API has no paginator and stops at the first 500 records."""
    with _paged([_record(n) for n in range(1201)]) as api:
        assert [r["id"]["record_id"] for r in _read(api, "people")] == [
            f"r{n}" for n in range(1201)
        ]
        first = api.seen[0]
    assert (first.method, first.path) == ("POST", "/v2/objects/people/records/query")
    assert first.headers["Authorization"] == "Bearer token"
    sorts = [{"attribute": "created_at", "direction": "asc"}]
    assert first.body == {"sorts": sorts, "limit": 500, "offset": 0}


def test_notes_come_fewer_than_asked_for() -> None:
    """Pages advance by what came back: a source that caps lower must not lose records."""
    rows = [{"id": {"note_id": f"n{n}"}} for n in range(61)]
    with _paged(rows, most=20) as api:
        assert len(_read(api, "notes")) == 61
        assert api.seen[0].query == {"limit": "50", "offset": "0"}


def test_a_record_deleted_while_reading_is_no_silent_hole() -> None:
    rows = [_record(n) for n in range(900)]

    def answer(seen: Seen) -> Reply:
        start = seen.body["offset"]
        page = rows[start : start + 500]
        rows.pop(0)
        return Reply({"data": page})

    with FakeApi(answer) as api, pytest.raises(UpstreamUnavailable, match="shifted"):
        _read(api, "companies")


@pytest.mark.parametrize("values", [{}, {"name": []}, {"name": None}, None])
def test_an_empty_attribute_in_all_its_forms(values: Any) -> None:
    record = {"id": {}, "values": values}
    for prepare in (hooks.prepare_companies, hooks.prepare_people, hooks.prepare_deals):
        found = prepare(dict(record))
        assert found.get("name") is None
        assert found["last_value_at"] is None
    assert hooks.prepare_companies(dict(record))["categories"] == []
    assert hooks.prepare_list_entries({"id": {}, "entry_values": values})["status"] is None


def test_standard_attributes_stand_beside_all_values() -> None:
    person = _record(
        1,
        name=[_value(first_name="Ada", last_name="Stone", full_name="Ada Stone")],
        email_addresses=[_value(LATER, email_address="a@x.example"), _value(email_address="b@x")],
        company=[_value(target_record_id="c1")],
        shoe_size=[_value(value=39)],
    )
    with _paged([person]) as api:
        (found,) = _read(api, "people")
    spec = STREAMS["people"]
    shown = {name: pick(found, column.path or name) for name, column in spec.columns.items()}
    assert (shown["id"], shown["full_name"], shown["email"]) == ("r1", "Ada Stone", "a@x.example")
    assert (shown["company_id"], shown["phone"], shown["last_value_at"]) == ("c1", None, LATER)
    assert shown["record_values"]["shoe_size"][0]["value"] == 39
    assert [pick(found, "values.email_addresses")[n]["email_address"] for n in (0, 1)] == [
        "a@x.example", "b@x",
    ]  # fmt: skip


def test_money_and_stage_of_a_deal() -> None:
    """0.1 + 0.2 is no money: the number is read as it stands in the answer."""
    body = (
        b'{"data": [{"id": {"record_id": "d"}, "values": {"value": [{"currency_value": '
        b'1250000.1001, "currency_code": "USD"}], "stage": [{"active_from": '
        b'"2025-03-02T09:15:11.061281000Z", "status": {"title": "Won", '
        b'"id": {"status_id": "s"}}}]}}]}'
    )
    empty = Reply({"data": []})
    with FakeApi(lambda seen: Reply(raw=body) if seen.body["offset"] == 0 else empty) as api:
        (deal,) = _read(api, "deals")
    assert deal["deal_value"] == Decimal("1250000.1001")
    assert isinstance(deal["deal_value"], Decimal)
    assert (deal["stage"], deal["stage_id"], deal["stage_entered_at"]) == ("Won", "s", AT)


def test_nine_digits_of_a_second() -> None:
    stored = fit_value(AT, "timestamp").replace(tzinfo=UTC)
    assert stored == datetime(2025, 3, 2, 9, 15, 11, 61281, tzinfo=UTC)


def test_deals_may_be_switched_off_and_people_may_not() -> None:
    with FakeApi([Reply({"type": "invalid_request_error", "code": "not_found"}, 404)]) as api:
        assert _read(api, "deals") == []
        with pytest.raises(ContractBroken, match="not_found"):
            _read(api, "people")


def test_entries_of_every_list_even_when_one_is_deleted_meanwhile() -> None:
    lists = [{"id": {"list_id": name}, "api_slug": f"{name}-slug"} for name in ("a", "gone", "c")]

    def answer(seen: Seen) -> Reply:
        if seen.path == "/v2/lists":
            return Reply({"data": lists})
        name = seen.path.split("/")[3]
        if name == "gone":
            return Reply({}, 404)
        entry = {"id": {"list_id": name, "entry_id": "e"}, "entry_values": {}}
        return Reply({"data": [entry]})

    with FakeApi(answer) as api:
        found = _read(api, "list_entries")
    assert [(r["id"]["list_id"], r["list_api_slug"]) for r in found] == [
        ("a", "a-slug"), ("c", "c-slug"),
    ]  # fmt: skip


def test_a_record_may_be_in_one_list_twice() -> None:
    assert STREAMS["list_entries"].primary_key == ("list_id", "entry_id")


def test_the_status_of_an_entry_is_its_first_by_slug() -> None:
    values = {"zone": [_status("North")], "name": [_value(value="x", attribute_type="text")],
              "phase": [_status("Open", LATER)]}  # fmt: skip
    found = hooks.prepare_list_entries({"id": {}, "entry_values": values})
    assert (found["status"], found["status_id"]) == ("Open", "id of Open")
    assert (found["status_entered_at"], found["last_value_at"]) == (LATER, LATER)


def test_a_dead_token_is_found_by_check() -> None:
    """`GET /v2/self` answers 200 for a dead token: it proves nothing and is never asked."""
    with FakeApi([Reply({"type": "auth_error"}, 401)]) as api:
        with pytest.raises(AccessDenied):
            _source(api).check()
        assert "/v2/self" not in [seen.path for seen in api.seen]


def test_a_wait_given_as_a_date_is_kept() -> None:
    headers = {"Retry-After": "Tue, 23 May 2023 14:42:01 GMT"}
    reply = Reply({"type": "rate_limit_error", "code": "rate_limit_exceeded"}, 429, headers)
    with FakeApi([reply]) as api, pytest.raises(RateLimited) as caught:
        _read(api, "tasks")
    assert caught.value.retry_after_s == 0
    assert "rate_limit_exceeded" in str(caught.value)


def test_traffic_is_what_the_workspaces_own_attributes_say_and_since_when() -> None:
    """Text or choice; the record may be older, and other attributes are other people's business."""
    found = hooks.prepare_people(
        _record(
            1,
            utm_source=[_value(LATER, value=" google ", attribute_type="text")],
            utm_medium=[_value(AT, option={"title": "cpc"}, attribute_type="select")],
            utm_campaign=[_value(AT, value="", attribute_type="text")],
            landing_page=[],
            landing_url=[_value(LATER, value="https://site.example/", attribute_type="text")],
            utm_term=[_value(AT, value="roof", attribute_type="text")],
            gclid=None,
            fbclid=[_value(AT, value=7, attribute_type="number")],
        )
    )
    told = {name: found[name] for name in (*hooks.TRAFFIC, "traffic_told_at")}
    assert told == dict.fromkeys(hooks.TRAFFIC) | {
        "utm_source": "google",
        "utm_medium": "cpc",
        "landing_url": "https://site.example/",
        "traffic_told_at": AT,
    }
    nobody = hooks.prepare_people(_record(2, name=[_value(full_name="Ada")]))
    assert nobody["traffic_told_at"] is None
