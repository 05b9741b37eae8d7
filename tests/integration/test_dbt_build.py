"""One tenant's build on rows of two connectors: amounts, history, rejected rows, same SQL.

Source: amounts worked by hand from the rows below. Shopify's #1001 is paid by Stripe's ch_1, so the
tenant's revenue is #1001 + ch_2, not ch_1. The refund of 30.10 holds its share of tax and shipping:
30.10 x 90 / 102.20 = 26.51. Day and night are those of Denver (UTC-7 in winter).
"""

import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.transform.selection import build_exclusion
from include.transform.variables import build_manifest_vars, build_sources_by_concept
from tests.integration import dbt_project

TENANT = "acme"
OWN = ("ecommerce_csv", "shopify", "stripe")
EXCLUSION = ("--exclude", *build_exclusion())
HISTORY = ("dim_customers", *dbt_project.MONEY_MARTS)
EARLY, LATE = "2026-01-02T02:00:00Z", "2026-01-05T12:00:00Z"


def build_variables() -> dict[str, Any]:
    used = [(name, dbt_project.connectors()[name].concepts) for name in OWN]
    return build_manifest_vars({}) | {
        "tenant": TENANT,
        "tenant_currency": "USD",
        "tenant_timezone": "America/Denver",
        "sources_by_concept": build_sources_by_concept(used),
        "feeds": sorted(OWN),
    }


def build_select() -> list[str]:
    shared = ["path:models/intermediate", "path:models/marts", "path:snapshots"]
    return ["--select", *(f"path:models/staging/{name}" for name in OWN), *shared]


def run_fill(connection: psycopg.Connection[Any]) -> None:
    def put(connector: str, table: str, *rows: dict[str, Any]) -> None:
        dbt_project.run_insert(connection, TENANT, connector, table, rows, load_id=7)

    put("shopify", "customers", {"id": "C1", "display_name": "Ann Lee", "updated_at": EARLY})
    put("shopify", "products", {"id": "P1", "title": "Tent", "status": "ACTIVE"})
    variant = {"id": "V1", "product_id": "P1", "display_name": "Tent - Red", "sku": "T-R"}
    put("shopify", "product_variants", variant | {"price_amount": "50.00", "unit_cost_amount": 20})
    money = {"subtotal_amount": "90.00", "discount_amount": "10.00", "shipping_amount": "5.00"}
    order = money | {"tax_amount": "7.20", "total_amount": "102.20", "currency_code": "USD"}
    paid = order | {"customer_id": "C1", "processed_at": EARLY, "payment_gateway_names": ["paypal"]}
    put(
        "shopify",
        "orders",
        paid | {"id": "O1", "name": "#1001", "financial_status": "PARTIALLY_REFUNDED"},
        paid | {"id": "O2", "name": "#1002", "financial_status": "PAID", "is_test": True},
        paid | {"id": "O3", "name": "#1003", "financial_status": "VOIDED", "cancelled_at": LATE},
    )
    line = {"_parent_id": "O1", "_position": 0, "id": "L1", "variant_id": "V1", "quantity": 2}
    prices = {"original_unit_amount": 50, "original_total_amount": 100}
    put("shopify", "orders__line_items", line | prices | {"discounted_total_amount": 90})
    refund = {"_parent_id": "O1", "_position": 0, "id": "R1", "processed_at": LATE}
    put("shopify", "orders__refunds", refund | {"refunded_amount": "30.10", "currency_code": "USD"})

    charge = {"currency": "usd", "status": "succeeded", "captured": True, "created": EARLY}
    put(
        "stripe",
        "charges",
        charge | {"id": "ch_1", "amount": 10220, "amount_captured": 10220, "amount_refunded": 0}
        | {"metadata": {"order_id": "1001"}},
        charge | {"id": "ch_2", "amount": 1999, "amount_captured": 1999, "amount_refunded": 0},
    )  # fmt: skip

    put("ecommerce_csv", "customers", {"customer_id": "c1", "first_name": "Bo"})
    put("ecommerce_csv", "products", {"product_id": "p1", "unit_price": 5, "currency": "usd"})
    sold = {"status": "completed", "payment_method": "cash", "transaction_at": LATE}
    put(
        "ecommerce_csv",
        "transactions",
        sold | {"transaction_id": "t1", "customer_id": "c1", "subtotal": 10, "total": 10},
        sold | {"transaction_id": "t2", "customer_id": "c9", "subtotal": 99, "total": 99},
    )
    item = {"quantity": 2, "unit_price": 5, "discount": 0, "line_total": 10}
    put(
        "ecommerce_csv",
        "transaction_items",
        item | {"transaction_item_id": "i1", "transaction_id": "t1", "product_id": "p1"},
        item | {"transaction_item_id": "i2", "transaction_id": "t1", "product_id": "p9"},
        item | {"transaction_item_id": "i3", "transaction_id": "t2", "product_id": "p1"},
    )


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def built(warehouse: str, target: Path) -> Iterator[psycopg.Connection[Any]]:
    """The warehouse after one build; autocommit."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, OWN)
        run_fill(connection)
        run_tenant_build(warehouse, target)
        yield connection


def run_tenant_build(url: str, target: Path) -> dict[str, dict[str, Any]]:
    return dbt_project.run_dbt(
        url, target, "build", *build_select(), *EXCLUSION,
        variables=build_variables(), keep_manifest=True,
    )  # fmt: skip


def test_revenue_counts_every_sale_once(built: psycopg.Connection[Any]) -> None:
    rows = dbt_project.fetch(
        built,
        """
        select revenue_on::text, source_connector, gross_amount, discount_amount, tax_amount,
            shipping_amount, total_amount, refund_amount, net_amount
        from acme_mart.fct_revenue_daily order by 1, 2
        """,
    )
    d = Decimal
    assert rows == [
        ("2026-01-01", "shopify", d(100), d(10), d("7.2"), d(5), d("102.2"), d(0), d(90)),
        ("2026-01-01", "stripe", d("19.99"), d(0), d(0), d(0), d("19.99"), d(0), d("19.99")),
        ("2026-01-05", "ecommerce_csv", d(10), d(0), d(0), d(0), d(10), d(0), d(10)),
        ("2026-01-05", "shopify", d(0), d(0), d(0), d(0), d(0), d("30.1"), d("-26.51")),
    ]


def test_orders_keep_those_that_do_not_count(built: psycopg.Connection[Any]) -> None:
    rows = dbt_project.fetch(
        built,
        """
        select source_order_id, order_status, payment_method, is_counted, _load_id
        from acme_mart.fct_orders order by 1
        """,
    )
    assert rows == [
        ("O1", "partially_refunded", "paypal", True, 7),
        ("O2", "paid", "paypal", False, 7),
        ("O3", "cancelled", "paypal", False, 7),
        ("ch_1", "paid", "unknown", False, 7),
        ("ch_2", "paid", "unknown", True, 7),
        ("t1", "paid", "cash", True, 7),
    ]


def test_orphans_are_rejected_with_their_reason(built: psycopg.Connection[Any]) -> None:
    rows = dbt_project.fetch(
        built,
        """
        select source_stream, record_id, reject_reason, parent_id
        from acme_int.int_ecommerce_csv__records_rejected order by 2
        """,
    )
    assert rows == [
        ("transaction_items", "i2", "product_unknown", "p9"),
        ("transaction_items", "i3", "transaction_rejected", "t2"),
        ("transactions", "t2", "customer_unknown", "c9"),
    ]


def test_the_database_enforces_the_keys(built: psycopg.Connection[Any]) -> None:
    table = "acme_int.int_ecommerce_csv__transaction_items_cleansed"
    insert = f"insert into {table} (transaction_item_id, transaction_id, product_id, _feed)"
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        built.execute(f"{insert} values ('i9', 't9', 'p1', 'ecommerce_csv')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        built.execute(f"{insert} values ('i1', 't1', 'p1', 'ecommerce_csv')")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        built.execute("delete from acme_int.int_ecommerce_csv__customers_cleansed")


def test_tables_are_joined_by_planners_who_know_them(built: psycopg.Connection[Any]) -> None:
    """Folding 14,000 orders took 40 s of pair by pair, for a table just made has no statistics."""
    unknown = built.execute(
        "select relnamespace::regnamespace || '.' || relname from pg_class where relkind = 'r' "
        "and reltuples < 0 and relnamespace = any(array["
        f"to_regnamespace('{TENANT}_int'), to_regnamespace('{TENANT}_mart')]::oid[])"
    ).fetchall()
    assert unknown == []


def test_second_run_keeps_history(
    built: psycopg.Connection[Any], warehouse: str, target: Path
) -> None:
    """A price rises and a customer moves; the sale of before keeps the versions of its time."""
    built.execute("update acme_raw_shopify.product_variants set unit_cost_amount = 30")
    built.execute(
        "update acme_raw_shopify.customers set city = 'Boulder', updated_at = '2026-02-01T00:00Z'"
    )
    # What lies below no snapshot is as the first build made it.
    dbt_project.run_build(warehouse, target, OWN, build_variables(), HISTORY)
    customers = dbt_project.fetch(
        built,
        """
        select version_number, city, is_current, effective_from_at::date::text,
            effective_to_at = '9999-12-31T00:00:00Z'
        from acme_mart.dim_customers where source_customer_id = 'C1' order by 1
        """,
    )
    assert customers == [
        (1, None, False, "1900-01-01", False),
        (2, "Boulder", True, "2026-02-01", True),
    ]
    sales = dbt_project.fetch(
        built,
        """
        select sales.cost_amount, products.is_current, customers.is_current
        from acme_mart.fct_sales sales
        join acme_mart.dim_products products using (product_sk)
        join acme_mart.dim_customers customers using (customer_sk)
        where sales.order_id = 'shopify:shopify:O1'
        """,
    )
    assert sales == [(Decimal(40), False, False)]  # 2 pieces at 20, the cost of their time
    counts = dbt_project.fetch(
        built, "select product_id, count(*) from acme_snap.snap_products group by 1 order by 1"
    )
    assert counts == [("ecommerce_csv:ecommerce_csv:p1", 1), ("shopify:shopify:V1", 2)]


def test_all_connectors_or_only_the_own_give_the_same_sql(
    built: psycopg.Connection[Any], warehouse: str, target: Path, tmp_path: Path
) -> None:
    """The build above reads the parse that all tenants share, this compilation one of its own."""
    alone = tmp_path / "project"
    shutil.copytree(dbt_project.PROJECT, alone, ignore=shutil.ignore_patterns("target", "logs"))
    for folder in (alone / "models" / "staging").iterdir():
        if folder.name not in OWN:
            shutil.rmtree(folder)
    # Tests are not compared: half of the nodes.
    tests = ("resource_type:test", "resource_type:unit_test")
    words = ("compile", *build_select(), *EXCLUSION, *tests)
    dbt_project.run_cold_dbt(
        warehouse, tmp_path, *words, variables=build_variables(), project=alone
    )
    together = _load_compiled(target)  # by the build above
    assert len(together) >= 60
    assert together == _load_compiled(tmp_path)
    assert _edges(tmp_path) <= _edges(dbt_project.parsed_settings().dbt_manifest.parent)
    assert _names(tmp_path) == _names(target)


def _load_compiled(target: Path) -> dict[str, str]:
    """Compiled SQL of the models by path; tests lie in folders named like a yml."""
    folder = target / "compiled" / "elt" / "models"
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*.sql")}
    return {name: path.read_text() for name, path in found.items() if ".yml/" not in name}


def _edges(target: Path) -> set[tuple[str, str]]:
    """(parent, child) of the models; tests left out."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    return {
        (parent, name)
        for name, node in nodes.items()
        if node["resource_type"] != "test"
        for parent in node["depends_on"]["nodes"]
    }


def _names(target: Path) -> dict[str, tuple[object, ...]]:
    """Where each model and source of the own connectors lies, and what decides how it is built."""
    manifest = json.loads((target / "manifest.json").read_text())
    nodes = {**manifest["nodes"], **manifest["sources"]}
    folders = tuple(f"models/staging/{name}/" for name in OWN)
    return {
        name: (node["relation_name"], node["database"], node["schema"], node["config"])
        for name, node in nodes.items()
        if node["original_file_path"].startswith((*folders, "models/inter", "models/marts", "snap"))
    }
