"""Hashed tenants on the sandbox: dbt builds their marts; a person of them can be erased.

Two connectors of the demo, an API and files, through the pipeline and the tenant's own dbt build.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.load import load_platform
from include.config.models import Tenant
from include.config.privacy import Privacy
from include.config.settings import load_settings
from include.core import clock
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.feed_load import run_feed_load
from include.pipeline.forget.person import build_person
from include.pipeline.forget.run import run_forget
from include.pipeline.load_request import LoadRequest
from include.sandbox.generate import run_generate
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import Case, build_cases
from tests.load_environment import build_environment

NOW = datetime(2026, 11, 10, tzinfo=UTC)
SALT = "one salt for all of this company"
FEEDS = ("bazaar-ecommerce_csv", "acme-shopify")


@dataclass
class Company:
    """One tenant that has two businesses' feeds and keeps personal data as digests only."""

    url: str
    tenant: Tenant
    cases: dict[str, Case]
    emails: list[str]

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.url, tenant_roles=True, salt=SALT)

    def load(self) -> None:
        for case in self.cases.values():
            with clock.frozen(NOW):
                done = run_feed_load(
                    LoadRequest(case.feed, RunKind.SCHEDULED),
                    build_environment(self.warehouse, case.credentials),
                )
            assert done.failed == {}

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def everything(self) -> str:
        tables = self.fetch(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables "
            "where table_type = 'BASE TABLE' and (table_schema ~ '^acme_' or table_schema = "
            "'elt_ops')"
        )
        texts = [self.fetch(f"select t::text from {name} as t") for (name,) in tables]
        return "\n".join(row[0] for rows in texts for row in rows).lower()


@pytest.fixture(scope="module")
def company(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    world = tmp_path_factory.mktemp("world")
    spec = WorldSpec(size=SIZES["small"])
    run_generate(spec, world)
    with running_sandbox(spec) as url:
        found = build_cases(url, world)
        wanted = {"pii": "hash"}
        tenant = load_platform().tenant("acme")
        tenant = Tenant(
            tenant.spec.model_copy(update={"privacy": Privacy.model_validate(wanted)}), tenant.path
        )
        cases = {}
        for name in FEEDS:
            feed = replace(found[name].feed)
            object.__setattr__(feed, "tenant", tenant)
            cases[name] = Case(feed, found[name].credentials)
        object.__setattr__(tenant, "feeds", tuple(case.feed for case in cases.values()))
        folder = Path(str(cases["bazaar-ecommerce_csv"].feed.options["path"]))
        with next(folder.glob("customers*.csv")).open(encoding="utf-8-sig") as file:
            emails = [row["email"].strip().lower() for row in csv.DictReader(file)]
        made = Company(warehouse, tenant, cases, [one for one in emails if "@" in one])
        made.load()
        settings = replace(load_settings(), state_dir=tmp_path_factory.mktemp("state"))
        run_dbt_build(tenant, made.warehouse, settings=settings)
        yield made


def test_no_address_reaches_a_table_and_the_marts_have_digests(company: Company) -> None:
    assert len(company.emails) > 50
    text = company.everything()
    assert [one for one in company.emails if one in text] == []
    query = "select count(email), count(*) filter (where email ~ '^[0-9a-f]{{64}}$') from {}"
    for table in ("acme_mart.dim_customers", "acme_raw_shopify.customers"):
        [(known, hashed)] = company.fetch(query.format(table))
        assert known == hashed > 20, table
    [(orders,)] = company.fetch("select count(*) from acme_mart.fct_orders")
    assert orders > 100


def test_a_hashed_person_is_erased_from_raw_and_marts_for_good(company: Company) -> None:
    email = company.emails[3]
    person = build_person([email], [], SALT)
    orders = company.fetch("select count(*), sum(total_amount) from acme_mart.fct_orders")
    report = run_forget(company.tenant, person, company.warehouse)
    assert report.touched["acme_raw_ecommerce_csv.customers"] >= 1
    assert report.touched["acme_mart.dim_customers"] >= 1
    assert person.digests[0] not in company.everything()
    company.load()
    assert person.digests[0] not in company.everything()
    assert company.fetch("select count(*), sum(total_amount) from acme_mart.fct_orders") == orders
