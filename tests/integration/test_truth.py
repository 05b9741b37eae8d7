"""Revenue to the cent: sandbox -> extract -> load -> dbt equals what the sandbox knows happened.

Truth counts in cents, marts in dollars.
Here for one seed; `tests/e2e/test_truth_of_seeds.py` takes the other four, for minutes each.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.commands.build.row_records import RowRecords
from include.config.load import load_platform
from include.config.settings import load_settings
from include.core import naming
from include.core.clock import utcnow
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import build_target_dir
from include.pipeline.identity.resolve import run_resolve_identities
from include.quality.check import CheckContext, Status
from include.quality.discover import load_feed_checks
from include.quality.run import run_raw_checks
from include.sandbox.generate import run_generate
from include.sandbox.world import SIZES, WorldSpec
from include.transform.lineage.answer import TenantLineage
from tests.integration.truth_case import (
    COLUMNS,
    CONNECTORS_OF,
    SOURCES,
    TENANTS,
    Connection,
    build_known,
    fetch_one,
    fetch_revenue,
    run_world,
)
from tests.truth.marts import TruthReport, build_report, fetch_answer, fetch_callers
from tests.truth.row import ALL

SPEC = WorldSpec(size=SIZES["small"])
# The export's own mistakes, which the sandbox makes on purpose.
PLANTED = {"items_have_transactions", "line_total_adds_up", "total_adds_up"}
PARTS = ("gross", "discounts", "shipping", "tax", "gift_cards", "duties", "rounding")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    run_generate(SPEC, folder)
    return folder


@pytest.fixture(scope="module")
def truth(world: Path) -> dict[str, Any]:
    return json.loads((world / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def marts(warehouse: str, world: Path) -> Iterator[Connection]:
    """The warehouse after every feed was loaded once and every tenant was built."""
    run_world(SPEC, world, warehouse)
    with psycopg.connect(warehouse, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(("tenant", "source"), SOURCES)
def test_revenue_equals_the_truth(
    marts: Connection, truth: dict[str, Any], tenant: str, source: str
) -> None:
    known = truth["revenue"][tenant][source]["total"]
    assert known["total"] > 0
    assert fetch_revenue(marts, tenant, source) == build_known(known, source)


def test_no_revenue_beside_the_truth(marts: Connection, truth: dict[str, Any]) -> None:
    """Shopify's orders are paid through Stripe: counted there too, acme would sell them twice."""
    for tenant in TENANTS:
        total = fetch_one(
            marts,
            "select coalesce(sum(total_amount), 0) "
            f"from {naming.dbt_schema(tenant, 'mart')}.fct_revenue_daily "
            "where revenue_kind = 'order'",
        )
        known = sum(cell["total"]["total"] for cell in truth["revenue"][tenant].values())
        assert total == (Decimal(known) / 100,)


@pytest.mark.parametrize(("tenant", "source"), SOURCES)
def test_months_are_those_of_the_tenant(
    marts: Connection, truth: dict[str, Any], tenant: str, source: str
) -> None:
    """Sales on the day they were placed, refunds and chargebacks on the day the money went."""
    names = ("total", "gift_cards", "refunds", "disputes")
    sums = ", ".join(f"sum({COLUMNS[name]})" for name in names)
    rows = marts.execute(
        f"select to_char(revenue_on, 'YYYY-MM'), {sums} from {naming.dbt_schema(tenant, 'mart')}"
        ".fct_revenue_daily where source_connector = any(%s) group by 1",
        [CONNECTORS_OF.get(source, [source])],
    ).fetchall()
    found = {month: [value * 100 for value in values] for month, *values in rows}
    months = truth["revenue"][tenant][source]["month_local"]
    assert found == {month: [cell[name] for name in names] for month, cell in months.items()}
    assert len(found) >= 12


@pytest.mark.parametrize(
    ("tenant", "source"), [("acme", "shopify"), ("bazaar", "ecommerce_csv"), ("corner", "stripe")]
)
def test_every_order_equals_the_truth(
    marts: Connection, truth: dict[str, Any], tenant: str, source: str
) -> None:
    """Sums may hide two mistakes that cancel each other; an order has nobody to hide behind."""
    names = {"total": "total_amount", "refunded": "refund_amount"}
    if source != "stripe":
        names |= {name: COLUMNS[name] for name in PARTS}
    rows = marts.execute(
        f"select source_order_id, is_counted, {', '.join(names.values())} "
        f"from {naming.dbt_schema(tenant, 'mart')}.fct_orders where source_connector = any(%s)",
        [CONNECTORS_OF.get(source, [source])],
    ).fetchall()
    found = {key: [value * 100 for value in values] for key, counts, *values in rows if counts}
    orders = [o for o in truth["orders"] if (o["tenant"], o["source"]) == (tenant, source)]
    known = {order["id"]: [order[name] for name in names] for order in orders if order["counts"]}
    assert found == known
    assert len(known) > 100


def test_lines_add_up_to_their_orders(marts: Connection) -> None:
    for tenant in ("acme", "bazaar"):
        schema = naming.dbt_schema(tenant, "mart")
        orders, lines = fetch_one(
            marts,
            f"select (select sum(gross_amount) from {schema}.fct_orders where is_counted and "
            "source_connector <> 'stripe'), "
            f"(select sum(gross_amount) from {schema}.fct_sales)",
        )
        assert orders == lines


@pytest.mark.usefixtures("marts")
def test_what_vendors_promise_holds_in_their_played_books(warehouse: str, world: Path) -> None:
    """A check that is wrong about its vendor warns of every tenant until nobody reads warnings.

    `current_totals_add_up` forgot that a refund may be paid above or below its lines.
    """
    settings = replace(load_settings(), tenants_dir=world / "tenants")
    ran, found = 0, []
    for feed in load_platform(settings).feeds:
        own, _ = load_feed_checks(settings.connectors_dir, feed.connector.connector)
        names = {check.name for check in own} - PLANTED
        for outcome in run_raw_checks(Warehouse(warehouse), feed, CheckContext(utcnow())):
            ran += outcome.name in names and outcome.status is Status.PASSED
            if outcome.name in names and outcome.status in (Status.FAILED, Status.BROKEN):
                found.append((feed.dag_id, outcome.stream, outcome.name, outcome.sample))
    assert found == []
    assert ran >= 45


def test_bad_rows_of_the_export_are_kept_apart(marts: Connection, truth: dict[str, Any]) -> None:
    bad = truth["counts"]["bazaar"]["ecommerce_csv"]["bad_rows"]
    rows = marts.execute(
        "select record_id, reject_reason from bazaar_int.int_ecommerce_csv__records_rejected"
    ).fetchall()
    found = dict(rows)
    for item in bad["items_unknown_product"]:
        assert found[item] == "product_unknown"
    for item in bad["items_negative_quantity"]:
        assert found[item] == "quantity_not_positive"


def test_every_charge_of_a_web_order_is_known_as_its_payment(
    marts: Connection, truth: dict[str, Any]
) -> None:
    charges = {order["stripe_charge"] for order in truth["orders"] if order.get("stripe_charge")}
    rows = marts.execute(
        "select source_order_id from acme_mart.fct_orders "
        "where is_part_of_other_order and source_connector = 'stripe'"
    ).fetchall()
    assert {charge for (charge,) in rows} == charges
    assert charges


@pytest.fixture(scope="module")
def report(marts: Connection, warehouse: str, world: Path, truth: dict[str, Any]) -> TruthReport:
    """What `make truth` says after identities were resolved."""
    settings = replace(load_settings(), tenants_dir=world / "tenants")
    platform = load_platform(settings)
    for tenant in TENANTS:
        run_resolve_identities(platform.tenant(tenant), Warehouse(warehouse))
    return build_report(marts, truth)


@pytest.mark.parametrize(("kind", "records"), [("people", 300), ("products", 100)])
def test_records_find_their_people_and_products(
    report: TruthReport, kind: str, records: int
) -> None:
    """The whole way: vendors' answers, loads, staging, unions, the engine, the warehouse's tables.

    A small world has too few pairs to judge a share by; nobody is joined with a stranger, though.
    """
    rows = {row.measure: row.value for row in report.rows if row.tenant == ALL}
    assert rows[f"{kind}: records"] > records
    assert rows[f"{kind}: pairwise precision"] >= 0.97
    assert rows[f"{kind}: pairwise recall"] >= 0.85
    assert rows[f"{kind}: cluster purity"] >= 0.98


def test_the_report_has_the_revenue_of_every_source(report: TruthReport) -> None:
    money = [row for row in report.rows if row.measure.startswith("revenue ")]
    assert {row.tenant for row in money} >= {"acme", "bazaar", "corner"}
    assert [row for row in money if not row.holds] == []


def test_every_record_of_the_warehouse_is_known_to_the_truth(
    report: TruthReport, marts: Connection, truth: dict[str, Any]
) -> None:
    """An id that the truth spells otherwise would not be measured at all, in silence.

    Walk-ins, spam calls, gift cards and services are nobody and nothing.
    """
    for kind, known in (("people", truth["people"]), ("products", truth["items"])):
        for tenant in TENANTS:
            answer = fetch_answer(marts, tenant, kind)  # type: ignore[arg-type]
            told = known.get(tenant, {})
            told = {**told, **fetch_callers(marts, tenant, told)}
            strangers = [one for one in answer if one not in told]
            assert len(strangers) <= max(4, len(answer) // 5), (kind, tenant, strangers[:5])
    assert report.evidence["people"].lines


# Sums of many records; what they are sums of is asked for instead.
SUMS = {"fct_revenue_daily", "fct_daily_metrics", "fct_channel_performance"}


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_row_of_any_fact_leads_to_its_raw_records(
    marts: Connection, warehouse: str, world: Path, tenant: str
) -> None:
    """`elt lineage --row`: of every source's rows in every fact, whatever its ids are made of."""
    settings = replace(load_settings(), tenants_dir=world / "tenants", state_dir=world / "state")
    one = load_platform(settings).tenant(tenant)
    lineage = TenantLineage(one, build_target_dir(settings, tenant))
    asked = 0
    with Warehouse(warehouse).connect() as connection:
        finder = RowRecords(one, lineage, connection)
        for fact, key in fetch_facts(marts, tenant):
            keys = marts.execute(
                f"select distinct on (source) {key}, source from (select {key}::text, "
                f"split_part({key}::text, ':', 1) as source from {tenant}_mart.{fact}) as t "
                "order by source desc limit 4"
            ).fetchall()
            for value, _ in keys:
                found, reasons = finder.find(lineage.find_table(fact), key, value)
                asked += 1
                if fact in SUMS:
                    assert "made of many" in reasons[0]
                    continue
                assert found, (fact, value, reasons)
                assert reasons == [], (fact, value)
                for row in found:
                    count = f"select count(*) from {row.table} where _load_id = %s and _feed = %s"
                    assert fetch_one(marts, count, row.load_id, row.feed) > (0,)
    assert asked > 5


def fetch_facts(marts: Connection, tenant: str) -> list[tuple[str, str]]:
    """Every fact of the tenant that has rows, with its key: the first column."""
    return [
        (name, key)
        for name, key in marts.execute(
            "select table_name, column_name from information_schema.columns where table_schema = "
            "%s and table_name like 'fct\\_%%' and ordinal_position = 1 order by 1",
            [naming.dbt_schema(tenant, "mart")],
        ).fetchall()
        if fetch_one(marts, f"select count(*) from {tenant}_mart.{name}") > (0,)
    ]
