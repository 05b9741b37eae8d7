"""Records for the engine, written as short rows; everything not said is null."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import duckdb

from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings, Kind, ResolveSummary
from include.identity.tables import prepare_tables

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Row = Mapping[str, object]


def open_database(**tables: Iterable[Row]) -> duckdb.DuckDBPyConnection:
    """An in-memory database with the engine's inputs, the given rows in them."""
    db = duckdb.connect(config={"threads": 2})
    prepare_tables(db)
    for name, rows in tables.items():
        add_rows(db, name, rows)
    return db


def add_rows(db: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        db.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def person(record_id: str, name: str | None = None, **told: object) -> Row:
    return {"record_id": record_id, "source": record_id.split(":")[0], "name": name, **told}


def resolve(
    db: duckdb.DuckDBPyConnection, kind: Kind = "people", **settings: object
) -> ResolveSummary:
    return run_resolve(db, kind, IdentitySettings(**{"now": NOW, **settings}))  # type: ignore[arg-type]


def clusters(db: duckdb.DuckDBPyConnection) -> set[frozenset[str]]:
    """The partition of records."""
    rows = db.execute("select list(record_id) from resolved group by entity_id").fetchall()
    return {frozenset(row[0]) for row in rows}


def together(db: duckdb.DuckDBPyConnection, *records: str) -> bool:
    """Whether all of these are one entity."""
    return any(set(records) <= one for one in clusters(db))


def evidence(db: duckdb.DuckDBPyConnection, left: str, right: str) -> tuple[str, str, str]:
    """(band, decided_by, words) of a pair."""
    rows = db.execute(
        "select band, decided_by, evidence from pairs where left_id = ? and right_id = ?",
        sorted([left, right]),
    ).fetchall()
    assert rows, f"{left} and {right} were never compared"
    return rows[0]
