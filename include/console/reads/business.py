"""Panels asked of a tenant's marts, with the statements they are asked by."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psycopg import sql

from include.console.reads.panels import Panel
from include.core import naming
from include.ledger.connection import Connection, run_limit_statements

MOST_GROUPS, SECONDS = 400, 15
# What a spreadsheet would run instead of showing.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Found:
    """An answer with the statement that gave it; None as `rows`: the table is not built."""

    query: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] | None


@dataclass(frozen=True)
class Asked:
    """Of which tenant, which days (both included, in its own zone)."""

    tenant: str
    zone: str
    span: tuple[date, date]


def fetch_panel(connection: Connection, panel: Panel, asked: Asked) -> Found:
    """Every group's numbers, by its keys."""
    keys = [sql.SQL(f"{one} as ") + sql.Identifier(name) for name, one in panel.keys.items()]
    numbers = [
        sql.SQL(f"{one} as ") + sql.Identifier(name) for name, (one, _) in panel.numbers.items()
    ]
    places = sql.SQL(", ").join(sql.SQL(str(n + 1)) for n in range(len(keys)))
    query = sql.SQL(
        "select {what}\nfrom {table}\nwhere {where}\ngroup by {by} order by {by}"
    ).format(
        what=sql.SQL(", ").join([*keys, *numbers]),
        table=_table(panel, asked),
        where=_where(panel, asked, {}),
        by=places,
    )
    return _fetch(connection, panel, asked, query + sql.SQL(f"\nlimit {MOST_GROUPS}"))


def fetch_rows(
    connection: Connection, panel: Panel, asked: Asked, of: Mapping[str, str], limit: int
) -> Found:
    """The rows of the table behind one group's numbers.

    Args:
        of: Key -> its value as shown; a key that is left out narrows nothing.
    """
    query = sql.SQL("select *\nfrom {table}\nwhere {where}").format(
        table=_table(panel, asked), where=_where(panel, asked, of)
    )
    return _fetch(connection, panel, asked, query + sql.SQL(f"\nlimit {limit}"))


def _fetch(connection: Connection, panel: Panel, asked: Asked, query: sql.Composed) -> Found:
    text = query.as_string(connection)
    place = [naming.dbt_schema(asked.tenant, "mart"), panel.table]
    known = connection.execute("select to_regclass(format('%%I.%%I', %s::text, %s::text))", place)
    if known.fetchone() == (None,):
        return Found(text, (*panel.keys, *panel.numbers), None)
    run_limit_statements(connection, SECONDS)
    cursor = connection.execute(query)
    columns = tuple(one.name for one in cursor.description or ())
    return Found(text, columns, cursor.fetchall())


def _table(panel: Panel, asked: Asked) -> sql.Identifier:
    return sql.Identifier(naming.dbt_schema(asked.tenant, "mart"), panel.table)


def _where(panel: Panel, asked: Asked, of: Mapping[str, str]) -> sql.Composable:
    parts: list[sql.Composable] = [sql.SQL("true")]
    if panel.day:
        since, until = asked.span
        bounds: Sequence[Any] = (since, until + timedelta(days=1))
        if panel.day.endswith("_at"):
            zone = sql.Literal(asked.zone)
            parts += [
                sql.SQL(f"{panel.day} {sign} ") + sql.Literal(bound)
                + sql.SQL("::date::timestamp at time zone ") + zone
                for sign, bound in zip((">=", "<"), bounds, strict=True)
            ]  # fmt: skip
        else:
            parts += [
                sql.SQL(f"{panel.day} {sign} ") + sql.Literal(bound) + sql.SQL("::date")
                for sign, bound in zip((">=", "<"), bounds, strict=True)
            ]
    for name, value in of.items():
        same = sql.SQL(f"coalesce(({panel.keys[name]})::text, '') = ")
        parts.append(same + sql.Literal(value))
    return sql.SQL(" and ").join(parts)


def build_csv(found: Found) -> str:
    """With a header; a text that a spreadsheet would compute is one to it, too."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(found.columns)
    writer.writerows([[_cell(one) for one in row] for row in found.rows or ()])
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULAS):
        return f"'{value}"
    return "" if value is None else value
