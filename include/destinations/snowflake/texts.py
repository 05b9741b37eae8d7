"""The texts of a tenant in Snowflake, as an erasure searches and changes them.

Rows are addressed by a digest of what they hold: the same rows hold the same, and change alike.
Time travel keeps old versions of transient tables for at most a day.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from include.core import naming
from include.destinations.snowflake.client import SnowflakeClient
from include.destinations.texts import FoundRow, StoredColumn, StoredTable, Wanted

KINDS = {"TEXT": "text", "VARIANT": "json", "NUMBER": "number", "BINARY": "bytea"}


class SnowflakeTexts:
    """One erasure in one transaction; without `run_commit` nothing of it stays."""

    def __init__(self, client: SnowflakeClient, tenant: str) -> None:
        self.client = client
        self.prefix = naming.tenant_prefix(tenant).upper()

    def fetch_tables(self) -> list[StoredTable]:
        """The tables of the tenant's schemas, sorted."""
        rows = self.client.fetch(
            "select c.table_schema, c.table_name, c.column_name, c.data_type, c.is_nullable "
            "from information_schema.columns as c join information_schema.tables as t "
            "on c.table_schema = t.table_schema and c.table_name = t.table_name "
            "where startswith(c.table_schema, %s) and t.table_type = 'BASE TABLE' "
            "order by 1, 2, c.ordinal_position",
            [self.prefix],
        )
        tables: dict[tuple[str, str], StoredTable] = {}
        for schema, name, column, kind, nullable in rows:
            place = (str(schema).lower(), str(name).lower())
            table = tables.setdefault(place, StoredTable(*place, False, {}))
            own = str(column).lower()
            made = StoredColumn(own, str(kind), KINDS.get(str(kind)), nullable == "NO")
            table.columns[own] = made  # type: ignore[index]
        return list(tables.values())

    def fetch_rows(self, table: StoredTable, wanted: Wanted) -> Iterator[list[FoundRow]]:
        """Rows that are wanted, with the texts of all their columns."""
        conditions, values = self._build_conditions(table, wanted)
        if not conditions:
            return
        shown = ", ".join(self._as_text(table, name) for name in table.columns)
        rows = self.client.fetch(
            f"select to_varchar({self._address(table)}), {shown} from {self._full(table)} "
            f"where {' or '.join(conditions)}",
            values,
        )
        names = list(table.columns)
        yield [FoundRow(str(at), dict(zip(names, row, strict=True))) for at, *row in rows]

    def run_change_row(
        self, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
    ) -> None:
        sets, name = [], self.client.dialect.name
        for column in changes:
            given = {"json": "parse_json(%s)", "bytea": "to_binary(%s, 'UTF-8')"}
            sets.append(f"{name(column)} = {given.get(table.columns[column].kind or '', '%s')}")
        self.client.fetch(
            f"update {self._full(table)} set {', '.join(sets)} where {self._is(table)}",
            [*changes.values(), row.address],
        )

    def run_delete_row(self, table: StoredTable, row: FoundRow) -> None:
        self.client.fetch(f"delete from {self._full(table)} where {self._is(table)}", [row.address])

    def run_refresh(self, table: StoredTable) -> None:
        """There are no materialized views."""

    def run_commit(self) -> None:
        self.client.fetch("commit")

    def _full(self, table: StoredTable) -> str:
        return self.client.dialect.place(table.schema, table.name)

    def _address(self, table: StoredTable) -> str:
        return f"hash({', '.join(map(self.client.dialect.name, table.columns))})"

    def _is(self, table: StoredTable) -> str:
        return f"to_varchar({self._address(table)}) = %s"

    def _as_text(self, table: StoredTable, column: str) -> str:
        quoted, kind = self.client.dialect.name(column), table.columns[column].kind
        if kind == "bytea":
            return f"to_varchar({quoted}, 'UTF-8')"
        return f"to_json({quoted})" if kind == "json" else f"to_varchar({quoted})"

    def _build_conditions(self, table: StoredTable, wanted: Wanted) -> tuple[list[str], list[Any]]:
        conditions: list[str] = []
        values: list[Any] = []
        for name in table.texts:
            shown = self._as_text(table, name)
            for like in wanted.likes:
                conditions.append(f"{shown} ilike %s")
                values.append(like)
            for pattern in wanted.patterns:
                # REGEXP_LIKE would ask for the whole text.
                conditions.append(f"regexp_instr({shown}, %s, 1, 1, 0, 'i') > 0")
                values.append(pattern)
        keys: list[tuple[Sequence[str], Sequence[Sequence[str]]]] = [
            *(([name], [[one] for one in found]) for name, found in wanted.numbers.items()),
            *wanted.keys,
        ]
        for columns, found in keys:
            for one in found:
                same = [f"{self._as_text(table, column)} = %s" for column in columns]
                conditions.append(f"({' and '.join(same)})")
                values += one
        return conditions, values
