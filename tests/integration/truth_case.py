"""One world from the sandbox to the marts, and what of its revenue both sides say."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.load import load_platform
from include.config.models import Feed, Platform, Tenant
from include.config.settings import Settings
from include.core import naming
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.dbt.steps import RESOLVE
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from include.sandbox.serve.connections import find_vendor
from include.sandbox.serve.vendors import load_credentials
from include.sandbox.testing import running_sandbox
from include.sandbox.world import WorldSpec
from include.transform.selection import build_selection
from tests.connectors.connector_cases import sandbox_credentials
from tests.integration import dbt_project
from tests.load_environment import build_environment

TENANTS = ("acme", "bazaar", "corner", "summit")
# The API and its exports are copies of the same books: either may stand for a sale.
CONNECTORS_OF = {"quickbooks": ["quickbooks", "quickbooks_csv"]}
COLUMNS = {
    "gross": "gross_amount",
    "discounts": "discount_amount",
    "shipping": "shipping_amount",
    "tax": "tax_amount",
    "gift_cards": "gift_card_amount",
    "duties": "duty_amount",
    "rounding": "rounding_amount",
    "total": "total_amount",
    "refunds": "refund_amount",
    "disputes": "dispute_amount",
    "net": "kept_amount",
}
# A Stripe charge does not say what of it is tax or discount.
WHOLE = ("total", "refunds", "disputes", "net")

REJECTED = "int_ecommerce_csv__records_rejected"
SOURCES = (
    ("acme", "shopify"),
    ("acme", "quickbooks"),
    ("acme", "stripe"),
    ("bazaar", "ecommerce_csv"),
    ("corner", "stripe"),
    ("corner", "square"),
)
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


def fetch_one(connection: Connection, query: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return tuple(row)


def run_world(spec: WorldSpec, world: Path, warehouse: str) -> None:
    """Load every feed of a generated world once and build every tenant."""
    settings = replace(dbt_project.parsed_settings(), state_dir=world / "state")
    platform = load_world_platform(world, settings)
    place = Warehouse(warehouse)
    with running_sandbox(spec) as base:
        for feed in platform.feeds:
            if feed.connector.streams_from_feed and feed.connector.api is None:
                continue
            credentials = build_credentials(feed, base)
            result = run_feed_load(
                LoadRequest(feed, RunKind.SCHEDULED), build_environment(place, credentials)
            )
            assert not result.failed
    # Half of a build is dbt's own tests; other test files run those of every model.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        for tenant in TENANTS:
            selected = build_select(platform.tenant(tenant))
            run_dbt_build(platform.tenant(tenant), place, select=selected, settings=settings)


def build_select(tenant: Tenant) -> list[str]:
    """What money and identity are made of: what else there is, other files and `make truth` see."""
    read = (*dbt_project.MONEY_MARTS, "bridge_orders", "fct_deals", *RESOLVE.reads, REJECTED)
    return dbt_project.find_made_of(read, build_selection(tenant))


def fetch_revenue(connection: Connection, tenant: str, source: str) -> dict[str, Any]:
    """The marts' whole revenue of one source, in cents."""
    amounts = [name for name in COLUMNS if source != "stripe" or name in WHOLE]
    sums = ", ".join(f"sum({COLUMNS[name]})" for name in amounts)
    orders, *found = fetch_one(
        connection,
        f"select sum(orders_count), {sums} from {naming.dbt_schema(tenant, 'mart')}"
        ".fct_revenue_daily where source_connector = any(%s)",
        CONNECTORS_OF.get(source, [source]),
    )
    cents = (value * 100 for value in found)
    return {"orders": orders, **dict(zip(amounts, cents, strict=True))}


def build_known(cell: Mapping[str, int], source: str) -> dict[str, Any]:
    """What the truth says of the amounts that the marts can know of this source."""
    amounts = [name for name in COLUMNS if source != "stripe" or name in WHOLE]
    return {"orders": cell["orders"], **{name: Decimal(cell[name]) for name in amounts}}
