"""What a database has: tables, their columns with exact types, and their keys.

Columns are asked for with an empty read of the table or query itself, so that tables, views and
queries get their types in one way, and a missing right to select shows here, not in the load.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from include.extract.sql.columns import SqlColumn, build_names
from include.extract.sql.database import Database
from include.extract.sql.errors import translated
from include.extract.sql.relation import Query, Relation, Syntax, Table
from include.extract.sql.types_mssql_sqlite import (
    build_mssql_column,
    build_sampled_column,
    build_sqlite_column,
)
from include.extract.sql.types_mysql import build_mysql_column
from include.extract.sql.types_postgres import PostgresType, build_postgres_column
from include.extract.stores.names import Names

SAMPLE_ROWS = 1000


@contextmanager
def open_catalogue(database: Database, *, tinyint1_is_bool: bool = True) -> Iterator["Catalogue"]:
    """A catalogue on a connection of its own.

    Raises:
        EltError: Whatever the driver raises inside, as one of ours.
    """
    engine = database.engine()
    try:
        with (
            translated(database),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            yield Catalogue(database, connection, tinyint1_is_bool=tinyint1_is_bool)
    finally:
        engine.dispose()


class Catalogue:
    """Answers about one open connection.

    Attributes:
        names: Those given by earlier reads; a column or table keeps its own.
    """

    def __init__(self, database: Database, connection: Any, *, tinyint1_is_bool: bool) -> None:
        from sqlalchemy import inspect

        self._connection = connection
        self._database = database
        self._dialect = database.dialect
        self._syntax = Syntax(database.dialect)
        self._inspector = inspect(connection)
        self._tinyint1_is_bool = tinyint1_is_bool
        self.names: Names = {}

    def fetch_tables(self, schema: str | None, *, views: bool) -> list[Table]:
        """Tables of a schema (the connection's own when None), sorted by name.

        Each row once: a partitioned table stands for its partitions, a table that others inherit
        from is read without their rows.
        """
        names = set(self._inspector.get_table_names(schema))
        parents: set[str] = set()
        if self._dialect == "postgresql":
            partitions, parents = self._fetch_inheritance(schema)
            names -= partitions
        if views:
            names |= set(self._inspector.get_view_names(schema))
        return [Table(schema, name, only=name in parents) for name in sorted(names)]

    def _fetch_inheritance(self, schema: str | None) -> tuple[set[str], set[str]]:
        """Names of the partitions, and of plain tables that others inherit from."""
        rows = self._run(
            "select c.relname, c.relispartition, c.relkind = 'r' and exists "
            "(select from pg_inherits as i where i.inhparent = c.oid) "
            "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'p') and n.nspname = coalesce(%s, current_schema())",
            schema,
        ).fetchall()
        partitions = {str(name) for name, is_partition, _ in rows if is_partition}
        return partitions, {str(name) for name, _, is_parent in rows if is_parent}

    def fetch_columns(self, relation: Relation) -> tuple[SqlColumn, ...]:
        """Columns in their order; asks for no row (SQLite's queries: for a sample)."""
        found = {
            "postgresql": self._describe_postgres,
            "mysql": self._describe_mysql,
            "mssql": self._describe_mssql,
            "sqlite": self._describe_sqlite,
        }[self._dialect](relation)
        known = self.names.get(str(relation), {}) if isinstance(relation, Table) else {}
        if not known:
            return tuple(found)
        names = build_names([column.source for column in found], known)
        return tuple(replace(c, name=name) for c, name in zip(found, names, strict=True))

    def fetch_key(self, table: Table) -> tuple[str, ...]:
        """Source names of the primary key, else of a unique index without nullable columns."""
        with warnings.catch_warnings():
            # It warns of types it does not know; only the key matters here.
            warnings.simplefilter("ignore")
            key = self._inspector.get_pk_constraint(table.name, table.schema)
        found = key.get("constrained_columns") if key else None
        if found:
            return tuple(found)
        nullable = self._fetch_nullable(table)
        for index in self._inspector.get_indexes(table.name, table.schema):
            columns = index["column_names"]
            is_whole = not any("where" in name for name in index.get("dialect_options", {}))
            if index["unique"] and is_whole and not any(nullable.get(c, True) for c in columns):
                return tuple(columns)
        return ()

    def _fetch_nullable(self, table: Table) -> dict[str, bool]:
        if self._dialect == "postgresql":
            # The inspector warns of every type it does not know.
            place = self._syntax.build_source(replace(table, only=False))
            rows = self._run(
                "select attname, not attnotnull from pg_attribute "
                "where attrelid = %s::regclass and attnum > 0",
                place,
            )
            return dict(rows.fetchall())
        columns = self._inspector.get_columns(table.name, table.schema)
        return {column["name"]: bool(column["nullable"]) for column in columns}

    def _run(self, statement: str, *values: Any) -> Any:
        # A raw cursor: its description holds what SQLAlchemy leaves out.
        cursor = self._connection.connection.cursor()
        with translated(self._database):
            cursor.execute(statement, *([values] if values else []))
        return cursor

    def _empty(self, relation: Relation) -> Any:
        source = self._syntax.build_source(relation)
        return self._run(f"select * from {source} as t limit 0")  # noqa: S608 quoted, or a sub-select

    def _describe_postgres(self, relation: Relation) -> list[SqlColumn]:
        fields = [(f.name, f.type_code) for f in self._empty(relation).description or ()]
        types = {
            row[0]: PostgresType(*map(str, row[1:]))
            for row in self._run(
                "select oid, typname, oid::regtype::text, typtype::text, typcategory::text "
                "from pg_type where oid = any(%s)",
                [code for _, code in fields],
            ).fetchall()
        }
        nullable = self._fetch_nullable(relation) if isinstance(relation, Table) else {}
        names = build_names([name for name, _ in fields])
        return [
            build_postgres_column(source, name, types[code], nullable=nullable.get(source, True))
            for (source, code), name in zip(fields, names, strict=True)
        ]

    def _describe_mysql(self, relation: Relation) -> list[SqlColumn]:
        fields = self._empty(relation)._result.fields
        names = build_names([field.name for field in fields])
        return [
            build_mysql_column(field, name, tinyint1_is_bool=self._tinyint1_is_bool)
            for field, name in zip(fields, names, strict=True)
        ]

    def _describe_mssql(self, relation: Relation) -> list[SqlColumn]:
        source = self._syntax.build_source(relation)
        rows = self._run(
            "exec sp_describe_first_result_set @tsql = %s",
            f"select * from {source} as t",  # noqa: S608 quoted, or a sub-select
        )
        labels = [part[0] for part in rows.description]
        found = [dict(zip(labels, row, strict=True)) for row in rows.fetchall()]
        found = [row for row in found if not row.get("is_hidden")]
        names = build_names([row["name"] for row in found])
        return [
            build_mssql_column(
                row["name"], name, row["system_type_name"] or "", nullable=bool(row["is_nullable"])
            )
            for row, name in zip(found, names, strict=True)
        ]

    def _describe_sqlite(self, relation: Relation) -> list[SqlColumn]:
        if isinstance(relation, Query):
            source = self._syntax.build_source(relation)
            cursor = self._run(f"select * from {source} as t limit {SAMPLE_ROWS}")  # noqa: S608
            labels = [part[0] for part in cursor.description]
            columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(labels)
            return [
                build_sampled_column(source, name, list(values))
                for source, name, values in zip(labels, build_names(labels), columns, strict=True)
            ]
        self._empty(relation)
        pragma = f"pragma {self._syntax.quote(relation.schema or 'main')}.table_xinfo"
        rows = self._run(f"{pragma}({self._syntax.quote(relation.name)})").fetchall()
        rows = [row for row in rows if row[6] != 1]  # hidden columns of virtual tables
        names = build_names([row[1] for row in rows])
        return [
            build_sqlite_column(row[1], name, row[2] or "", nullable=not row[3])
            for row, name in zip(rows, names, strict=True)
        ]
