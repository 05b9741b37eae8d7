"""A newly declared column takes its values out of `_extra`: nothing is read again for it.

`_loaded_at` and `_load_id` stay: the source has said nothing new. A value that does not convert
stays in `_extra`. All new columns of a table are filled in one pass over the rows that have them,
in batches, inside the load's transaction.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from psycopg import sql

from include.core import naming
from include.core.streams import SchemaChange
from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.postgres.copy_csv import run_copy_csv
from include.destinations.postgres.names import full_name
from include.destinations.protocol import ColumnFiller, Unfilled
from include.ledger.connection import Connection

log = logging.getLogger(__name__)

STAGE = "elt_stage_filled"
BATCH = 50_000
# A type that is plainly wrong makes every row a misfit; so many show what is wrong.
MOST_UNFILLED = 1_000
# A nested field takes along the objects it leaves empty: a fresh row would not have them either.
PRUNE = """
create or replace function pg_temp.elt_without(doc jsonb, path text[]) returns jsonb
language plpgsql immutable as $$
begin
    doc := doc #- path;
    while cardinality(path) > 1 loop
        path := path[:cardinality(path) - 1];
        exit when doc #> path is distinct from '{}'::jsonb;
        doc := doc #- path;
    end loop;
    return doc;
end $$
"""


@dataclass
class NewColumn:
    """A declared column its table does not have yet, and how many values `_extra` had for it."""

    name: str
    path: list[str]
    records: int = 0
    misfits: int = 0


@dataclass
class _Misfits:
    """The first values that stay: row address -> (detail, JSON object)."""

    found: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, sid: str, column: NewColumn, detail: str, text: str | None) -> None:
        column.misfits += 1
        if len(self.found) < MOST_UNFILLED:
            name = json.dumps(".".join(column.path), ensure_ascii=False)
            self.found.append((sid, detail, f"{{{name}:{text or 'null'}}}"))


@dataclass(frozen=True)
class FillBack:
    """Fills the new columns of one stream's tables during one load."""

    connection: Connection
    layout: StreamLayout
    filler: ColumnFiller

    def stage(self, table: TableLayout, stored: dict[str, str]) -> list[NewColumn]:
        """Convert what `_extra` has for the table's new columns; their types may be wider then."""
        found = self.filler.find_new(table, stored)
        if not found or naming.EXTRA not in stored:
            return []
        new = [NewColumn(name, path) for name, path in found.items()]
        lock = sql.SQL("lock table {} in share row exclusive mode")
        self.connection.execute(lock.format(full_name(table)))
        self._run_create(table, new)
        misfits = _Misfits()
        for sids, texts in self._batches(table, new):
            self._run_stage(table, new, sids, texts, misfits)
        if misfits.found:
            self.filler.run_note_unfilled(table, self._fetch_unfilled(table, misfits))
        return new

    def write(self, table: TableLayout, new: list[NewColumn]) -> list[SchemaChange]:
        """Move the converted values into the columns, which exist by now, and out of `_extra`."""
        self.connection.execute(PRUNE)
        self.connection.execute(sql.SQL("analyze {} (sid)").format(sql.Identifier(STAGE)))
        sets = [sql.SQL("{0} = s.{0}").format(sql.Identifier(column.name)) for column in new]
        sets.append(sql.SQL("_extra = nullif({}, '{{}}')").format(_build_rest(new)))
        statement = sql.SQL("update {} as t set {} from {} as s where t.ctid = s.sid")
        self.connection.execute(
            statement.format(full_name(table), sql.SQL(", ").join(sets), sql.Identifier(STAGE))
        )
        for column in new:
            self.filler.run_note_filled(table, column.name, column.records)
            log.info(
                "column filled from _extra table=%s.%s column=%s records=%s misfits=%s",
                *(table.schema, table.name, column.name, column.records, column.misfits),
            )
        return [
            SchemaChange(
                table.name,
                column.name,
                "not_filled",
                new_type=SQL_TYPES[table.types[column.name]],
                records=column.misfits,
            )
            for column in new
            if column.misfits
        ]

    def _run_create(self, table: TableLayout, new: list[NewColumn]) -> None:
        columns = [
            sql.SQL("{} {}, {} boolean").format(
                sql.Identifier(column.name),
                sql.SQL(SQL_TYPES[table.types[column.name]]),
                sql.Identifier(_has(number)),
            )
            for number, column in enumerate(new)
        ]
        stage = sql.Identifier(STAGE)
        self.connection.execute(sql.SQL("drop table if exists {}").format(stage))
        statement = sql.SQL("create temp table {} (sid tid, {}) on commit drop")
        self.connection.execute(statement.format(stage, sql.SQL(", ").join(columns)))

    def _batches(
        self, table: TableLayout, new: list[NewColumn]
    ) -> Iterator[tuple[list[str], list[list[str | None]]]]:
        """(row addresses, per column its JSON texts, None where a row has no such field)."""
        paths = [
            sql.SQL("(_extra #> {}::text[])").format(sql.Literal(column.path)) for column in new
        ]
        query = sql.SQL("select ctid::text, {} from {} where {}").format(
            sql.SQL(", ").join(sql.SQL("{}::text").format(path) for path in paths),
            full_name(table),
            sql.SQL(" or ").join(sql.SQL("{} is not null").format(path) for path in paths),
        )
        with self.connection.cursor(name="elt_fill") as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(BATCH):
                sids, *texts = (list(column) for column in zip(*rows, strict=True))
                yield sids, texts

    def _run_stage(
        self,
        table: TableLayout,
        new: list[NewColumn],
        sids: list[str],
        texts: list[list[str | None]],
        misfits: _Misfits,
    ) -> None:
        arrays: dict[str, Any] = {"sid": pa.array(sids, pa.string())}
        for number, (column, found) in enumerate(zip(new, texts, strict=True)):
            before = table.types[column.name]
            made = self.filler.convert(table, column.name, found)
            if table.types[column.name] != before:
                self._run_widen(column.name, table.types[column.name])
            arrays[column.name] = made.array
            for row, detail in made.misfits.items():
                misfits.add(sids[row], column, detail, found[row])
            has = [text is not None and row not in made.misfits for row, text in enumerate(found)]
            arrays[_has(number)] = pa.array(has)
            column.records += sum(has)
        run_copy_csv(self.connection, sql.Identifier(STAGE), pa.table(arrays))

    def _run_widen(self, name: str, kind: str) -> None:
        statement = sql.SQL("alter table {0} alter column {1} type {2} using {1}::{2}").format(
            sql.Identifier(STAGE), sql.Identifier(name), sql.SQL(SQL_TYPES[kind])
        )
        self.connection.execute(statement)

    def _fetch_unfilled(self, table: TableLayout, misfits: _Misfits) -> list[Unfilled]:
        """The misfits under the feed and (parent's) primary key of their rows."""
        names: Sequence[str] = self.layout.primary_key
        if table is not self.layout.parent:
            names = [naming.parent_key_column(name) for name in names]
        columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(n)) for n in names)
        query = sql.SQL("select ctid::text, _feed, {} from {} where ctid = any(%s::tid[])").format(
            columns, full_name(table)
        )
        sids = [sid for sid, _, _ in misfits.found]
        keys = {row[0]: row[1:] for row in self.connection.execute(query, [sids])}
        return [
            Unfilled(keys[sid][0], tuple(keys[sid][1:]), detail, payload)
            for sid, detail, payload in misfits.found
        ]


def _has(number: int) -> str:
    return f"has_{number}"


def _build_rest(new: list[NewColumn]) -> sql.Composable:
    """`_extra` without the fields that have become columns."""
    rest: sql.Composable = sql.SQL("t._extra")
    for number, column in enumerate(new):
        # The empty path removes nothing.
        path = sql.SQL("case when s.{} then {}::text[] else '{{}}' end").format(
            sql.Identifier(_has(number)), sql.Literal(column.path)
        )
        form = "({} #- {})" if len(column.path) == 1 else "pg_temp.elt_without({}, {})"
        rest = sql.SQL(form).format(rest, path)
    return rest
