"""The texts of a tenant in DuckDB, as an erasure searches and changes them."""

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from include.core import naming
from include.destinations.texts import FoundRow, StoredColumn, StoredTable, Wanted

KINDS = {"VARCHAR": "text", "JSON": "json", "INTEGER": "number", "BIGINT": "number"}


class DuckTexts:
    """One erasure in one transaction; without `run_commit` nothing of it stays."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tenant: str) -> None:
        self.connection = connection
        self.prefix = naming.tenant_prefix(tenant)

    def fetch_tables(self) -> list[StoredTable]:
        rows = self.connection.execute(
            "select table_schema, table_name, column_name, data_type, is_nullable = 'NO' "
            "from information_schema.columns where starts_with(table_schema, ?) "
            "order by 1, 2, ordinal_position",
            [self.prefix],
        ).fetchall()
        tables: dict[tuple[str, str], StoredTable] = {}
        for schema, name, column, kind, is_required in rows:
            table = tables.setdefault((schema, name), StoredTable(schema, name, False, {}))
            made = StoredColumn(column, kind, KINDS.get(kind), is_required)
            table.columns[column] = made  # type: ignore[index]
        return list(tables.values())

    def fetch_rows(self, table: StoredTable, wanted: Wanted) -> Iterator[list[FoundRow]]:
        conditions, values = _build_conditions(table, wanted)
        if not conditions:
            return
        shown = ", ".join(f'cast("{name}" as varchar)' for name in table.columns)
        rows = self.connection.execute(
            f"select rowid, {shown} from {_full(table)} where {' or '.join(conditions)}", values
        ).fetchall()
        names = list(table.columns)
        yield [FoundRow(str(at), dict(zip(names, row, strict=True))) for at, *row in rows]

    def run_change_row(
        self, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
    ) -> None:
        sets = ", ".join(f'"{name}" = cast(? as {table.columns[name].type})' for name in changes)
        statement = f"update {_full(table)} set {sets} where rowid = ?"
        self.connection.execute(statement, [*changes.values(), int(row.address)])

    def run_delete_row(self, table: StoredTable, row: FoundRow) -> None:
        statement = f"delete from {_full(table)} where rowid = ?"
        self.connection.execute(statement, [int(row.address)])

    def run_refresh(self, table: StoredTable) -> None:
        """There are no materialized views."""

    def run_commit(self) -> None:
        self.connection.execute("commit")


def _full(table: StoredTable) -> str:
    return f'"{table.schema}"."{table.name}"'


def _build_conditions(table: StoredTable, wanted: Wanted) -> tuple[list[str], list[object]]:
    conditions, values = [], []
    for name in table.texts:
        for like in wanted.likes:
            conditions.append(f'cast("{name}" as varchar) ilike ?')
            values.append(like)
        for pattern in wanted.patterns:
            conditions.append(f"regexp_matches(cast(\"{name}\" as varchar), ?, 'i')")
            values.append(pattern)
    keys: list[tuple[Sequence[str], Sequence[Sequence[str]]]] = [
        *(([name], [[one] for one in found]) for name, found in wanted.numbers.items()),
        *wanted.keys,
    ]
    for columns, found in keys:
        for one in found:
            same = [f'cast("{column}" as varchar) = ?' for column in columns]
            conditions.append(f"({' and '.join(same)})")
            values += one
    return conditions, list(values)
