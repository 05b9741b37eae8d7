"""The texts of a tenant in BigQuery, as an erasure searches and changes them.

Rows are addressed by a digest of what they hold: the same rows hold the same, and change alike.
Time travel keeps old versions for two days, the least there is; then seven days lie with Google's
support alone (fail-safe).
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import orjson

from include.core import naming
from include.core.errors import WarehouseError
from include.destinations.bigquery.client import BigQueryClient
from include.destinations.texts import FoundRow, StoredColumn, StoredTable, Wanted

KINDS = {"text": "text", "json": "json", "bigint": "number", "numeric": "number", "bytes": "bytea"}
# Rows of one statement: a table takes 25 writes in ten seconds, and a parameter 10 MB.
BATCH = 500


class BigQueryTexts:
    """One erasure in one transaction of a session; without `run_commit` nothing of it stays.

    Changes are gathered and sent before anything is read again: a statement a row would be
    throttled.
    """

    def __init__(self, client: BigQueryClient, tenant: str) -> None:
        self.client = client
        self.prefix = naming.tenant_prefix(tenant)
        self._changes: dict[tuple[str, tuple[str, ...]], list[list[str | None]]] = defaultdict(list)
        self._deleted: dict[str, list[str]] = defaultdict(list)
        self._tables: dict[str, StoredTable] = {}

    def __enter__(self) -> Self:
        self.client.run_begin_session()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(WarehouseError):
            self.client.run_end_session()

    def fetch_tables(self) -> list[StoredTable]:
        """The tables of the tenant's datasets, sorted."""
        made = []
        for schema in self.client.fetch_schemas(self.prefix):
            for name in self.client.fetch_tables(schema):
                columns = {
                    column: StoredColumn(column, kind, KINDS.get(kind), False)
                    for column, kind in self.client.fetch_columns(schema, name).items()
                }
                made.append(StoredTable(schema, name, False, columns))
        return made

    def fetch_rows(self, table: StoredTable, wanted: Wanted) -> Iterator[list[FoundRow]]:
        """Rows that are wanted, with the texts of all their columns."""
        self._run_send()
        conditions, values = self._build_conditions(table, wanted)
        if not conditions:
            return
        shown = ", ".join(self._as_text(table, name) for name in table.columns)
        rows = self.client.fetch(
            f"select {ADDRESS}, {shown} from {self._full(table)} as t "
            f"where {' or '.join(conditions)}",
            values,
        )
        names = list(table.columns)
        yield [FoundRow(str(at), dict(zip(names, row, strict=True))) for at, *row in rows]

    def run_change_row(
        self, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
    ) -> None:
        self._tables[table.place] = table
        self._changes[table.place, tuple(changes)].append([row.address, *changes.values()])

    def run_delete_row(self, table: StoredTable, row: FoundRow) -> None:
        self._tables[table.place] = table
        self._deleted[table.place].append(row.address)

    def run_refresh(self, table: StoredTable) -> None:
        """There are no materialized views."""

    def run_commit(self) -> None:
        self._run_send()
        self.client.fetch("commit transaction")

    def _run_send(self) -> None:
        for (place, columns), rows in self._changes.items():
            table = self._tables[place]
            for at in range(0, len(rows), BATCH):
                self._run_update(table, columns, rows[at : at + BATCH])
        for place, addresses in self._deleted.items():
            full = self._full(self._tables[place])
            self.client.fetch(
                f"delete from {full} as t where {ADDRESS} in unnest(?)", [sorted(set(addresses))]
            )
        self._changes.clear()
        self._deleted.clear()

    def _run_update(
        self, table: StoredTable, columns: Sequence[str], rows: list[list[str | None]]
    ) -> None:
        name = self.client.dialect.name
        sets = ", ".join(
            f"{name(column)} = {self._from_text(table, column, f's.c{at}')}"
            for at, column in enumerate(columns, start=1)
        )
        given = ", ".join(f"json_value(r, '$[{at}]') as c{at}" for at in range(len(columns) + 1))
        # The same rows change alike, and may be named twice.
        distinct = list({row[0]: row for row in rows}.values())
        self.client.fetch(
            f"update {self._full(table)} as t set {sets} from "
            f"(select {given} from unnest(json_query_array(?)) as r) as s where {ADDRESS} = s.c0",
            [orjson.dumps(distinct).decode()],
        )

    def _full(self, table: StoredTable) -> str:
        return self.client.dialect.place(table.schema, table.name)

    def _as_text(self, table: StoredTable, column: str) -> str:
        quoted, kind = f"t.{self.client.dialect.name(column)}", table.columns[column].kind
        if kind == "bytea":
            return f"safe_convert_bytes_to_string({quoted})"
        return self.client.dialect.as_text(table.columns[column].type, quoted)

    def _from_text(self, table: StoredTable, column: str, value: str) -> str:
        kind = table.columns[column].type
        return value if kind in ("text", "json") else (
            f"cast({value} as {self.client.dialect.types[kind]})"
        )  # fmt: skip

    def _build_conditions(self, table: StoredTable, wanted: Wanted) -> tuple[list[str], list[Any]]:
        conditions: list[str] = []
        values: list[Any] = []
        for name in table.texts:
            shown = self._as_text(table, name)
            for like in wanted.likes:
                conditions.append(f"lower({shown}) like lower(?)")
                values.append(like)
            for pattern in wanted.patterns:
                conditions.append(f"regexp_contains({shown}, ?)")
                values.append(f"(?i){pattern}")
        keys: list[tuple[Sequence[str], Sequence[Sequence[str]]]] = [
            *(([name], [[one] for one in found]) for name, found in wanted.numbers.items()),
            *wanted.keys,
        ]
        for columns, found in keys:
            # Each with its length before it, so that no two keys are written alike.
            shown = ", ".join(_measured(self._as_text(table, column)) for column in columns)
            conditions.append(f"concat({shown}) in unnest(?)")
            values.append(["".join(f"{len(one)}:{one}" for one in key) for key in found])
        return conditions, values


ADDRESS = "to_hex(sha256(to_json_string(t)))"


def _measured(text: str) -> str:
    return f"cast(char_length({text}) as STRING), ':', {text}"
