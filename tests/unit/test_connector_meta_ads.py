"""The traps of Meta's Marketing API, against a scripted Graph."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.config.reports import resolve_reports
from include.connectors.meta_ads import reports
from include.connectors.meta_ads.source import MetaAdsSource, build_params
from include.core import clock
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Page, Window
from include.extract.http.client import HttpLimits
from include.extract.stores.jobs import MemoryJobStore
from include.extract.stores.source_stores import Stores
from tests.shipped import load_known_connectors
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CONNECTOR = load_known_connectors()["meta_ads"]
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
TOKEN = "EAAsecretToken"
FACTS = {"account_id": "12", "currency": "USD", "timezone_name": "America/Denver"}
Make = Callable[[Any], FakeApi]


@pytest.fixture
def fake_api() -> Iterator[Callable[[Any], FakeApi]]:
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(FakeApi(script))


def _error(code: int, subcode: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"message": "private sentence", "code": code}
    return {"error": found | ({"error_subcode": subcode} if subcode else {})}


def _insight(day: str, ad: str = "7") -> dict[str, Any]:
    return {"account_id": "12", "ad_id": ad, "date_start": day, "date_stop": day, "spend": "1.5"}


class Graph:
    """Reports that follow a script of statuses; keeps the ranges it was asked for."""

    def __init__(self, *statuses: str, rows: list[dict[str, Any]] | None = None) -> None:
        self.statuses = list(statuses)
        self.rows = rows
        self.ranges: dict[str, dict[str, str]] = {}

    def __call__(self, seen: Seen) -> Reply:
        node, _, edge = seen.path.removeprefix("/v26.0/").partition("/")
        if node == "act_12" and not edge:
            return Reply(FACTS)
        if seen.method == "POST":
            run_id = str(900 + len(self.ranges))
            self.ranges[run_id] = json.loads(seen.body["time_range"])
            return Reply({"report_run_id": run_id})
        if edge:
            rows = self.rows if self.rows is not None else [
                _insight(self.ranges[node]["since"])
            ]  # fmt: skip
            return Reply({"data": rows, "paging": {"cursors": {"after": "x"}}})
        if node not in self.ranges:
            return Reply(_error(100, 33), 400)
        status = self.statuses.pop(0) if self.statuses else "Job Completed"
        return Reply({"async_status": status, "async_percent_completion": 100})


def _source(api: FakeApi, jobs: MemoryJobStore | None = None, **options: Any) -> MetaAdsSource:
    fields = {"password": TOKEN, "account_ids": "act_12"}
    fields |= {"app_secret": options.pop("app_secret")} if "app_secret" in options else {}
    waits: list[float] = options.pop("waits", [])
    return MetaAdsSource(
        build_feed(CONNECTOR, **options), Credentials("c", api.url, fields), Stores(job_store=jobs),
        HttpLimits(tries=2, sleep=waits.append),
    )  # fmt: skip


def _read(source: MetaAdsSource, stream: str = "ad_insights") -> list[Page]:
    with clock.frozen(NOW):
        return list(source.read(stream, WINDOW))


def test_a_report_is_asked_for_by_day_and_ad(fake_api: Make) -> None:
    """Without time_increment the range is one row; without statuses deleted ads are missing."""
    api = fake_api(Graph())
    pages = _read(_source(api))
    [start] = [seen for seen in api.seen if seen.method == "POST"]
    assert start.path == "/v26.0/act_12/insights"
    assert start.body["level"] == "ad"
    assert start.body["time_increment"] == "1"
    assert json.loads(start.body["time_range"]) == {"since": "2026-11-01", "until": "2026-11-02"}
    [alive] = json.loads(start.body["filtering"])
    assert alive["field"] == "ad.effective_status"
    assert {"DELETED", "ARCHIVED"} <= set(alive["value"])
    assert not {"7d_view", "28d_view"} & set(json.loads(start.body["action_attribution_windows"]))
    assert pages[0].records[0]["slice_key"] == "12/2026-11-01"
    assert pages[-1].complete == ("12/2026-11-01", "12/2026-11-02")


def test_only_the_status_says_complete(fake_api: Make) -> None:
    """100 percent comes while the job is still running; read then, the report is refused."""
    api = fake_api(Graph("Job Not Started", "Job Running", "Job Running"))
    waits: list[float] = []
    assert len(_read(_source(api, waits=waits))[0].records) == 1
    assert waits == [0.25, 0.5, 1.0]


def test_a_failed_report_is_started_again_then_halved(fake_api: Make) -> None:
    graph = Graph("Job Failed", "Job Skipped")
    pages = _read(_source(fake_api(graph)))
    spans = [(one["since"][-2:], one["until"][-2:]) for one in graph.ranges.values()]
    assert spans == [("01", "02"), ("01", "02"), ("01", "01"), ("02", "02")]
    assert sorted(day for page in pages for day in page.complete) == [
        "12/2026-11-01", "12/2026-11-02",
    ]  # fmt: skip


def test_a_day_that_keeps_failing_ends_the_load(fake_api: Make) -> None:
    with pytest.raises(UpstreamUnavailable, match="Job Failed"):
        _read(_source(fake_api(Graph(*["Job Failed"] * 99))))


def test_a_stuck_report_is_given_up(fake_api: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some never leave 0 percent; the wait for all of them is bounded."""
    monkeypatch.setattr(reports, "PATIENCE_S", 60.0)
    waits: list[float] = []
    with pytest.raises(UpstreamUnavailable):
        _read(_source(fake_api(Graph(*["Job Started"] * 999)), waits=waits, days_per_report=1))
    assert sum(waits) < 4 * 60 * 3


def test_a_new_process_goes_on_with_the_report(fake_api: Make) -> None:
    """Killed after the start of its jobs, the first process leaves their ids behind."""
    graph, jobs = Graph("Job Running"), MemoryJobStore()
    api = fake_api(graph)

    class Killed(Exception):
        pass

    def die(_seconds: float) -> None:
        raise Killed

    first = _source(api, jobs)
    first._limits = replace(first._limits, sleep=die)
    with pytest.raises(Killed):
        _read(first)
    assert len(graph.ranges) == 1
    pages = _read(_source(api, jobs))
    assert len(graph.ranges) == 1
    assert sum(len(page.records) for page in pages) == 1
    # The read is over: the next run must see new numbers, so it starts its own report.
    _read(_source(api, jobs))
    assert len(graph.ranges) == 2


def test_a_kept_report_that_is_gone_is_started_anew(fake_api: Make) -> None:
    graph, jobs = Graph(), MemoryJobStore()
    api = fake_api(graph)
    kept: list[str] = []
    jobs.put = lambda key, job: kept.append(key)  # type: ignore[method-assign]
    _read(_source(api, jobs))
    again = MemoryJobStore()
    again.put(kept[0], "lost")
    assert sum(len(page.records) for page in _read(_source(api, again))) == 1


def test_a_row_of_another_day_stops_the_load(fake_api: Make) -> None:
    for row in (_insight("2026-10-01"), _insight("2026-11-01") | {"date_stop": "2026-11-02"}):
        with pytest.raises(ContractBroken, match="one row per day"):
            _read(_source(fake_api(Graph(rows=[row]))))


def test_a_list_edited_between_its_pages_loses_no_record(fake_api: Make) -> None:
    """Ads are removed and added while the list is walked: the mark stands behind a record."""
    live = [str(number) for number in range(100, 120)]

    def answer(seen: Seen) -> Reply:
        if seen.path.endswith("act_12"):
            return Reply(FACTS)
        after = seen.query.get("after", "0")
        page = [one for one in live if one > after][:3]
        more = {"next": "https://x/"} if any(one > page[-1] for one in live) else {}
        answered = {"data": [{"id": one} for one in page],
                    "paging": {"cursors": {"after": page[-1]}} | more}  # fmt: skip
        live.remove(page[0])  # read already: all behind it move up by one
        live.append(str(int(live[-1]) + 1) if len(live) > 17 else live[-1])
        live[:] = sorted(set(live))
        return Reply(answered)

    api = fake_api(answer)
    found = [row["id"] for page in _read(_source(api), "ads") for row in page.records]
    assert set(found) >= {str(number) for number in range(100, 120)}
    assert len(found) == len(set(found))
    assert len(api.seen) > 7


def test_a_report_edited_between_its_pages_is_the_report_of_its_job(fake_api: Make) -> None:
    """What a job counted is not counted again while it is read; the edit is in the next job."""
    graph = Graph()
    spent = {str(ad): "1.5" for ad in range(7)}
    frozen: dict[str, list[dict[str, Any]]] = {}

    def answer(seen: Seen) -> Reply:
        node, _, edge = seen.path.removeprefix("/v26.0/").partition("/")
        if seen.method == "GET" and edge == "insights":
            asked = graph.ranges[node]
            rows = frozen.setdefault(
                node, [_insight(asked["since"], ad) | {"spend": s} for ad, s in spent.items()]
            )
            start = int(seen.query.get("after", "0"))
            spent[str(start)] = "9.0"  # the vendor counts late clicks
            spent.pop("6", None)
            more = {"next": "https://x/"} if start + 2 < len(rows) else {}
            cursors = {"cursors": {"after": str(start + 2)}}
            return Reply({"data": rows[start : start + 2], "paging": cursors | more})
        return graph(seen)

    api = fake_api(answer)
    first = {r["ad_id"]: r["spend"] for p in _read(_source(api)) for r in p.records}
    assert first == {str(ad): "1.5" for ad in range(7)}
    second = {r["ad_id"]: r["spend"] for p in _read(_source(api)) for r in p.records}
    assert second["0"] == "9.0"
    assert "6" not in second


def test_lists_end_where_next_is_absent(fake_api: Make) -> None:
    """The last page has a cursor too; an empty page may come before the last; no token in URLs."""

    def answer(seen: Seen) -> Reply:
        if seen.path.endswith("act_12"):
            return Reply(FACTS)
        position = int(seen.query.get("after", "0"))
        paging = {"cursors": {"after": str(position + 1)}}
        more = {"next": f"https://elsewhere.example/?access_token={TOKEN}"} if position < 2 else {}
        rows = [] if position == 1 else [{"id": str(position)}]
        return Reply({"data": rows, "paging": paging | more})

    api = fake_api(answer)
    pages = _read(_source(api), "campaigns")
    assert [row["id"] for page in pages for row in page.records] == ["0", "2"]
    assert pages[0].records[0]["account_currency"] == "USD"
    assert {"DELETED", "ARCHIVED"} <= set(json.loads(api.seen[-1].query["effective_status"]))
    assert all(TOKEN not in str(seen.query) for seen in api.seen)
    assert api.seen[-1].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("code", "subcode", "status", "error"),
    [
        (4, 1504022, 400, RateLimited), (17, 2446079, 400, RateLimited),
        (32, None, 400, RateLimited), (613, 1487742, 400, RateLimited),
        (80000, None, 400, RateLimited), (80008, None, 200, RateLimited),
        (80014, None, 400, RateLimited), (190, 463, 401, AccessDenied),
        (190, 460, 400, AccessDenied), (200, None, 403, AccessDenied),
        (10, None, 400, AccessDenied), (368, None, 400, AccessDenied),
        (2, None, 500, UpstreamUnavailable), (1, 99, 200, UpstreamUnavailable),
        (960, None, 400, UpstreamUnavailable), (2601, 1815107, 400, UpstreamUnavailable),
        (100, None, 400, ContractBroken), (100, 33, 400, ContractBroken),
    ],
)  # fmt: skip
def test_codes_decide(
    fake_api: Make, code: int, subcode: int | None, status: int, error: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Most errors come as HTTP 400, some as 200: the status says nothing."""
    caplog.set_level(logging.DEBUG)
    source = _source(fake_api([Reply(_error(code, subcode), status)]))
    with pytest.raises(error) as caught:
        source.check()
    assert "private sentence" not in str(caught.value) + caplog.text
    assert TOKEN not in str(caught.value) + caplog.text


def test_headers_say_how_long_to_wait(fake_api: Make) -> None:
    """There is no Retry-After; minutes in one header, seconds in another."""
    use = {
        "99": [{"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 9}]
    }
    for headers, seconds in (
        ({"x-business-use-case-usage": json.dumps(use)}, 540),
        ({"x-ad-account-usage": json.dumps({"reset_time_duration": 100})}, 100),
        ({}, 600),
    ):
        with pytest.raises(RateLimited) as caught:
            _source(fake_api([Reply(_error(17), 400, headers)])).check()
        assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize(("share", "rest"), [(84, []), (85, [120.0]), (97, [600.0])])
def test_the_reader_rests_before_the_allowance_ends(
    fake_api: Make, share: int, rest: list[float]
) -> None:
    headers = {"x-fb-ads-insights-throttle": json.dumps({"acc_id_util_pct": share})}

    def answer(seen: Seen) -> Reply:
        if seen.path.endswith("act_12"):
            return Reply(FACTS)
        return Reply({"data": []}, headers=headers)

    waits: list[float] = []
    _read(_source(fake_api(answer), waits=waits), "ads")
    assert waits == rest


def test_the_proof_of_the_app_secret_is_sent_when_there_is_one(fake_api: Make) -> None:
    api = fake_api(Graph())
    _read(_source(api, app_secret="app"))
    proof = hmac.new(b"app", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert api.seen[0].query["appsecret_proof"] == proof
    assert next(s for s in api.seen if s.method == "POST").body["appsecret_proof"] == proof


def test_account_numbers_are_digits(fake_api: Make) -> None:
    with pytest.raises(ConfigError, match="account_ids"):
        _source(fake_api([Reply({})]), account_ids=["acme"])


def test_breakdowns_are_reports_of_the_tenants_own(fake_api: Make) -> None:
    """They were not to be had: only fields of the declared streams could be added."""
    asked: list[Seen] = []
    row = _insight("2026-11-01") | {"campaign_id": "5", "age": "25-34", "gender": "female"}
    graph = Graph(rows=[row])

    def answer(seen: Seen) -> Reply:
        asked.append(seen)
        return graph(seen)

    dimensions = ["campaign_id", "age", "gender"]
    wanted = {"people": {"dimensions": dimensions, "metrics": ["spend", "clicks"]}}
    trouble: list[Any] = []
    connector = resolve_reports(CONNECTOR, {"reports": wanted}, trouble)
    assert trouble == []
    stream = connector.streams["people"]
    assert stream.primary_key == ("account_id", "date_start", *dimensions)
    whole = build_params(CONNECTOR.streams["ad_insights"])
    assert (whole["level"], "breakdowns" in whole) == ("ad", False)
    feed = build_feed(connector, account_ids=["12"], reports=wanted)
    login = Credentials("c", fake_api(answer).url, {"password": TOKEN})
    pages = _read(MetaAdsSource(feed, login, Stores()), "people")
    [start] = [seen.body for seen in asked if seen.method == "POST"]
    assert (start["level"], start["breakdowns"]) == ("campaign", "age,gender")
    fields = set(start["fields"].split(","))
    assert {"spend", "clicks", "campaign_id", "account_currency"} <= fields
    assert not {"age", "gender", "slice_key"} & fields, "as a field a breakdown is refused"
    [got] = [one for page in pages for one in page.records]
    assert got["slice_key"]
