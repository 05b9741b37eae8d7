"""Decisions about records (`overrides`): the tenant's file's, beside the console's."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import sql

from include.config.tenant.identity import Override
from include.core import naming
from include.ledger.connection import Connection

FILE = "file"
CONSOLE = "console"
CATEGORIES = "categories"


def build_override_id(override: Override) -> str:
    """The same decision has the same id, wherever it stands in the file."""
    words = "\x00".join((override.kind, override.verdict, *sorted(override.records)))
    return f"{FILE}:{hashlib.sha256(words.encode()).hexdigest()[:24]}"


def run_follow_file(connection: Connection, tenant: str, overrides: Iterable[Override]) -> None:
    """Make the file's decisions those that are given; ones that left the file stay, inactive."""
    place = sql.Identifier(naming.identity_schema(tenant), "overrides")
    wanted = {build_override_id(one): one for one in overrides}
    drop = (
        "update {} set is_active = false where origin = %s and is_active and override_id <> all(%s)"
    )
    connection.execute(sql.SQL(drop).format(place), [FILE, list(wanted)])
    upsert = sql.SQL(
        "insert into {} as old "
        "(override_id, kind, left_id, right_id, verdict, who, at, why, origin) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (override_id) do update set "
        "who = excluded.who, at = excluded.at, why = excluded.why, is_active = true "
        "where (old.who, old.at, old.why, old.is_active) "
        "is distinct from (excluded.who, excluded.at, excluded.why, true)"
    ).format(place)
    for override_id, one in sorted(wanted.items()):
        values: list[Any] = [override_id, one.kind, *one.records, one.verdict]
        connection.execute(upsert, [*values, one.who, one.at, one.why, FILE])


def fetch_decisions(connection: Connection, tenant: str) -> list[tuple[str, ...]]:
    """(origin, id, what it says of a console's) of the decisions in force, sorted.

    Names of categories follow as (`categories`, connector, feed, its category, name).

    Empty before the first run has made the table.
    """
    schema = naming.identity_schema(tenant)
    known = "select 1 from pg_tables where schemaname = %s and tablename = 'overrides'"
    if connection.execute(known, [schema]).fetchone() is None:
        return []
    query = (
        "select origin, override_id, case when origin <> 'file' then "
        "concat_ws(' ', kind, verdict, left_id, right_id) end from {} where is_active "
        "order by 1, 2"
    )
    rows = connection.execute(sql.SQL(query).format(sql.Identifier(schema, "overrides"))).fetchall()
    if connection.execute(known.replace("overrides", CATEGORIES), [schema]).fetchone():
        named = sql.SQL("select %s, source_connector, feed, source_category, category from {}")
        place = sql.Identifier(schema, CATEGORIES)
        rows += connection.execute(
            named.format(place) + sql.SQL(" order by 1, 2, 3, 4"), [CATEGORIES]
        )
    return [tuple(str(value) for value in row if value is not None) for row in rows]


def run_decide(
    connection: Connection,
    tenant: str,
    pair: tuple[str, str, str],
    said: tuple[str, str, str],
    at: datetime,
) -> bool:
    """Keep what a person says in the console; False when identity never saw these two together.

    Args:
        pair: Kind and the two records.
        said: Verdict (`must_link`, `cannot_link`), who and why.
    """
    kind, left, right = pair
    places = {
        name: sql.Identifier(naming.identity_schema(tenant), name)
        for name in ("pairs", "overrides")
    }
    known = sql.SQL(
        "select 1 from {pairs} where kind = %s and (left_id, right_id) in ((%s, %s), (%s, %s))"
    ).format(**places)
    if connection.execute(known, [kind, left, right, right, left]).fetchone() is None:
        return False
    words = "\x00".join((kind, said[0], *sorted((left, right))))
    override_id = f"{CONSOLE}:{hashlib.sha256(words.encode()).hexdigest()[:24]}"
    insert = sql.SQL(
        "insert into {overrides} "
        "(override_id, kind, left_id, right_id, verdict, who, why, at, origin, is_active) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, true) on conflict (override_id) do update "
        "set who = excluded.who, why = excluded.why, at = excluded.at, is_active = true"
    ).format(**places)
    connection.execute(insert, [override_id, kind, left, right, *said, at, CONSOLE])
    return True


def run_take_back(connection: Connection, tenant: str, pair: tuple[str, str, str]) -> int:
    """Undo the console's decision of a pair; the file's are the file's."""
    kind, left, right = pair
    update = sql.SQL(
        "update {} set is_active = false where origin = %s and is_active and kind = %s "
        "and (left_id, right_id) in ((%s, %s), (%s, %s))"
    ).format(sql.Identifier(naming.identity_schema(tenant), "overrides"))
    return connection.execute(update, [CONSOLE, kind, left, right, right, left]).rowcount
