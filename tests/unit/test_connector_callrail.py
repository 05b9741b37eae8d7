"""CallRail: days in a zone, 25 months, fields on request, tags in three shapes, 403 for forms."""

import logging
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.callrail import hooks
from include.core import clock
from include.core.errors import AccessDenied, RateLimited
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from include.load.shape.values import fit_value
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

FEED = build_feed("callrail")
STREAMS = FEED.streams
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
ONE = Window(datetime(2026, 11, 1, 6, tzinfo=UTC), NOW)
ACCOUNTS = {"page": 1, "total_pages": 1, "accounts": [{"id": "ACC1"}, {"id": "ACC2"}]}
# Sent without being asked for.
DEFAULT_CALL = {
    "answered", "business_phone_number", "customer_city", "customer_country", "customer_name",
    "customer_phone_number", "customer_state", "direction", "duration", "id", "recording",
    "recording_duration", "recording_player", "start_time", "tracking_phone_number", "voicemail",
}  # fmt: skip


def _api(answer: Any) -> FakeApi:
    return FakeApi(lambda s: Reply(ACCOUNTS) if s.path == "/v3/a.json" else answer(s))


def _page(name: str, rows: list[dict[str, Any]], page: int = 1, pages: int = 1) -> Reply:
    return Reply({"page": page, "total_pages": pages, name: rows})


def _read(api: FakeApi, stream: str, window: Window = ONE) -> list[dict[str, Any]]:
    credentials = Credentials("c", api.url, {"password": "key"})
    source = RestSource(FEED, credentials, limits=HttpLimits(tries=1))
    with clock.frozen(NOW):
        return [r for page in source.read(stream, window) for r in page.records]


def _asked(api: FakeApi) -> list[Seen]:
    return [seen for seen in api.seen if seen.path != "/v3/a.json"]


def test_each_account_is_read_and_named() -> None:
    def answer(seen: Seen) -> Reply:
        account = seen.path.split("/")[3]
        return _page("calls", [{"id": f"CAL{account}", "start_time": "2026-11-05T11:00:00-06:00"}])

    with _api(answer) as api:
        found = _read(api, "calls")
        assert {seen.headers["Authorization"] for seen in api.seen} == {'Token token="key"'}
    assert [(r["id"], r["account_id"]) for r in found] == [("CALACC1", "ACC1"), ("CALACC2", "ACC2")]


def test_both_days_are_sent_in_utc_and_cut_to_the_second() -> None:
    """Days count in the key owner's zone unless a zone is sent: whole evenings would be missed."""
    times = ["2026-11-01T00:30:00-06:00", "2026-10-31T23:59:59-06:00", "2026-11-10T06:00:00-06:00"]

    def answer(seen: Seen) -> Reply:
        rows = [{"id": f"CAL{n}", "start_time": text} for n, text in enumerate(times)]
        return _page("calls", rows if "ACC1" in seen.path else [])

    with _api(answer) as api:
        assert [r["id"] for r in _read(api, "calls")] == ["CAL0"]
        sent = _asked(api)[0].query
    assert (sent["start_date"], sent["end_date"], sent["time_zone"]) == (
        "2026-11-01", "2026-11-10", "UTC",
    )  # fmt: skip
    assert (sent["sort"], sent["order"], sent["per_page"]) == ("start_time", "asc", "250")


@pytest.mark.parametrize("start", [None, datetime(2020, 1, 1, tzinfo=UTC)])
def test_a_window_is_always_sent_and_never_older_than_25_months(start: datetime | None) -> None:
    """A range that reaches past the retention is refused as a whole, not cut."""
    with _api(lambda seen: _page("calls", [])) as api:
        _read(api, "calls", Window(start, None))
        sent = _asked(api)[0].query
    assert sent["start_date"] == (NOW - timedelta(days=757)).date().isoformat()
    assert sent["end_date"] == "2026-11-10"
    shortest = min((date(y, 3, 1) - date(y - 2, 2, 1)).days for y in range(2024, 2033))
    assert shortest >= 757


def test_pages_end_where_the_source_says() -> None:
    def answer(seen: Seen) -> Reply:
        number = int(seen.query["page"])
        assert number <= 2
        return _page("tags", [{"id": number, "name": "x"}], number, 2)

    with _api(answer) as api:
        assert [r["id"] for r in _read(api, "tags")] == [1, 2, 1, 2]


def test_every_declared_field_is_asked_for() -> None:
    """Fields are absent unless `fields` names them, and nobody would notice a null column."""
    for name, always in (("calls", DEFAULT_CALL), ("form_submissions", None)):
        stream = STREAMS[name]
        asked = set(stream.params["fields"].split(","))
        assert not [field for field in asked if field.strip() != field]
        declared = {(c.path or n).split(".")[0] for n, c in stream.columns.items()} | {"tags"}
        assert asked <= declared
        if always:
            assert declared - {"account_id"} <= asked | always


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([{"id": 1, "name": "Sales"}], [{"id": 1, "name": "Sales"}]),
        (["Sales", "Spam"], [{"name": "Sales"}, {"name": "Spam"}]),
        (None, []),
        ([], []),
        ([None, ""], []),
    ],
)
def test_tags_in_all_their_shapes(tags: Any, expected: list[dict[str, Any]]) -> None:
    assert hooks.prepare_calls({"id": "CAL1", "tags": tags})["tags"] == expected
    assert hooks.prepare_form_submissions({"id": "FOR1", "tags": tags})["tags"] == expected
    assert hooks.prepare_calls({"id": "CAL1"})["tags"] == []


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("27", "int", 27), (27, "int", 27), ("250.00", "numeric", "250.00"),
        (Decimal("250.5"), "numeric", "250.5"), ("", "numeric", None),
        (1932597, "text", "1932597"), ("1932597", "text", "1932597"),
        ("2017-01-24T11:27:48.119-05:00", "timestamp",
         datetime(2017, 1, 24, 16, 27, 48, 119000)),  # noqa: DTZ001  UTC by convention
    ],
)  # fmt: skip
def test_drifting_types_end_in_one_column(value: Any, kind: str, expected: Any) -> None:
    assert fit_value(value, kind) == expected


def test_no_form_tracking_is_no_error_and_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with _api(lambda seen: Reply({"error": "x"}, 403)) as api:
        assert _read(api, "form_submissions") == []
        assert "action=no_such_list" in caplog.text
        assert "status=403" in caplog.text
        for stream in ("calls", "companies", "text_conversations"):
            with pytest.raises(AccessDenied):
                _read(api, stream)


def test_later_edits_come_with_the_lookback() -> None:
    """Tags, notes and values change after the call and nothing says so: 30 days are read again."""
    assert STREAMS["calls"].lookback_h == STREAMS["form_submissions"].lookback_h == 30 * 24
    assert STREAMS["calls"].version is None
    assert STREAMS["calls"].sweep is None


def test_too_many_requests_without_a_wait() -> None:
    with _api(lambda seen: Reply({}, 429)) as api, pytest.raises(RateLimited) as caught:
        _read(api, "calls")
    assert caught.value.retry_after_s is None
