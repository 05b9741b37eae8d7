"""Revenue to the cent: sandbox -> extract -> load -> dbt equals what the sandbox knows happened.

The only place besides benchmarks that reads truth.json. Truth counts in cents, marts in dollars.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.load import load_platform
from include.config.models import Feed, Platform
from include.config.settings import Settings, load_settings
from include.core import naming
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from include.sandbox.generate import run_generate
from include.sandbox.serve.connections import find_vendor
from include.sandbox.serve.vendors import load_credentials
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.contract.connector_cases import sandbox_credentials
from tests.load_environment import build_environment

SPEC = WorldSpec(size=SIZES["small"])
TENANTS = ("acme", "bazaar", "corner", "summit")
CONNECTOR_OF = {"quickbooks": "quickbooks_csv"}
COLUMNS = {
    "gross": "gross_amount",
    "discounts": "discount_amount",
    "shipping": "shipping_amount",
    "tax": "tax_amount",
    "gift_cards": "gift_card_amount",
    "total": "total_amount",
    "refunds": "refund_amount",
    "disputes": "dispute_amount",
    "net": "kept_amount",
}
# A Stripe charge does not say what of it is tax or discount.
WHOLE = ("total", "refunds", "disputes", "net")

Connection = psycopg.Connection[Any]


def load_world_platform(world: Path, settings: Settings) -> Platform:
    """The demo tenants, their folders moved into the generated world."""
    tenants = world / "tenants"
    tenants.mkdir()
    for path in settings.tenants_dir.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace(".local/sandbox", str(world))
        (tenants / path.name).write_text(text, encoding="utf-8")
    return load_platform(replace(settings, tenants_dir=tenants))


def build_credentials(feed: Feed, base: str) -> Credentials:
    tenant, connector = feed.tenant.id, feed.connector.connector
    vendor = find_vendor(connector, feed.name)
    fields = load_credentials().get(vendor, {}).get(tenant)
    if fields:
        return sandbox_credentials(feed.connection_id, base, vendor, fields)
    return Credentials(feed.connection_id)


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
    settings = replace(load_settings(), state_dir=world / "state")
    platform = load_world_platform(world, settings)
    place = Warehouse(warehouse)
    with running_sandbox(SPEC) as base:
        for feed in platform.feeds:
            if feed.connector.streams_from_feed and feed.connector.api is None:
                continue
            credentials = build_credentials(feed, base)
            result = run_feed_load(
                LoadRequest(feed, RunKind.SCHEDULED), build_environment(place, credentials)
            )
            assert not result.failed
    for tenant in TENANTS:
        run_dbt_build(platform.tenant(tenant), place, settings=settings)
    with psycopg.connect(warehouse, autocommit=True) as connection:
        yield connection


def fetch_one(connection: Connection, query: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize(
    ("tenant", "source"),
    [
        ("acme", "shopify"),
        ("acme", "quickbooks"),
        ("acme", "stripe"),
        ("bazaar", "ecommerce_csv"),
        ("corner", "stripe"),
        ("corner", "square"),
    ],
)
def test_revenue_equals_the_truth(
    marts: Connection, truth: dict[str, Any], tenant: str, source: str
) -> None:
    known = truth["revenue"][tenant][source]["total"]
    amounts = [name for name in COLUMNS if source != "stripe" or name in WHOLE]
    sums = ", ".join(f"sum({COLUMNS[name]})" for name in amounts)
    found = fetch_one(
        marts,
        f"select sum(orders_count), {sums} from {naming.dbt_schema(tenant, 'mart')}"
        ".fct_revenue_daily where source_connector = %s",
        CONNECTOR_OF.get(source, source),
    )
    assert known["total"] > 0
    assert found[0] == known["orders"]
    cents = dict(zip(amounts, (value * 100 for value in found[1:]), strict=True))
    assert cents == {name: Decimal(known[name]) for name in amounts}


def test_no_revenue_beside_the_truth(marts: Connection, truth: dict[str, Any]) -> None:
    """Shopify's orders are paid through Stripe: counted there too, acme would sell them twice."""
    for tenant in TENANTS:
        total = fetch_one(
            marts,
            "select coalesce(sum(total_amount), 0) "
            f"from {naming.dbt_schema(tenant, 'mart')}.fct_revenue_daily",
        )
        known = sum(cell["total"]["total"] for cell in truth["revenue"][tenant].values())
        assert total == (Decimal(known) / 100,)


@pytest.mark.parametrize("source", ["shopify", "quickbooks"])
def test_months_are_those_of_the_tenant(
    marts: Connection, truth: dict[str, Any], source: str
) -> None:
    rows = marts.execute(
        "select to_char(revenue_on, 'YYYY-MM'), sum(total_amount), sum(refund_amount) "
        "from acme_mart.fct_revenue_daily where source_connector = %s group by 1",
        [CONNECTOR_OF.get(source, source)],
    ).fetchall()
    found = {month: (total * 100, back * 100) for month, total, back in rows}
    months = truth["revenue"]["acme"][source]["month_local"]
    assert found == {month: (cell["total"], cell["refunds"]) for month, cell in months.items()}
    assert len(found) >= 20


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
        "select source_order_id from acme_mart.fct_orders where is_payment_of_other_order"
    ).fetchall()
    assert {charge for (charge,) in rows} == charges
    assert charges
