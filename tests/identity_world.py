"""A world's records in DuckDB as identity reads them, and how well its answer fits the truth."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from include.sandbox.serve.session import Session
from include.sandbox.truth import products, seen

Row = dict[str, Any]
LINKS = ("left_record_id", "right_record_id", "rule")


def load_rows(
    db: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: list[Row]
) -> None:
    """Make a table of these columns; a column without any value is left out, as allowed."""
    arrays = {column: pa.array([row[column] for row in rows]) for column in columns}
    given = {key: one for key, one in arrays.items() if not pa.types.is_null(one.type)}
    db.register("given", pa.table(given or {columns[0]: pa.array([], pa.string())}))
    db.execute(f"create or replace table {name} as select * from given")
    db.unregister("given")


def load_people(db: duckdb.DuckDBPyConnection, session: Session, tenant: str) -> None:
    load_rows(db, "records", seen.COLUMNS, seen.build_people_rows(session, tenant))
    load_rows(db, "links", LINKS, seen.build_links(session, tenant))


def load_companies(db: duckdb.DuckDBPyConnection, session: Session, tenant: str) -> None:
    load_rows(db, "records", seen.COLUMNS, seen.build_company_rows(session, tenant))


def load_products(db: duckdb.DuckDBPyConnection, session: Session, tenant: str) -> None:
    load_rows(db, "records", products.COLUMNS, products.build_product_rows(session, tenant))
