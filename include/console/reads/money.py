"""Numbers by day out of a tenant's marts, and what daily checks have noted of its tables."""

from datetime import date
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from include.core import naming
from include.ledger.connection import Connection

# Metric -> expression over fct_revenue_daily; docs of each amount: dbt/README.md.
BUSINESS = {
    "revenue": "revenue_amount",
    "net": "net_amount",
    "gross": "gross_amount",
    "refunds": "refund_amount",
    "discounts": "discount_amount",
    "taxes": "tax_amount",
    "orders": "orders_count",
}
TABLE = "fct_revenue_daily"


def fetch_business(
    connection: Connection, tenant: str, metric: str, span: tuple[date, date]
) -> list[dict[str, Any]]:
    """`day`, `source`, `currency`, `value` of one metric; empty while there are no marts."""
    schema = naming.dbt_schema(tenant, "mart")
    known = "select 1 from pg_tables where schemaname = %s and tablename = %s"
    if connection.execute(known, [schema, TABLE]).fetchone() is None:
        return []
    query = sql.SQL(
        "select revenue_on as day, source_connector as source, currency_code as currency, "
        "sum({column}) as value from {table} where revenue_on between %s and %s "
        "group by 1, 2, 3 order by 1, 2, 3"
    ).format(
        column=sql.Identifier(BUSINESS[metric]),
        table=sql.Identifier(schema, TABLE),
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, span).fetchall()


def fetch_noted(
    connection: Connection, tenant: str, metric: str, span: tuple[date, date]
) -> list[dict[str, Any]]:
    """The same of elt_ops.daily_metrics: `source` is `<feed>/<stream>`, a mart's table alone."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select day, concat_ws('/', nullif(feed, ''), stream) as source, null as currency, "
            "value from elt_ops.daily_metrics where tenant = %s and metric = %s "
            "and day between %s and %s order by day, source limit 20000",
            [tenant, metric, *span],
        ).fetchall()
