"""Which fields of an org are asked for: all it shows, by pages and by jobs."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from include.core.errors import ContractBroken, UpstreamUnavailable
from include.extract.stores.jobs import MemoryJobStore
from tests.unit.fake_api import FakeApi
from tests.unit.salesforce_org import (
    DATA,
    TYPES,
    WINDOW,
    Job,
    Org,
    answer_pages,
    build_org_source,
    build_row,
    read_accounts,
)

STANDARD = TYPES | {
    "Rating": "picklist", "ShippingCity": "string", "AccountNumber": "string", "Sic": "string",
    "Photo": "base64", "Place__c": "location", "Place__Latitude__s": "double",
}  # fmt: skip
FULL = build_row(
    1, Rating="Warm", ShippingCity="Tucson", AccountNumber="CD1", Sic=None, Place__Latitude__s=1.5,
    Score__c=7,
)  # fmt: skip


def test_every_standard_field_is_asked_for() -> None:
    """`Rating`, `ShippingCity` and `AccountNumber` of every account were never selected: only
    declared and custom fields were, so they were in no column and not in `_extra` either."""
    with FakeApi(Org(answer_pages([[FULL]]), STANDARD)) as api:
        found = read_accounts(build_org_source(api))[0]
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
    with FakeApi(Org(answer_pages([[FULL]]), STANDARD)) as api:
        source = build_org_source(api)
        assert read_accounts(source) == read_accounts(source)
        assert sum(seen.path.endswith("/describe") for seen in api.seen) == 1


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        ({"custom_fields": False}, {"Score__c", "Place__Latitude__s"}),
        ({"standard_fields": False}, {"Rating", "ShippingCity", "AccountNumber"}),
    ],
)
def test_undeclared_fields_can_be_left_out(options: dict[str, Any], left_out: set[str]) -> None:
    with FakeApi(Org(answer_pages([[FULL]]), STANDARD)) as api:
        found = set(read_accounts(build_org_source(api))[0])
        assert found - set(read_accounts(build_org_source(api, **options))[0]) == left_out


def test_a_job_keeps_the_fields_it_was_started_with() -> None:
    """A field the org got between two tries is in no row of the first try's job: the whole result
    was refused as cut, or the job was started again for it."""
    jobs, job = MemoryJobStore(), Job(state="InProgress")

    def die(seconds: float) -> None:
        raise KeyboardInterrupt

    with FakeApi(Org(job)) as api:
        source = build_org_source(api, jobs, bulk="always")
        source._limits = replace(source._limits, sleep=die)
        with pytest.raises(KeyboardInterrupt):
            read_accounts(source)
        job.state = "JobComplete"
        assert isinstance(api.script, Org)
        api.script.types = {n: k for n, k in TYPES.items() if n != "Score__c"} | {"Sic": "string"}
        found = read_accounts(build_org_source(api, jobs, bulk="always"))
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
            source = build_org_source(api, jobs, bulk="always", custom_fields=wanted)
            source._limits = replace(source._limits, sleep=die)
            with pytest.raises(KeyboardInterrupt):
                read_accounts(source)
        assert sum(seen.path == f"{DATA}/jobs/query" for seen in api.seen) == 2


def test_a_query_too_long_for_pages_asks_for_the_columns_only() -> None:
    """Never cut in silence: a warning says how many fields there was no room for."""
    wide = TYPES | {f"A_rather_long_name_of_a_field_{n}__c": "string" for n in range(500)}
    with FakeApi(Org(answer_pages([[build_row(1)]]), wide)) as api:
        found = read_accounts(build_org_source(api, bulk="never"))
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
            list(build_org_source(api).read("users", WINDOW))
        assert (job.body is not None) == is_job
