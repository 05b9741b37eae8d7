"""The traps of GA4 reports, each with a fake property that springs it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests_mock

from include.config.credentials import Credentials
from include.connectors.google_analytics import report as reports
from include.connectors.google_analytics.source import GoogleAnalyticsSource
from include.core import clock
from include.core.errors import ConfigError, ContractBroken, RateLimited, UpstreamUnavailable
from include.core.streams import Page, Window
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
BASE = "https://analyticsdata.googleapis.com/v1beta/properties/77"
TOKENS = "https://oauth2.googleapis.com/token"
FIELDS = {"client_id": "id", "client_secret": "x", "refresh_token": "y"}
Answer = dict[str, Any]


def _source(waits: list[float] | None = None, **options: Any) -> GoogleAnalyticsSource:
    feed = build_feed("google_analytics", **{"property_id": "77", **options})
    sleep = (waits if waits is not None else []).append
    limits = replace(GoogleAnalyticsSource.usual_limits, sleep=sleep)
    return GoogleAnalyticsSource(feed, Credentials("c", None, FIELDS), limits=limits)


def _row(request: Answer, day: date, rank: int = 0) -> Answer:
    values = [
        day.strftime("%Y%m%d") if d["name"] == "date" else f"v{rank}" for d in request["dimensions"]
    ]
    return {
        "dimensionValues": [{"value": value} for value in values],
        "metricValues": [{"value": "7"} for _ in request["metrics"]],
    }


def _report(request: Answer, rows: list[Answer], **metadata: Any) -> Answer:
    found = {
        "dimensionHeaders": request["dimensions"],
        "metricHeaders": [{**m, "type": "TYPE_INTEGER"} for m in request["metrics"]],
        "metadata": {"timeZone": "America/Denver", "currencyCode": "USD", **metadata},
        "kind": "analyticsData#runReport",
    }
    return found | ({"rows": rows, "rowCount": len(rows)} if rows else {})


def _days(request: Answer) -> list[date]:
    [dates] = request["dateRanges"]
    first, last = date.fromisoformat(dates["startDate"]), date.fromisoformat(dates["endDate"])
    return [first + timedelta(days=d) for d in range((last - first).days + 1)]


def _every_day(request: Answer) -> Answer:
    return _report(request, [_row(request, day) for day in _days(request)])


@pytest.fixture
def api() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker, clock.frozen(NOW):
        mocker.post(TOKENS, json={"access_token": "t", "expires_in": 3600})
        yield mocker


def _serve(api: requests_mock.Mocker, answer: Callable[[Answer], Answer]) -> list[Answer]:
    """Answer both report methods; returns the report requests as they come."""
    asked: list[Answer] = []

    def one(request: Any, context: Any) -> Answer:
        asked.append(request.json())
        return answer(request.json())

    def batch(request: Any, context: Any) -> Answer:
        asked.extend(request.json()["requests"])
        return {"reports": [answer(r) for r in request.json()["requests"]]}

    api.post(f"{BASE}:runReport", json=one)
    api.post(f"{BASE}:batchRunReports", json=batch)
    return asked


def _read(source: GoogleAnalyticsSource, stream: str, days: int) -> list[Page]:
    return list(source.read(stream, Window(NOW - timedelta(days=days), NOW)))


def _records(pages: list[Page]) -> list[Answer]:
    return [record for page in pages for record in page.records]


def test_values_stay_the_strings_they_came_as(api: requests_mock.Mocker) -> None:
    def answer(request: Answer) -> Answer:
        row = _row(request, _days(request)[0])
        row["metricValues"][-1] = {"value": "0.41776315789473684"}
        return _report(request, [row])

    _serve(api, answer)
    [record] = _records(_read(_source(days_per_request=3), "sessions", 3))
    assert record["metrics"]["bounceRate"] == "0.41776315789473684"
    assert record["dimensions"]["date"] == "20261017"
    assert (record["property_id"], record["slice_key"]) == ("77", "77/2026-10-17")
    assert record["report"]["time_zone"] == "America/Denver"


def test_an_empty_report_has_no_rows_and_completes_its_days(api: requests_mock.Mocker) -> None:
    """proto-JSON leaves out an empty list and a zero count: that is an answer, not a fault."""
    _serve(api, lambda request: _report(request, []))
    pages = _read(_source(), "key_events", 2)
    assert _records(pages) == []
    assert [key for page in pages for key in page.complete] == ["77/2026-10-18", "77/2026-10-19"]


def test_counted_rows_that_are_missing_stop_the_load(api: requests_mock.Mocker) -> None:
    _serve(api, lambda request: {**_report(request, []), "rowCount": 5})
    with pytest.raises(ContractBroken, match="counts `5` rows"):
        _read(_source(), "events", 1)


def test_today_is_never_read(api: requests_mock.Mocker) -> None:
    asked = _serve(api, _every_day)
    _read(_source(), "events", 3)
    assert max(day for request in asked for day in _days(request)) == date(2026, 10, 19)


def test_pages_go_on_by_offset_in_the_body(
    api: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airbyte sends the offset as a query parameter and cuts each report at its limit."""

    def answer(request: Answer) -> Answer:
        rows = [_row(request, _days(request)[0], n) for n in range(7)]
        start = int(request["offset"])
        return _report(request, rows[start : start + 3]) | {"rowCount": 7}

    asked = _serve(api, answer)
    pages = _read(_source(), "events", 1)
    assert [r["dimensions"]["eventName"] for r in _records(pages)] == [f"v{n}" for n in range(7)]
    assert [r["offset"] for r in asked[1:]] == ["0", "2", "4"]
    assert [bool(page.complete) for page in pages] == [False, False, True]
    assert asked[1]["orderBys"] == [
        {"dimension": {"dimensionName": "date"}}, {"dimension": {"dimensionName": "eventName"}},
    ]  # fmt: skip
    assert not any(r.query for r in api.request_history)


@pytest.mark.parametrize("at", [2, 3])
def test_a_report_that_changes_between_its_pages_is_read_again(
    api: requests_mock.Mocker, at: int
) -> None:
    """A row gone from the front moved all others up: one was never read, and then marked deleted.

    Pages go by a count, and the last of them names its day as read whole.
    """
    rows = list(range(8))

    def answer(request: Answer) -> Answer:
        if len(asked) == at + 1:
            del rows[0]
        start = int(request["offset"])
        day = _days(request)[0]
        shown = [_row(request, day, n) for n in rows[start : start + 3]]
        return _report(request, shown) | {"rowCount": len(rows)}

    asked = _serve(api, answer)
    pages = _read(_source(), "events", 1)
    found = {r["dimensions"]["eventName"] for r in _records(pages)}
    assert found >= {f"v{n}" for n in range(1, 8)}
    assert [bool(page.complete) for page in pages].count(True) == 1


def test_a_report_that_never_stands_still_is_refused(api: requests_mock.Mocker) -> None:
    def answer(request: Answer) -> Answer:
        start, first = int(request["offset"]), len(asked)
        shown = [_row(request, _days(request)[0], first + n) for n in range(start, start + 3)]
        return _report(request, shown) | {"rowCount": 9}

    asked = _serve(api, answer)
    with pytest.raises(UpstreamUnavailable, match="changed each of"):
        _read(_source(), "events", 1)


def test_a_report_that_ends_early_is_refused(api: requests_mock.Mocker) -> None:
    def answer(request: Answer) -> Answer:
        day = _days(request)[0]
        rows = [_row(request, day, n) for n in range(2)] if request["offset"] == "0" else []
        return {**_report(request, rows), "rowCount": 4}

    _serve(api, answer)
    with pytest.raises(ContractBroken, match="counts `4` rows"):
        _read(_source(), "events", 1)


@pytest.mark.parametrize(
    ("flag", "column"),
    [
        ({"subjectToThresholding": True}, "is_thresholded"),
        ({"dataLossFromOtherRow": True}, "has_data_loss"),
        (
            {"samplingMetadatas": [{"samplesReadCount": "1", "samplingSpaceSize": "4"}]},
            "is_sampled",
        ),
    ],
)
def test_a_flagged_range_is_read_again_day_by_day(
    api: requests_mock.Mocker, flag: Answer, column: str
) -> None:
    """The flag speaks of the whole range; by day it speaks of the day, and less is lost."""

    def answer(request: Answer) -> Answer:
        is_bad = date(2026, 10, 18) in _days(request)
        rows = [_row(request, day) for day in _days(request)]
        return _report(request, rows, **(flag if is_bad else {}))

    asked = _serve(api, answer)
    records = _records(_read(_source(days_per_request=7), "sessions", 4))
    flagged = {r["dimensions"]["date"]: r["report"][column] for r in records}
    assert flagged == {f"202610{d}": d == 18 for d in (16, 17, 18, 19)}
    assert [len(_days(r)) for r in asked[1:]] == [4, 1, 1, 1, 1]


def test_five_ranges_go_in_one_request(api: requests_mock.Mocker) -> None:
    _serve(api, _every_day)
    pages = _read(_source(days_per_request=2), "events", 20)
    batches = [r.json()["requests"] for r in api.request_history if "batch" in r.path]
    assert [len(batch) for batch in batches] == [5, 5]
    assert len(_records(pages)) == len({key for page in pages for key in page.complete}) == 20


def test_hidden_metrics_are_unknown_and_not_zero(api: requests_mock.Mocker) -> None:
    """REVENUE_DATA restrictions give 0 for every amount: a wrong number."""
    hidden = {
        "activeMetricRestrictions": [
            {"metricName": "purchaseRevenue", "restrictedMetricTypes": ["REVENUE_DATA"]}
        ]
    }

    def answer(request: Answer) -> Answer:
        rows = [_row(request, day) for day in _days(request)]
        return _report(request, rows, schemaRestrictionResponse=hidden)

    _serve(api, answer)
    [record] = _records(_read(_source(), "ecommerce_transactions", 1))
    assert record["metrics"]["purchaseRevenue"] is None
    assert record["metrics"]["transactions"] == "7"
    assert record["report"]["restricted_metrics"] == ["purchaseRevenue"]


def test_other_rows_and_empty_values_are_marked(api: requests_mock.Mocker) -> None:
    def answer(request: Answer) -> Answer:
        rows = [_row(request, day) for day in _days(request) for _ in range(3)]
        if len(request["dimensions"]) == 1:  # the question for the time zone
            return _report(request, rows)
        rows[1]["dimensionValues"][1] = {"value": "(other)"}
        rows[2]["dimensionValues"][1] = {}
        rows[2]["metricValues"][0] = {}
        return _report(request, rows)

    _serve(api, answer)
    plain, other, empty = _records(_read(_source(), "events", 1))
    assert [plain["is_other_row"], other["is_other_row"]] == [False, True]
    assert empty["dimensions"]["eventName"] == "(empty)"
    assert empty["metrics"]["eventCount"] == "0"


def test_an_other_row_without_a_day_is_refused(api: requests_mock.Mocker) -> None:
    def answer(request: Answer) -> Answer:
        row = _row(request, _days(request)[0])
        row["dimensionValues"][0] = {"value": "(other)"}
        return _report(request, [row])

    _serve(api, answer)
    with pytest.raises(ContractBroken, match="days_per_request"):
        _read(_source(), "events", 1)


@pytest.mark.parametrize("part", ["dimensionHeaders", "metricHeaders"])
def test_other_columns_than_asked_for_are_refused(api: requests_mock.Mocker, part: str) -> None:
    _serve(api, lambda request: {**_every_day(request), part: [{"name": "else"}]})
    with pytest.raises(ContractBroken, match="else"):
        _read(_source(), "events", 1)


def test_low_tokens_slow_the_reader_down(api: requests_mock.Mocker) -> None:
    """A used-up quota has no `remaining` at all, and may be negative."""
    quotas = [
        {"tokensPerProjectPerHour": {"consumed": 3, "remaining": 13_000}},
        {"tokensPerProjectPerHour": {"consumed": 3, "remaining": 900}},
        {"tokensPerHour": {"consumed": 3}},
        {"tokensPerDay": {"consumed": 3, "remaining": -1}},
    ]
    waits: list[float] = []
    answers = iter(quotas)

    def answer(request: Answer) -> Answer:
        return {**_every_day(request), "propertyQuota": next(answers)}

    _serve(api, answer)
    _read(_source(waits, days_per_request=1), "events", 3)
    assert waits == [30.0, 30.0, 30.0]


def test_a_long_quota_is_handed_to_the_scheduler(api: requests_mock.Mocker) -> None:
    message = "Exhausted property tokens for a project per hour."
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": message}}
    api.post(f"{BASE}:runReport", status_code=429, json=body)
    waits: list[float] = []
    with pytest.raises(RateLimited) as caught:
        _read(_source(waits), "events", 1)
    assert caught.value.retry_after_s == 1800
    assert waits == []


def test_concurrent_requests_are_waited_for(api: requests_mock.Mocker) -> None:
    error = {"status": "RESOURCE_EXHAUSTED", "message": "Exhausted concurrent requests quota."}
    waits: list[float] = []
    _serve(api, _every_day)
    request = reports.build_request(reports.Definition(("date",), ("sessions",)), reports.Slice(
        date(2026, 10, 19), date(2026, 10, 19)))  # fmt: skip
    api.post(f"{BASE}:runReport", [
        {"status_code": 429, "json": {"error": error}}, {"json": _every_day(request)},
    ])  # fmt: skip
    assert len(_records(_read(_source(waits), "events", 1))) == 1
    assert [round(wait) for wait in waits] == [30]


def test_server_errors_are_tried_three_times_only(api: requests_mock.Mocker) -> None:
    """Each failed request counts against ten an hour for the whole property."""
    api.post(f"{BASE}:runReport", status_code=503, json={"error": {"status": "UNAVAILABLE"}})
    with pytest.raises(Exception, match="503"):
        _read(_source(), "events", 1)
    assert sum("runreport" in r.path.lower() for r in api.request_history) == 3


@pytest.mark.parametrize("given", ["G-ABC123", "", "properties/x"])
def test_a_measurement_id_is_no_property(given: str) -> None:
    with pytest.raises(ConfigError, match="not G-XXXX"):
        _source(property_id=given)


def test_the_property_may_stand_in_the_connection() -> None:
    feed = build_feed("google_analytics")
    credentials = Credentials("c", None, {**FIELDS, "property_id": "properties/88"})
    assert GoogleAnalyticsSource(feed, credentials)._property == "88"


def test_check_names_fields_that_are_gone_or_do_not_go_together(api: requests_mock.Mocker) -> None:
    feed = build_feed("google_analytics")
    names = {
        kind: {name for s in feed.streams.values() for name in getattr(
            reports.build_definition(s), kind)}
        for kind in ("dimensions", "metrics")
    }  # fmt: skip
    body = {kind: [{"apiName": name} for name in sorted(found)] for kind, found in names.items()}
    renamed = {"apiName": "keyConversions", "deprecatedApiNames": ["keyEvents"]}
    body["metrics"] = [m for m in body["metrics"] if m["apiName"] != "keyEvents"] + [renamed]
    api.get(f"{BASE}/metadata", json=body)
    api.post(f"{BASE}:checkCompatibility", json={})
    _source().check()

    wrong = {"metricMetadata": {"apiName": "sessions"}, "compatibility": "INCOMPATIBLE"}
    api.post(f"{BASE}:checkCompatibility", json={"metricCompatibilities": [wrong]})
    with pytest.raises(ContractBroken, match="do not go together"):
        _source().check()

    api.get(f"{BASE}/metadata", json={**body, "metrics": []})
    with pytest.raises(ContractBroken, match="has no"):
        _source().check()


def test_every_key_is_the_property_and_all_dimensions() -> None:
    """A dimension missing from the key would merge rows of different values."""
    for name, stream in build_feed("google_analytics").streams.items():
        definition = reports.build_definition(stream)
        paths = [stream.columns[key].path for key in stream.primary_key]
        assert paths == [None, *(f"dimensions.{d}" for d in definition.dimensions)], name
        assert len(definition.dimensions) <= 9 and 1 <= len(definition.metrics) <= 10
        assert stream.sweep == "slice_key"
        assert stream.lookback_h >= 72


def test_sampled_share_is_of_all_samples() -> None:
    samples = [
        {"samplesReadCount": "10", "samplingSpaceSize": "30"},
        {"samplesReadCount": "20", "samplingSpaceSize": "30"},
    ]
    facts = reports.build_quality({"samplingMetadatas": samples}).facts
    assert Decimal(facts["sampled_share"]) == Decimal("0.5")
