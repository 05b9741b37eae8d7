"""The traps of Salesforce's APIs, against a scripted org."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.salesforce.soql import build_value
from include.connectors.salesforce.source import SalesforceSource
from include.core import clock
from include.core.errors import AccessDenied, ContractBroken, RateLimited, UpstreamUnavailable
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.stores.jobs import MemoryJobStore
from include.extract.stores.source_stores import Stores
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

START = datetime(2026, 10, 1, tzinfo=UTC)
WINDOW = Window(START, datetime(2026, 10, 2, 0, 0, 0, 5, tzinfo=UTC))
TYPES = {
    "Id": "id", "IsDeleted": "boolean", "Name": "string", "AnnualRevenue": "currency",
    "SystemModstamp": "datetime", "Score__c": "double", "BillingAddress": "address",
}  # fmt: skip
DATA = "/services/data/v68.0"
Answerer = Callable[[Seen], Reply | None]


class Org:
    """Answers token and describe; everything else is the test's."""

    def __init__(self, answer: Answerer, types: dict[str, str] | None = None) -> None:
        self.answer, self.types = answer, types or TYPES
        self.url, self.tokens = "", 0

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/services/oauth2/token":
            self.tokens += 1
            return Reply({"access_token": f"t{self.tokens}", "instance_url": self.url})
        if seen.path.endswith("/describe"):
            fields = [{"name": n, "type": k, "filterable": True} for n, k in self.types.items()]
            return Reply({"queryable": True, "fields": fields})
        return self.answer(seen) or Reply([{"errorCode": "NOT_FOUND", "message": ""}], 404)


def _row(number: int, **values: Any) -> dict[str, Any]:
    stamp = "2026-10-01T05:00:00.000+0000"
    return {"attributes": {"type": "Account"}, "Id": f"{number:018d}", "IsDeleted": False,
            "Name": "x", "AnnualRevenue": None, "SystemModstamp": stamp, "Score__c": None,
            **values}  # fmt: skip


def _source(api: FakeApi, jobs: MemoryJobStore | None = None, **options: Any) -> SalesforceSource:
    assert isinstance(api.script, Org)
    api.script.url = api.url
    credentials = Credentials("c", api.url, {"login": "key", "password": "secret"})
    return SalesforceSource(
        build_feed("salesforce", **options), credentials,
        Stores(job_store=jobs), HttpLimits(tries=2, sleep=lambda seconds: None),
    )  # fmt: skip


def _read(source: SalesforceSource, window: Window = WINDOW) -> list[dict[str, Any]]:
    return [record for page in source.read("accounts", window) for record in page.records]


def _query(pages: list[list[dict[str, Any]]]) -> Answerer:
    def answer(seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/queryAll":
            number = 0
        elif seen.path.startswith(f"{DATA}/query/01g-"):
            number = int(seen.path.rpartition("-")[2])
        else:
            return None
        body: dict[str, Any] = {"records": pages[number], "done": number == len(pages) - 1}
        if not body["done"]:
            body["nextRecordsUrl"] = f"{DATA}/query/01g-{number + 1}"
        return Reply(body)

    return answer


def test_pages_are_followed_by_locator_and_deleted_rows_come_too() -> None:
    pages = [[_row(1), _row(2, IsDeleted=True)], [], [_row(3)]]
    with FakeApi(Org(_query(pages))) as api:
        found = _read(_source(api))
        asked = next(seen.query["q"] for seen in api.seen if "q" in seen.query)
    assert [int(row["Id"]) for row in found] == [1, 2, 3]
    assert found[1]["IsDeleted"] is True
    assert "attributes" not in found[0]
    assert asked == (
        "SELECT Id, IsDeleted, Name, AnnualRevenue, SystemModstamp, Score__c FROM Account WHERE "
        "SystemModstamp >= 2026-10-01T00:00:00Z AND SystemModstamp < 2026-10-02T00:00:01Z"
    )


def test_what_rounding_asked_too_much_is_left_out() -> None:
    """SOQL knows whole seconds: neighbouring windows would both hold the row of the border."""
    late = _row(2, SystemModstamp="2026-10-02T00:00:00.000+0000")
    after = _row(3, SystemModstamp="2026-10-02T00:00:00.500+0000")
    with FakeApi(Org(_query([[_row(1), late, after]]))) as api:
        pages = list(_source(api).read("accounts", WINDOW))
    assert [len(page.records) for page in pages] == [2]
    assert [page.filtered for page in pages] == [1]


def test_a_lost_locator_is_worth_another_try() -> None:
    gone = Reply([{"errorCode": "INVALID_QUERY_LOCATOR", "message": "x"}], status=400)

    def answer(seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/queryAll":
            return Reply({"records": [], "done": False, "nextRecordsUrl": f"{DATA}/query/01g-1"})
        return gone

    with FakeApi(Org(answer)) as api, pytest.raises(UpstreamUnavailable):
        _read(_source(api))


def test_a_locator_that_repeats_is_refused() -> None:
    body = {"records": [_row(1)], "done": False, "nextRecordsUrl": f"{DATA}/query/01g-1"}
    with FakeApi(Org(lambda seen: Reply(body))) as api, pytest.raises(ContractBroken):
        _read(_source(api))


def test_the_daily_limit_stops_and_does_not_hammer() -> None:
    """403 means access denied elsewhere; here the org's requests of the day are used up."""
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    with FakeApi(Org(lambda seen: Reply(body, status=403))) as api:
        with pytest.raises(RateLimited) as caught:
            _read(_source(api))
        assert sum("query" in seen.path for seen in api.seen) == 1
    assert caught.value.retry_after_s == 3600


def test_an_ended_session_is_renewed_once() -> None:
    pages = _query([[_row(1)]])

    def answer(seen: Seen) -> Reply | None:
        if seen.headers["Authorization"] == "Bearer t1":
            return Reply([{"errorCode": "INVALID_SESSION_ID", "message": ""}], status=401)
        return pages(seen)

    with FakeApi(Org(answer)) as api:
        source = _source(api)
        with clock.frozen(START):
            source._org()
        with clock.frozen(START + timedelta(hours=3)):
            assert len(_read(source)) == 1
        assert isinstance(api.script, Org)
        assert api.script.tokens == 2


def test_a_hidden_field_is_null_and_a_hidden_cursor_is_an_error() -> None:
    types = {name: kind for name, kind in TYPES.items() if name != "Name"}
    row = {name: value for name, value in _row(1).items() if name != "Name"}
    with FakeApi(Org(_query([[row]]), types)) as api:
        assert "Name" not in _read(_source(api))[0]
    del types["SystemModstamp"]
    with (
        FakeApi(Org(_query([[row]]), types)) as api,
        pytest.raises(AccessDenied, match="SystemModstamp"),
    ):
        _read(_source(api))


STANDARD = TYPES | {
    "Rating": "picklist", "ShippingCity": "string", "AccountNumber": "string", "Sic": "string",
    "Photo": "base64", "Place__c": "location", "Place__Latitude__s": "double",
}  # fmt: skip
FULL = _row(
    1, Rating="Warm", ShippingCity="Tucson", AccountNumber="CD1", Sic=None, Place__Latitude__s=1.5,
    Score__c=7,
)  # fmt: skip


def test_every_standard_field_is_asked_for() -> None:
    """`Rating`, `ShippingCity` and `AccountNumber` of every account were never selected: only
    declared and custom fields were, so they were in no column and not in `_extra` either."""
    with FakeApi(Org(_query([[FULL]]), STANDARD)) as api:
        found = _read(_source(api))[0]
        asked = next(seen.query["q"] for seen in api.seen if "q" in seen.query)
        described = sum(seen.path.endswith("/describe") for seen in api.seen)
    assert (found["Rating"], found["ShippingCity"], found["AccountNumber"]) == (
        "Warm", "Tucson", "CD1",
    )  # fmt: skip
    assert found["Place__Latitude__s"] == Decimal("1.5")
    assert "Sic" not in found
    assert found["AnnualRevenue"] is None
    assert not {"Photo", "Place__c", "BillingAddress"} & set(asked.replace(",", "").split())
    assert described == 1


def test_a_source_describes_an_object_once() -> None:
    with FakeApi(Org(_query([[FULL]]), STANDARD)) as api:
        source = _source(api)
        assert _read(source) == _read(source)
        assert sum(seen.path.endswith("/describe") for seen in api.seen) == 1


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        ({"custom_fields": False}, {"Score__c", "Place__Latitude__s"}),
        ({"standard_fields": False}, {"Rating", "ShippingCity", "AccountNumber"}),
    ],
)
def test_undeclared_fields_can_be_left_out(options: dict[str, Any], left_out: set[str]) -> None:
    with FakeApi(Org(_query([[FULL]]), STANDARD)) as api:
        found = set(_read(_source(api))[0])
        assert found - set(_read(_source(api, **options))[0]) == left_out


CSV = "\n".join([
    '"Id","IsDeleted","Name","AnnualRevenue","SystemModstamp","Score__c"',
    '"1","true","two\nlines ""quoted""","1250.50","2026-10-01T05:00:00.000Z",""',
    '"2","false","#N/A","","2026-10-01T05:00:00.000Z","7.0"', "",
])  # fmt: skip


class Job:
    """A bulk job of two rows; `cuts` result pages are cut before one is whole."""

    def __init__(self, cuts: int = 0, state: str = "JobComplete", rows: int = 2) -> None:
        self.cuts, self.state, self.rows = cuts, state, rows
        self.body: Any = None
        self.results = 0

    def __call__(self, seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/jobs/query":
            self.body = seen.body
            return Reply({"id": "750x", "state": "UploadComplete"})
        if seen.path == f"{DATA}/jobs/query/750x":
            return Reply({"state": self.state, "numberRecordsProcessed": self.rows})
        if seen.path == f"{DATA}/jobs/query/750x/results":
            self.results += 1
            headers = {"Sforce-Locator": "null", "Content-Type": "text/csv"}
            return Reply(raw=CSV.encode(), headers=headers, cut=self.results <= self.cuts)
        return None


def test_bulk_values_mean_what_rest_values_mean() -> None:
    job = Job()
    with FakeApi(Org(job)) as api:
        first, second = _read(_source(api, bulk="always"))
    assert job.body["operation"] == "queryAll"
    assert "BillingAddress" not in job.body["query"]
    assert first["IsDeleted"] is True
    assert first["Name"] == 'two\nlines "quoted"'
    assert first["AnnualRevenue"] == Decimal("1250.5")
    assert "Score__c" not in first
    assert (second["Name"], second["AnnualRevenue"], second["Score__c"]) == ("#N/A", None, 7)


def test_a_cut_result_page_is_asked_for_again_not_the_job() -> None:
    job = Job(cuts=2)
    with FakeApi(Org(job)) as api:
        assert len(_read(_source(api, bulk="always"))) == 2
        assert sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen) == 1
    assert job.results == 3


def test_a_job_that_outlived_its_task_is_taken_up() -> None:
    """A first load of an hour began anew after each crash, and the org ran the query each time."""
    jobs, job = MemoryJobStore(), Job(state="InProgress")
    pages = _query([[_row(9)]])
    later = Window(START, datetime(2026, 10, 2, 3, tzinfo=UTC))

    def die(seconds: float) -> None:
        raise KeyboardInterrupt

    with FakeApi(Org(lambda seen: job(seen) or pages(seen))) as api:
        source = _source(api, jobs, bulk="always")
        source._limits = replace(source._limits, sleep=die)
        with pytest.raises(KeyboardInterrupt):
            _read(source)
        job.state = "JobComplete"
        found = _read(_source(api, jobs, bulk="auto", bulk_after_days=1), later)
        created = sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen)
        rest = next(seen.query["q"] for seen in reversed(api.seen) if "q" in seen.query)
    assert created == 1
    assert [row["Id"] for row in found] == ["1", "2", f"{9:018d}"]
    assert "SystemModstamp >= 2026-10-02T00:00:00Z" in rest
    assert jobs._kept == {}


def test_a_job_keeps_the_fields_it_was_started_with() -> None:
    """A field the org got between two tries is in no row of the first try's job: the whole result
    was refused as cut, or the job was started again for it."""
    jobs, job = MemoryJobStore(), Job(state="InProgress")

    def die(seconds: float) -> None:
        raise KeyboardInterrupt

    with FakeApi(Org(job)) as api:
        source = _source(api, jobs, bulk="always")
        source._limits = replace(source._limits, sleep=die)
        with pytest.raises(KeyboardInterrupt):
            _read(source)
        job.state = "JobComplete"
        assert isinstance(api.script, Org)
        api.script.types = {n: k for n, k in TYPES.items() if n != "Score__c"} | {"Sic": "string"}
        found = _read(_source(api, jobs, bulk="always"))
        created = sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen)
    assert created == 1
    assert found[1]["Score__c"] == 7


def test_another_wish_is_another_job() -> None:
    """The tenant left the own fields out meanwhile: the job that has them is not used."""
    jobs, job = MemoryJobStore(), Job(state="InProgress")

    def die(seconds: float) -> None:
        raise KeyboardInterrupt

    with FakeApi(Org(job)) as api:
        for wanted in (True, False):
            source = _source(api, jobs, bulk="always", custom_fields=wanted)
            source._limits = replace(source._limits, sleep=die)
            with pytest.raises(KeyboardInterrupt):
                _read(source)
        assert sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen) == 2


def test_a_job_that_failed_meanwhile_is_replaced() -> None:
    jobs, job = MemoryJobStore(), Job(state="Failed")
    with FakeApi(Org(job)) as api:
        with pytest.raises(UpstreamUnavailable):
            _read(_source(api, jobs, bulk="always"))
        job.state = "Aborted"
        with pytest.raises(UpstreamUnavailable):
            _read(_source(api, jobs, bulk="always"))
        assert sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen) == 2


@pytest.mark.parametrize("job", [Job(state="Failed"), Job(state="Aborted"), Job(rows=3)])
def test_a_bulk_job_that_is_not_whole_is_not_used(job: Job) -> None:
    with FakeApi(Org(job)) as api, pytest.raises(UpstreamUnavailable):
        _read(_source(api, bulk="always"))


def test_objects_the_bulk_api_refuses_are_read_by_pages() -> None:
    pages = _query([[_row(1)]])

    def answer(seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/jobs/query":
            return Reply([{"errorCode": "INVALIDENTITY", "message": "x"}], status=400)
        return pages(seen)

    with FakeApi(Org(answer)) as api:
        assert len(_read(_source(api, bulk="always"))) == 1


def test_long_windows_and_long_queries_are_jobs() -> None:
    long_types = TYPES | {f"A_rather_long_name_of_a_field_{n}__c": "string" for n in range(500)}
    month = Window(START, START + timedelta(days=31))
    for types, window, is_job in (
        (TYPES, WINDOW, False),
        (TYPES, month, True),
        (long_types, WINDOW, True),
    ):
        job = Job(state="Failed")
        with FakeApi(Org(job, types)) as api, pytest.raises((UpstreamUnavailable, ContractBroken)):
            _read(_source(api), window)
        assert (job.body is not None) == is_job


def test_a_query_too_long_for_pages_asks_for_the_columns_only() -> None:
    """Never cut in silence: a warning says how many fields there was no room for."""
    wide = TYPES | {f"A_rather_long_name_of_a_field_{n}__c": "string" for n in range(500)}
    with FakeApi(Org(_query([[_row(1)]]), wide)) as api:
        found = _read(_source(api, bulk="never"))
        asked = next(seen.query["q"] for seen in api.seen if "q" in seen.query)
    assert found[0]["Name"] == "x"
    assert "__c" not in asked


def test_a_wide_object_without_a_cursor_is_a_job_too() -> None:
    """`users` have some 180 standard fields; with those of a few packages no line holds them."""
    wide = {"Id": "id", "SystemModstamp": "datetime"}
    wide |= {f"A_rather_long_name_of_a_field_{n}__c": "string" for n in range(500)}
    for types, is_job in ((wide, True), (TYPES, False)):
        job = Job(state="Failed")
        with FakeApi(Org(job, types)) as api, pytest.raises((UpstreamUnavailable, ContractBroken)):
            list(_source(api).read("users", WINDOW))
        assert (job.body is not None) == is_job


@pytest.mark.parametrize(
    ("value", "kind", "meaning"),
    [
        (Decimal("2999.0"), "currency", 2999),
        ("2999.0", "currency", 2999),
        ("0.10", "double", Decimal("0.10")),
        ("123456789012345678", "currency", 123456789012345678),
        ("", "string", None),
        ("2026-11-03T14:05:11.000+0000", "datetime", "2026-11-03T14:05:11.000Z"),
        ("2026-11-03", "date", "2026-11-03"),
    ],
)
def test_values(value: Any, kind: str, meaning: Any) -> None:
    assert build_value(value, kind) == meaning


def test_no_error_shows_a_row() -> None:
    body = [{"errorCode": "MALFORMED_QUERY", "message": "near 'jane@acme.example'"}]
    with (
        FakeApi(Org(lambda seen: Reply(body, status=400))) as api,
        pytest.raises(ContractBroken, match="MALFORMED_QUERY") as caught,
    ):
        _read(_source(api))
    assert "jane" not in str(caught.value)
