"""The tenant's own names for its sources' categories, and what the marts suggest."""

import csv
import io
from collections.abc import Iterable

from psycopg import sql

from include.config.tenant.identity import CategoryName
from include.core import naming
from include.destinations.postgres.identity.tables import CATEGORIES
from include.destinations.postgres.own_tables import run_write_table
from include.ledger.connection import Connection

MART = "dim_product_categories"
Suggested = tuple[str, str, str, str | None, str | None, float, int]


def run_follow_categories(
    connection: Connection, tenant: str, names: Iterable[CategoryName]
) -> int:
    """Make the table what the file says; rows changed."""
    text = io.StringIO()
    rows = ((one.source_connector, one.feed, one.source_category, one.category) for one in names)
    csv.writer(text, lineterminator="\n").writerows(rows)
    schema = naming.identity_schema(tenant)
    return run_write_table(connection, schema, CATEGORIES, [text.getvalue().encode()])


def fetch_suggested(connection: Connection, tenant: str) -> list[Suggested]:
    """(connector, feed, its category, decided name, suggested name, confidence, products).

    Empty before the first transform.
    """
    schema = naming.dbt_schema(tenant, "marts")
    known = "select 1 from pg_tables where schemaname = %s and tablename = %s"
    if connection.execute(known, [schema, MART]).fetchone() is None:
        return []
    query = sql.SQL(
        "select source_connector, _feed, source_category, "
        "case when decided_by = 'tenant' then category end, suggested_category, "
        "cast(suggested_confidence as double precision), products_count from {} "
        "order by source_connector, _feed, source_category"
    ).format(sql.Identifier(schema, MART))
    return [tuple(row) for row in connection.execute(query).fetchall()]
