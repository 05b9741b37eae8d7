"""Temporary tables that take the batches by COPY; a killed process leaves none of them behind.

Everything of a load is staged before the transaction that counts begins: reading a slow source for
an hour holds no lock and no snapshot, and duplicates are found across the whole load.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

from include.core import naming
from include.core.streams import Reject
from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout
from include.ledger.connection import Connection
from include.load.shape.records import storable
from include.load.shape.shaper import SEQ, Shaped
from include.load.shape.values import Misfit, fit_value

CSV = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
REJECTS = "elt_stage_rejects"
VERDICTS = "elt_stage_verdicts"
REJECT_COLUMNS = (
    "fingerprint", "record_key", "reason", "detail", "payload", "key_values", "form",
)  # fmt: skip
# Temporary tables live in the session's own buffers; the default 8 MB spills at once.
TEMP_BUFFERS = "32MB"


class Staging:
    """The temporary tables of one load on one connection.

    Attributes:
        rejects: Rejects copied so far.
        parents: Parent rows copied so far.
    """

    def __init__(self, connection: Connection, layout: StreamLayout, role: str | None) -> None:
        self.connection = connection
        self.layout = layout
        self.role = role
        self.rejects = 0
        self.parents = 0
        self._types: dict[str, dict[str, str]] = {}

    def run_create(self) -> None:
        """Make the tables with the layout's types of now."""
        self.connection.execute(sql.SQL("set temp_buffers = {}").format(sql.Literal(TEMP_BUFFERS)))
        for table in self.layout.tables:
            own = [naming.EXTRA + " jsonb"]
            if table.path is not None:
                own += [naming.POSITION + " integer", SEQ + " bigint"]
            elif self.layout.children:
                own += [naming.CHILDREN_HASH + " text", SEQ + " bigint"]
            declared = [_define(name, kind) for name, kind in table.types.items()]
            self._run_create(table.stage, [*declared, *map(sql.SQL, own)])
            self._types[table.name] = dict(table.types)
        texts = [sql.SQL(f"{name} text") for name in REJECT_COLUMNS]
        self._run_create(REJECTS, texts)
        self._run_create(VERDICTS, [sql.SQL("sid tid, verdict text")])

    def _run_create(self, name: str, columns: Sequence[sql.Composable]) -> None:
        made = sql.Identifier(name)
        body = sql.SQL(", ").join(columns)
        self.connection.execute(sql.SQL("create temp table {} ({})").format(made, body))
        if self.role is not None:
            # The merge runs as the tenant's role and may look at nothing but these and its own.
            grant = sql.SQL("grant select, insert, update, delete on {} to {}")
            self.connection.execute(grant.format(made, sql.Identifier(self.role)))

    def run_clear(self) -> None:
        """Empty the tables for the next part."""
        names = [*(table.stage for table in self.layout.tables), REJECTS, VERDICTS]
        tables = sql.SQL(", ").join(map(sql.Identifier, names))
        self.connection.execute(sql.SQL("truncate {}").format(tables))
        self.rejects = self.parents = 0

    def run_follow_types(self, types: dict[str, dict[str, str]]) -> None:
        """Widen staged columns to these types; what is already staged is converted."""
        for table in self.layout.tables:
            staged = self._types[table.name]
            for name, kind in types[table.name].items():
                if staged[name] != kind:
                    statement = sql.SQL("alter table {} alter column {} type {} using {}::{}")
                    kind_sql = sql.SQL(SQL_TYPES[kind])
                    column = sql.Identifier(name)
                    place = sql.Identifier(table.stage)
                    self.connection.execute(
                        statement.format(place, column, kind_sql, column, kind_sql)
                    )
                    staged[name] = kind

    def run_copy(self, shaped: Shaped) -> None:
        """Copy one batch with its children and rejects."""
        self.run_follow_types(shaped.types)
        self._run_copy(self.layout.parent, shaped.parent)
        for name, batch in shaped.children.items():
            self._run_copy(self.layout.children[name], batch)
        self.parents += shaped.parent.num_rows
        self.run_copy_rejects(shaped.rejects)

    def run_copy_rejects(self, rejects: Sequence[Reject]) -> None:
        """Copy rejects; the same reason and payload have the same fingerprint in every load."""
        if not rejects:
            return
        rows = [
            (
                _fingerprint(one),
                *map(storable, (one.key, one.reason, one.detail, one.payload)),
                self._build_key(one.key_values),
                one.form,
            )
            for one in rejects
        ]
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        run_copy_csv(self.connection, REJECTS, pa.table(columns, names=list(REJECT_COLUMNS)))
        self.rejects += len(rejects)

    def _build_key(self, values: Sequence[str] | None) -> str | None:
        """A reject's key as JSON; None unless it is one that a row of this table can have."""
        keys, types = self.layout.primary_key, self.layout.parent.types
        if values is None or len(values) != len(keys):
            return None
        try:
            fitted = [fit_value(value, types[key]) for key, value in zip(keys, values, strict=True)]
        except Misfit:
            return None
        return None if None in fitted else orjson.dumps(list(values)).decode()

    def _run_copy(self, table: TableLayout, batch: Any) -> None:
        if batch.num_rows:
            run_copy_csv(self.connection, table.stage, batch)

    def run_analyze(self) -> None:
        """Tell the planner how much is staged; without it a large merge picks nested loops."""
        keys = sql.SQL(", ").join(map(sql.Identifier, self.layout.primary_key))
        stage = sql.Identifier(self.layout.parent.stage)
        self.connection.execute(sql.SQL("analyze {} ({})").format(stage, keys))
        for table in self.layout.children.values():
            statement = sql.SQL("analyze {} (_seq)")
            self.connection.execute(statement.format(sql.Identifier(table.stage)))


def run_copy_csv(connection: Connection, stage: str, batch: Any) -> None:
    """Copy an Arrow table into the temporary table whose columns it names."""
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(batch, sink, CSV)
    columns = sql.SQL(", ").join(map(sql.Identifier, batch.column_names))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)")
    with (
        connection.cursor() as cursor,
        cursor.copy(statement.format(sql.Identifier(stage), columns)) as copy,
    ):
        copy.write(memoryview(sink.getvalue()))


def _define(name: str, logical_type: str) -> sql.Composable:
    kind = sql.SQL(SQL_TYPES[logical_type])
    return sql.SQL("{} {}").format(sql.Identifier(name), kind)


def _fingerprint(reject: Reject) -> str:
    content = "\x00".join((reject.reason, reject.payload))
    return hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
