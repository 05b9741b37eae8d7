"""The traps of Salesforce's APIs, against a scripted org."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.connectors.salesforce.soql import build_value
from include.core import clock
from include.core.errors import AccessDenied, ContractBroken, RateLimited, UpstreamUnavailable
from include.core.streams import Window
from include.extract.stores.jobs import MemoryJobStore
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.salesforce_org import (
    DATA,
    START,
    TYPES,
    WINDOW,
    Job,
    Org,
    answer_pages,
    build_org_source,
    build_row,
    read_accounts,
)


def test_pages_are_followed_by_locator_and_deleted_rows_come_too() -> None:
    pages = [[build_row(1), build_row(2, IsDeleted=True)], [], [build_row(3)]]
    with FakeApi(Org(answer_pages(pages))) as api:
        found = read_accounts(build_org_source(api))
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
    late = build_row(2, SystemModstamp="2026-10-02T00:00:00.000+0000")
    after = build_row(3, SystemModstamp="2026-10-02T00:00:00.500+0000")
    with FakeApi(Org(answer_pages([[build_row(1), late, after]]))) as api:
        pages = list(build_org_source(api).read("accounts", WINDOW))
    assert [len(page.records) for page in pages] == [2]
    assert [page.filtered for page in pages] == [1]


def test_a_lost_locator_is_worth_another_try() -> None:
    gone = Reply([{"errorCode": "INVALID_QUERY_LOCATOR", "message": "x"}], status=400)

    def answer(seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/queryAll":
            return Reply({"records": [], "done": False, "nextRecordsUrl": f"{DATA}/query/01g-1"})
        return gone

    with FakeApi(Org(answer)) as api, pytest.raises(UpstreamUnavailable):
        read_accounts(build_org_source(api))


def test_a_locator_that_repeats_is_refused() -> None:
    body = {"records": [build_row(1)], "done": False, "nextRecordsUrl": f"{DATA}/query/01g-1"}
    with FakeApi(Org(lambda seen: Reply(body))) as api, pytest.raises(ContractBroken):
        read_accounts(build_org_source(api))


def test_the_daily_limit_stops_and_does_not_hammer() -> None:
    """403 means access denied elsewhere; here the org's requests of the day are used up."""
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    with FakeApi(Org(lambda seen: Reply(body, status=403))) as api:
        with pytest.raises(RateLimited) as caught:
            read_accounts(build_org_source(api))
        assert sum("query" in seen.path for seen in api.seen) == 1
    assert caught.value.retry_after_s == 3600


def test_an_ended_session_is_renewed_once() -> None:
    pages = answer_pages([[build_row(1)]])

    def answer(seen: Seen) -> Reply | None:
        if seen.headers["Authorization"] == "Bearer t1":
            return Reply([{"errorCode": "INVALID_SESSION_ID", "message": ""}], status=401)
        return pages(seen)

    with FakeApi(Org(answer)) as api:
        source = build_org_source(api)
        with clock.frozen(START):
            source._org()
        with clock.frozen(START + timedelta(hours=3)):
            assert len(read_accounts(source)) == 1
        assert isinstance(api.script, Org)
        assert api.script.tokens == 2


def test_a_hidden_field_is_null_and_a_hidden_cursor_is_an_error() -> None:
    types = {name: kind for name, kind in TYPES.items() if name != "Name"}
    row = {name: value for name, value in build_row(1).items() if name != "Name"}
    with FakeApi(Org(answer_pages([[row]]), types)) as api:
        assert "Name" not in read_accounts(build_org_source(api))[0]
    del types["SystemModstamp"]
    with (
        FakeApi(Org(answer_pages([[row]]), types)) as api,
        pytest.raises(AccessDenied, match="SystemModstamp"),
    ):
        read_accounts(build_org_source(api))


def test_bulk_values_mean_what_rest_values_mean() -> None:
    job = Job()
    with FakeApi(Org(job)) as api:
        first, second = read_accounts(build_org_source(api, bulk="always"))
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
        assert len(read_accounts(build_org_source(api, bulk="always"))) == 2
        assert sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen) == 1
    assert job.results == 3


def test_a_job_that_outlived_its_task_is_taken_up() -> None:
    """A first load of an hour began anew after each crash, and the org ran the query each time."""
    jobs, job = MemoryJobStore(), Job(state="InProgress")
    pages = answer_pages([[build_row(9)]])
    later = Window(START, datetime(2026, 10, 2, 3, tzinfo=UTC))

    def die(seconds: float) -> None:
        raise KeyboardInterrupt

    with FakeApi(Org(lambda seen: job(seen) or pages(seen))) as api:
        source = build_org_source(api, jobs, bulk="always")
        source._limits = replace(source._limits, sleep=die)
        with pytest.raises(KeyboardInterrupt):
            read_accounts(source)
        job.state = "JobComplete"
        found = read_accounts(build_org_source(api, jobs, bulk="auto", bulk_after_days=1), later)
        created = sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen)
        rest = next(seen.query["q"] for seen in reversed(api.seen) if "q" in seen.query)
    assert created == 1
    assert [row["Id"] for row in found] == ["1", "2", f"{9:018d}"]
    assert "SystemModstamp >= 2026-10-02T00:00:00Z" in rest
    assert jobs._kept == {}


def test_a_job_that_failed_meanwhile_is_replaced() -> None:
    jobs, job = MemoryJobStore(), Job(state="Failed")
    with FakeApi(Org(job)) as api:
        with pytest.raises(UpstreamUnavailable):
            read_accounts(build_org_source(api, jobs, bulk="always"))
        job.state = "Aborted"
        with pytest.raises(UpstreamUnavailable):
            read_accounts(build_org_source(api, jobs, bulk="always"))
        assert sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen) == 2


@pytest.mark.parametrize("job", [Job(state="Failed"), Job(state="Aborted"), Job(rows=3)])
def test_a_bulk_job_that_is_not_whole_is_not_used(job: Job) -> None:
    with FakeApi(Org(job)) as api, pytest.raises(UpstreamUnavailable):
        read_accounts(build_org_source(api, bulk="always"))


def test_objects_the_bulk_api_refuses_are_read_by_pages() -> None:
    pages = answer_pages([[build_row(1)]])

    def answer(seen: Seen) -> Reply | None:
        if seen.path == f"{DATA}/jobs/query":
            return Reply([{"errorCode": "INVALIDENTITY", "message": "x"}], status=400)
        return pages(seen)

    with FakeApi(Org(answer)) as api:
        assert len(read_accounts(build_org_source(api, bulk="always"))) == 1


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
            read_accounts(build_org_source(api), window)
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
        read_accounts(build_org_source(api))
    assert "jane" not in str(caught.value)
