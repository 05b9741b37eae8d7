"""One revenue: which records are one sale, and what won deals are worth where there is no shop."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from include.core import naming
from tests.truth.row import TruthRow, build_difference_row

Connection = psycopg.Connection[Any]
# Share of sales that may count twice because nothing ties their records.
MOST_NOT_FOLDED = 0.005
DEAL_ZONE = ZoneInfo("America/Chicago")


def has_table(connection: Connection, schema: str, table: str) -> bool:
    row = connection.execute("select to_regclass(%s)", [f'"{schema}"."{table}"']).fetchone()
    return row is not None and row[0] is not None


def build_fold_rows(connection: Connection, truth: Mapping[str, Any]) -> list[TruthRow]:
    """Records of one sale in two systems, folded into another's order, and not folded at all.

    Acme: charges of web orders. Corner: the ERP's invoices that a charge paid.
    """
    charges = {
        order["stripe_charge"]: order["id"]
        for order in truth["orders"]
        if order.get("stripe_charge")
    }
    invoices = {
        order["erpnext_invoice"]: order["id"]
        for order in truth["orders"]
        if order.get("erpnext_invoice") and order["id"] != order["order"]
    }
    return [
        *_compare_folds(connection, "acme", "stripe", charges),
        *_compare_folds(connection, "corner", "erpnext", invoices),
    ]


def _compare_folds(
    connection: Connection, tenant: str, connector: str, truly: Mapping[str, str]
) -> list[TruthRow]:
    """The connector's records against the orders they truly are part of."""
    schema = naming.dbt_schema(tenant, "mart")
    if not has_table(connection, schema, "bridge_orders"):
        return []
    query = sql.SQL(
        "select parts.source_order_id, wholes.source_order_id from {} as parts "
        "join {} as wholes on wholes.order_id = parts.counted_order_id "
        "where parts.source_connector = %s"
    ).format(sql.Identifier(schema, "bridge_orders"), sql.Identifier(schema, "bridge_orders"))
    found: dict[str, str] = dict(connection.execute(query, [connector]).fetchall())
    known = {record: order for record, order in truly.items() if record in found}
    apart = sum(found[record] == record for record in known)
    wrong = sum(found[record] not in (record, order) for record, order in known.items())
    wrong += sum(whole != record for record, whole in found.items() if record not in known)
    share = round(apart / max(len(known), 1), 4)
    return [
        build_difference_row(tenant, f"{connector}: folded wrongly", wrong),
        TruthRow(
            tenant, f"{connector}: not folded", share, MOST_NOT_FOLDED, share <= MOST_NOT_FOLDED
        ),
    ]


def build_deal_rows(connection: Connection, truth: Mapping[str, Any]) -> list[TruthRow]:
    """Summit has no shop: what it won is its revenue, each request once though two CRMs have it."""
    schema = naming.dbt_schema("summit", "mart")
    if not has_table(connection, schema, "fct_deals"):
        return []
    query = sql.SQL(
        "select to_char(revenue_on, 'YYYY-MM'), sum(revenue_amount) * 100 from {} "
        "where revenue_kind = 'deal' group by 1"
    ).format(sql.Identifier(schema, "fct_revenue_daily"))
    found = {month: int(cents) for month, cents in connection.execute(query).fetchall()}
    won = [one for one in truth["prospects"] if one["stage"] == "won"]
    whole = abs(sum(found.values()) - sum(one["value"] for one in won))
    rows = [build_difference_row("summit", "revenue of deals: cents apart", whole)]
    if not all("closed_at" in one for one in won):
        return rows
    months: Counter[str] = Counter()
    for one in won:
        closed = datetime.fromisoformat(one["closed_at"]).astimezone(DEAL_ZONE)
        months[f"{closed:%Y-%m}"] += one["value"]
    return rows + [
        build_difference_row(
            "summit", f"revenue of deals {month}: cents apart", abs(found.get(month, 0) - cents)
        )
        for month, cents in sorted(months.items())
        if found.get(month, 0) != cents
    ]
