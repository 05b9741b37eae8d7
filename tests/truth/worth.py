"""Customers' worth and daily metrics against what happened, and against the marts' revenue."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection, sql

from include.core import naming
from include.core.clock import utcnow
from tests.truth.revenue import has_table
from tests.truth.row import TruthRow, build_difference_row

# Of a tenant whose sources each tell sales of their own, each with a customer.
COHORTS = 0.95
ADS = {"google": "google_ads", "meta": "meta_ads"}
_HISTORIC = """
select
    coalesce((select sum(historic_revenue_amount) from {mart}.fct_customer_lifetime_value), 0)
    - coalesce((
        select sum(revenue_amount) from {mart}.fct_orders
        where is_counted and customer_id is not null and ordered_on <= current_date + 1
    ), 0)
"""
_METRICS = """
select
    coalesce((
        select sum(case when metric_name = 'revenue' then metric_value else -metric_value end)
        from {mart}.fct_daily_metrics where metric_type = 'revenue'
    ), 0)
    - coalesce((
        select sum(revenue_amount) from {mart}.fct_revenue_daily
        where revenue_on <= (select max(metric_on) from {mart}.fct_daily_metrics)
    ), 0)
"""
_MONTHS = """
select to_char(cohort_month_on, 'YYYY-MM'), customers_count
from {mart}.agg_cohort_retention where months_since_first = 0
"""
_MEASURED = """
select coalesce(sum(metric_value), 0) from {mart}.fct_daily_metrics
where metric_name = %s and source_connector = %s
"""
# The company's bills are goods for stock: an asset until they are sold, so no metric has them.
_BILLS = "select coalesce(sum(amount), 0) from {stg}.stg_quickbooks__bill_lines"


def build_worth_rows(
    connection: Connection[Any], truth: Mapping[str, Any], zones: Mapping[str, str]
) -> list[TruthRow]:
    """Rows of every tenant whose marts are there.

    Args:
        zones: Tenant -> its time zone, in which months begin.
    """
    rows = []
    for tenant in truth["revenue"]:
        if not _has_mart(connection, tenant):
            continue
        for measure, query in (
            ("worth: historic value - revenue of people", _HISTORIC),
            ("metrics: revenue - fct_revenue_daily", _METRICS),
        ):
            rows.append(
                build_difference_row(tenant, measure, _fetch_cents(connection, tenant, query))
            )
        known = count_cohorts(truth["orders"], tenant, ZoneInfo(zones.get(tenant, "UTC")))
        rows += _build_cohort_rows(connection, tenant, known, len(truth["revenue"][tenant]))
        for platform, connector in ADS.items():
            if platform in truth.get("ads", {}).get(tenant, {}):
                told = _fetch_cents(connection, tenant, _MEASURED, "advertising", connector)
                zone = ZoneInfo(zones.get(tenant, "UTC"))
                yesterday = utcnow().astimezone(zone).date() - timedelta(days=1)
                cents = told - sum_spend(truth["ads"][tenant][platform], str(yesterday))
                rows.append(build_difference_row(tenant, f"metrics: advertising {platform}", cents))
    if _has_mart(connection, "acme") and "books" in truth:
        cents = _fetch_cents(connection, "acme", _BILLS) - int(truth["books"]["bills"]["amount"])
        rows.append(build_difference_row("acme", "books: bills", cents))
    return rows


def sum_spend(account: Mapping[str, Any], last: str) -> int:
    """Cents of an account's days up to `last`: one that is not over in its zone is not read yet."""
    return sum(
        int(told["spend"])
        for campaign in account["campaigns"].values()
        for day, told in campaign["days"].items()
        if day <= last
    )


def count_cohorts(orders: list[Mapping[str, Any]], tenant: str, zone: ZoneInfo) -> Counter[str]:
    """Month of the first order of which something was kept -> people."""
    first: dict[str, str] = {}
    for order in orders:
        kept = order["counts"] and order["refunded"] < order["charged"]
        if order["tenant"] == tenant and kept:
            at = datetime.fromisoformat(order["placed_at"]).astimezone(zone)
            month = f"{at:%Y-%m}"
            first[order["party"]] = min(first.get(order["party"], month), month)
    return Counter(first.values())


def _build_cohort_rows(
    connection: Connection[Any], tenant: str, known: Counter[str], sources: int
) -> list[TruthRow]:
    """Share of people who are in a month of the truth's size; judged where one source tells all."""
    if not known:
        return []
    rows = connection.execute(_query(tenant, _MONTHS)).fetchall()
    told: Counter[str] = Counter()
    for month, people in rows:
        told[str(month)] += int(people)
    share = (known & told).total() / (known | told).total()
    target = COHORTS if sources == 1 else None
    holds = None if target is None else share >= target
    return [TruthRow(tenant, "worth: cohorts as in the truth", round(share, 4), target, holds)]


def _has_mart(connection: Connection[Any], tenant: str) -> bool:
    return has_table(connection, naming.dbt_schema(tenant, "mart"), "fct_daily_metrics")


def _fetch_cents(connection: Connection[Any], tenant: str, text: str, *values: str) -> int:
    row = connection.execute(_query(tenant, text), list(values)).fetchone()
    assert row is not None
    return round(row[0] * 100)


def _query(tenant: str, text: str) -> sql.Composed:
    places = {name: sql.Identifier(naming.dbt_schema(tenant, name)) for name in ("mart", "stg")}
    return sql.SQL(text).format(**places)
