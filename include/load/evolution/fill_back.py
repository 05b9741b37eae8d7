"""A newly declared column takes its values out of `_extra`: nothing is read again for it.

Values go through the rules fresh records go through (`convert`), so a record that is read again is
found unchanged. `_loaded_at` and `_load_id` stay: the source has said nothing new. A value that
does not convert stays in `_extra` and goes to quarantine under its record's key.

All new columns of a table are filled in one pass over the rows that have them, in batches, inside
the load's transaction.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
from psycopg import sql

from include.config.connector_spec import Column
from include.core import naming
from include.core.streams import SchemaChange
from include.destinations.column_types import ARROW_TYPES, SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.postgres.staging import run_copy_csv
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.load.evolution.fill_misfits import Misfitted, run_quarantine_misfits
from include.load.evolution.filled_columns import find_fillable, run_note_filled
from include.load.policy import StreamPolicy
from include.load.shape.columns import build_column

log = logging.getLogger(__name__)

STAGE = "elt_stage_filled"
BATCH = 50_000
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
    spec: Column
    path: list[str]
    records: int = 0
    misfits: int = 0


@dataclass(frozen=True)
class FillBack:
    """Fills the new columns of one stream's tables during one load."""

    connection: Connection
    place: LoadPlace
    load_id: int
    layout: StreamLayout
    policy: StreamPolicy

    def stage(self, table: TableLayout, stored: dict[str, str]) -> list[NewColumn]:
        """Convert what `_extra` has for the table's new columns; their types may be wider then."""
        names = [name for name in find_fillable(self.layout, table) if name not in stored]
        new = [
            NewColumn(name, spec, (spec.path or name).split("."))
            for name, spec in table.columns.items()
            if name in names
        ]
        if not new or naming.EXTRA not in stored:
            return []
        lock = sql.SQL("lock table {} in share row exclusive mode")
        self.connection.execute(lock.format(_full_name(table)))
        self._run_create(table, new)
        misfits: list[Misfitted] = []
        for sids, texts in self._batches(table, new):
            self._run_stage(table, new, sids, texts, misfits)
        run_quarantine_misfits(
            self.connection, self.place, self.load_id, self.layout, table, misfits
        )
        return new

    def write(self, table: TableLayout, new: list[NewColumn]) -> list[SchemaChange]:
        """Move the converted values into the columns, which exist by now, and out of `_extra`."""
        self.connection.execute(PRUNE)
        self.connection.execute(sql.SQL("analyze {} (sid)").format(sql.Identifier(STAGE)))
        sets = [sql.SQL("{0} = s.{0}").format(sql.Identifier(column.name)) for column in new]
        sets.append(sql.SQL("_extra = nullif({}, '{{}}')").format(_build_rest(new)))
        statement = sql.SQL("update {} as t set {} from {} as s where t.ctid = s.sid")
        self.connection.execute(
            statement.format(_full_name(table), sql.SQL(", ").join(sets), sql.Identifier(STAGE))
        )
        for column in new:
            run_note_filled(self.connection, table, column.name, column.records, self.load_id)
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
            _full_name(table),
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
        misfits: list[Misfitted],
    ) -> None:
        arrays: dict[str, Any] = {"sid": pa.array(sids, pa.string())}
        for number, (column, found) in enumerate(zip(new, texts, strict=True)):
            bad: dict[int, str] = {}
            arrays[column.name] = self._convert(table, column, found, bad)
            for row, detail in bad.items():
                payload = {".".join(column.path): orjson.Fragment(found[row] or "null")}
                misfits.append(Misfitted(sids[row], detail, orjson.dumps(payload).decode()))
            has = [text is not None and row not in bad for row, text in enumerate(found)]
            arrays[_has(number)] = pa.array(has)
            column.records += sum(has)
            column.misfits += len(bad)
        run_copy_csv(self.connection, STAGE, pa.table(arrays))

    def _convert(
        self,
        table: TableLayout,
        column: NewColumn,
        texts: Sequence[str | None],
        bad: dict[int, str],
    ) -> Any:
        mask, action = self.policy.mask, "keep"
        if mask is not None:
            action = mask.action(self.layout.child_of(table), column.name)
        kind = table.types[column.name]
        if action == "drop":
            return pa.nulls(len(texts), ARROW_TYPES[kind])
        # One document a batch: parsing every value by itself takes several times as long.
        joined = f"[{','.join('null' if text is None else text for text in texts)}]"
        made = build_column(json.loads(joined, parse_float=Decimal), column.spec, kind)
        if made.logical_type != kind:
            self._run_widen(table, column.name, made.logical_type)
        for row, what in made.misfits.items():
            type_name = SQL_TYPES[made.logical_type]
            bad[row] = f"`{table.name}.{column.name}` is {type_name}: {what}. It stays in `_extra`."
        return mask.hash_column(made.array) if mask and action == "hash" else made.array

    def _run_widen(self, table: TableLayout, name: str, kind: str) -> None:
        table.types[name] = kind
        statement = sql.SQL("alter table {0} alter column {1} type {2} using {1}::{2}").format(
            sql.Identifier(STAGE), sql.Identifier(name), sql.SQL(SQL_TYPES[kind])
        )
        self.connection.execute(statement)


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


def _full_name(table: TableLayout) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)
