"""Pairs of records identity is not sure of, side by side, and what people decided."""

from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from include.core import naming
from include.ledger.connection import Connection

_PAIRS = """
select p.kind, p.left_id, p.right_id, p.score, p.evidence, o.verdict, o.who, o.at
from {id}.pairs as p
left join lateral (
    select verdict, who, at from {id}.overrides as o
    where o.is_active and o.kind = p.kind
        and least(o.left_id, o.right_id) = least(p.left_id, p.right_id)
        and greatest(o.left_id, o.right_id) = greatest(p.left_id, p.right_id)
    order by at desc limit 1
) as o on true
where p.band = 'review' and (%(all)s or o.verdict is null)
order by p.score desc nulls last, p.kind, p.left_id, p.right_id
limit %(limit)s offset %(skip)s
"""
_PEOPLE = """
select g.customer_id as record_id, g.source_connector as source, g.customer_name as name, g.email,
    g.phone, g.city, count(f.order_id) as orders, sum(f.revenue_amount) as money,
    min(f.currency_code) as currency
from {int}.int_customers__gathered as g
left join {mart}.fct_orders as f on g.customer_id = f.customer_record_id and f.is_counted
where g.customer_id = any(%(records)s)
group by 1, 2, 3, 4, 5, 6
"""


FIELDS = ("name", "email", "phone", "city", "orders", "money", "currency")


def has_reviews(connection: Connection, tenant: str) -> bool:
    """Whether identity has run for this tenant."""
    query = "select count(*) from pg_tables where schemaname = %s and tablename = any(%s)"
    asked = [naming.identity_schema(tenant), ["pairs", "overrides"]]
    return connection.execute(query, asked).fetchone() == (2,)


def fetch_reviews(
    connection: Connection, tenant: str, limit: int, skip: int, *, decided: bool = False
) -> list[dict[str, Any]]:
    """Pairs with `left` and `right` as they are in their sources; people with what they bought.

    Args:
        decided: Those somebody has decided, too.
    """
    if not has_reviews(connection, tenant):
        return []
    asked: dict[str, Any] = {"limit": limit, "skip": skip, "all": decided}
    with connection.cursor(row_factory=dict_row) as cursor:
        pairs = cursor.execute(_build(tenant, _PAIRS), asked).fetchall()
        records = sorted({pair[side] for pair in pairs for side in ("left_id", "right_id")})
        rows = _fetch_records(cursor, tenant, records)
    known = {row["record_id"]: row for row in rows}
    for pair in pairs:
        for side in ("left", "right"):
            key = pair[f"{side}_id"]
            # Companies, products and what is gone from its source are known by their id.
            unknown = {**dict.fromkeys(FIELDS), "record_id": key, "source": key.split(":")[0]}
            pair[side] = known.get(key, unknown)
    return pairs


def _fetch_records(cursor: Any, tenant: str, records: list[str]) -> list[dict[str, Any]]:
    places = [
        (naming.dbt_schema(tenant, "int"), "int_customers__gathered"),
        (naming.dbt_schema(tenant, "mart"), "fct_orders"),
    ]
    for schema, table in places:
        found = cursor.execute("select to_regclass(format('%%I.%%I', %s::text, %s::text)) as it",
                               [schema, table]).fetchone()  # fmt: skip
        if found["it"] is None:
            return []
    rows: list[dict[str, Any]] = cursor.execute(
        _build(tenant, _PEOPLE), {"records": records}
    ).fetchall()
    return rows


def fetch_progress(connection: Connection, tenant: str) -> dict[str, int]:
    """`open` and `decided` pairs of the review band."""
    if not has_reviews(connection, tenant):
        return {"open": 0, "decided": 0}
    query = """
        select count(*) filter (where o.override_id is null), count(distinct o.override_id)
        from {id}.pairs as p
        left join {id}.overrides as o on o.is_active and o.kind = p.kind
            and least(o.left_id, o.right_id) = least(p.left_id, p.right_id)
            and greatest(o.left_id, o.right_id) = greatest(p.left_id, p.right_id)
        where p.band = 'review'
    """
    row = connection.execute(_build(tenant, query)).fetchone()
    assert row is not None
    return {"open": int(row[0]), "decided": int(row[1])}


def _build(tenant: str, text: str) -> sql.Composed:
    return sql.SQL(text).format(
        id=sql.Identifier(naming.identity_schema(tenant)),
        int=sql.Identifier(naming.dbt_schema(tenant, "int")),
        mart=sql.Identifier(naming.dbt_schema(tenant, "mart")),
    )
