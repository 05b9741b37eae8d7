"""A transform that resolves: dbt, the engine, dbt; as the tenant's role, planned and killed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from unittest import mock

import psycopg
import pytest

from include.config.load import load_connectors, load_tenant
from include.config.models import Platform, Tenant
from include.config.settings import load_settings
from include.config.tenant.identity import Override
from include.ledger.connection import Warehouse
from include.pipeline.dbt import transform
from include.pipeline.dbt.manifest import run_build_manifest
from include.pipeline.dbt.plan import fetch_plan
from include.pipeline.dbt.raw_tables import run_ensure_raw_tables
from include.pipeline.dbt.transform import run_transform
from include.pipeline.health.identities import fetch_matches, fetch_who
from tests.integration import dbt_project

NAME = "pair"
FILE = """tenant: pair
name: Pair
owner: data
feeds:
  shopify: {start_date: 2025-01-01}
  attio: {start_date: 2025-01-01}
"""
EARLY = "2026-01-01T00:00:00Z"
ANN, BOB, CRM = "shopify:shopify:C1", "shopify:shopify:C2", "attio:attio:p1"


class Killed(BaseException):
    """What a SIGKILL is to the code around it."""


@dataclass
class Case:
    tenant: Tenant
    warehouse: Warehouse

    def put(self, connector: str, table: str, *rows: dict[str, Any]) -> None:
        """Rows in raw, and the load that brought them."""
        with psycopg.connect(self.warehouse.url, autocommit=True) as connection:
            dbt_project.run_insert(connection, NAME, connector, table, rows)
            connection.execute(
                "insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, "
                "started_at, read, inserted, updated, unchanged, deleted) "
                "values (%s, %s, %s, %s, 'scheduled', 'loaded', now(), 1, 1, 0, 0, 0)",
                [NAME, connector, connector, table.split("__")[0]],
            )

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.warehouse.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def people(self) -> dict[str, str]:
        query = "select record_id, customer_id from pair_mart.bridge_customer_sources"
        return {str(record): str(person) for record, person in self.fetch(query)}

    def orders(self) -> dict[str, tuple[str, Decimal]]:
        query = "select order_id, customer_id, total_amount from pair_mart.fct_orders"
        return {str(order): (str(person), total) for order, person, total in self.fetch(query)}


@pytest.fixture(scope="module")
def case(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Ann in the shop and, by another address, in the CRM; Bob in the shop alone."""
    folder = tmp_path_factory.mktemp("state")
    (folder / f"{NAME}.yaml").write_text(FILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_DBT_EXECUTABLE", str(load_settings().dbt_executable))
        patch.setenv("ELT_STATE_DIR", str(folder))
        connectors, _ = load_connectors(load_settings().connectors_dir)
        tenant, problems = load_tenant(folder / f"{NAME}.yaml", connectors)
        assert tenant and not problems
        run_build_manifest(Platform((tenant,), connectors, (), ()))
        made = Case(tenant, Warehouse(warehouse, tenant_roles=True))
        fetch_plan(tenant, made.warehouse, load_settings())  # migrates
        run_ensure_raw_tables(tenant, made.warehouse)
        made.put(
            "shopify",
            "customers",
            {"id": "C1", "display_name": "Ann Lee", "email": "ann@mail.example", "phone": None},
            {"id": "C2", "display_name": "Bob Roe", "email": "bob@mail.example", "phone": None},
        )
        money = {"currency_code": "USD", "processed_at": EARLY, "financial_status": "PAID"}
        made.put(
            "shopify",
            "orders",
            {"id": "O1", "customer_id": "C1", "subtotal_amount": 10, "total_amount": 10, **money},
            {"id": "O2", "customer_id": "C2", "subtotal_amount": 7, "total_amount": 7, **money},
            {"id": "O3", "customer_id": None, "subtotal_amount": 5, "total_amount": 5, **money},
        )
        made.put("attio", "people", {"id": "p1", "full_name": "Ann Lee", "email": "a@work.example"})
        made.put(
            "attio",
            "people__email_addresses",
            {"_parent_id": "p1", "_position": 0, "email_address": "a@work.example"},
            {"_parent_id": "p1", "_position": 1, "email_address": "Ann@Mail.example"},
        )
        run_transform(tenant, made.warehouse)
        yield made


def test_one_person_of_two_sources_is_one_customer(case: Case) -> None:
    people = case.people()
    assert set(people) == {ANN, BOB, CRM}
    assert people[ANN] == people[CRM] != people[BOB]
    rows = case.fetch(
        "select customer_id, records_count, sources_count, is_customer from "
        "pair_mart.dim_customers where is_current and customer_id <> 'unknown' order by 2"
    )
    assert rows == [(people[BOB], 1, 1, True), (people[ANN], 2, 2, True)]
    assert case.orders() == {
        "shopify:shopify:O1": (people[ANN], Decimal(10)),
        "shopify:shopify:O2": (people[BOB], Decimal(7)),
        "shopify:shopify:O3": ("None", Decimal(5)),
    }


def test_a_stranger_can_ask_why(case: Case) -> None:
    for word in ("ann@mail.example", "A@work.example", "ann l", ANN, case.people()[ANN]):
        found = fetch_who(case.warehouse, NAME, word)
        assert found is not None
        (person,) = found["people"]
        assert {record["record_id"] for record in person["records"]} == {ANN, CRM}
        assert any("ann@mail.example" in pair["evidence"] for pair in person["joined"])
    assert fetch_who(case.warehouse, NAME, "nobody@mail.example") == {"people": [], "more": 0}
    assert fetch_who(case.warehouse, "other", ANN) is None
    with case.warehouse.connect() as connection:
        matches = fetch_matches(connection, NAME)
    assert matches == {
        "records": 3,
        "people": 2,
        "pairs": [{"sources": ("attio", "shopify"), "shared": 1, "rate": 1.0}],
    }


def test_the_tenants_role_reads_and_does_not_write(case: Case) -> None:
    with (
        psycopg.connect(case.warehouse.url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("set role elt_pair")
        assert connection.execute("select count(*) from pair_id.people").fetchone() == (3,)
        connection.execute("delete from pair_id.people")


def test_a_build_killed_after_resolving_is_repaired_by_the_next(case: Case) -> None:
    """The answer was there and the marts were not; nothing new had come, so nothing was planned."""
    case.put("attio", "people", {"id": "p2", "full_name": "Bob Roe", "email": "bob@mail.example"})
    real = transform.run_dbt_build
    calls: list[object] = []

    def build(*arguments: Any, **words: Any) -> Any:
        calls.append(words)
        if len(calls) > 1:  # the first is what identity reads
            raise Killed
        return real(*arguments, **words)

    with mock.patch.object(transform, "run_dbt_build", build), pytest.raises(Killed):
        run_transform(case.tenant, case.warehouse)
    assert "attio:attio:p2" not in case.people()
    assert len(case.fetch("select 1 from pair_id.people")) == 4
    before = case.orders()
    run_transform(case.tenant, case.warehouse)
    people = case.people()
    assert people["attio:attio:p2"] == people[BOB]
    assert case.orders() == before


def test_an_id_that_was_merged_away_still_joins(case: Case) -> None:
    """A person says that two are one: no order changes its amount, and old ids lead to the new."""
    before, totals = case.people(), {order: total for order, (_, total) in case.orders().items()}
    same = [
        Override(must_link=(ANN, other), who="eve", why="he changed his name")
        for other in (BOB, "attio:attio:p2")
    ]
    case.tenant = replace(case.tenant, overrides=tuple(same))
    run_transform(case.tenant, case.warehouse)
    after = case.people()
    assert len(set(after.values())) == 1
    (one,) = set(after.values())
    assert one in before.values()
    assert {order: total for order, (_, total) in case.orders().items()} == totals
    aliases = dict(
        case.fetch("select alias_customer_id, customer_id from pair_mart.bridge_customer_aliases")
    )
    (gone,) = set(before.values()) - {one}
    assert aliases[gone] == one
    lifetimes = (
        "select customer_id, orders_count, gross_amount from pair_mart.agg_customer_lifetime"
    )
    assert case.fetch(lifetimes) == [(one, 2, Decimal(17))]
    assert fetch_plan(case.tenant, case.warehouse, load_settings()).is_nothing
