"""Schema `<tenant>_fit`: what fits read of a tenant's models, what they wrote, and when.

A table of a fit that is no more stays until somebody drops it: nothing reads it.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from include.core import naming
from include.destinations.postgres.own_tables import (
    OwnTable,
    run_ensure_own_tables,
    run_write_table,
)
from include.ledger.connection import Connection

TYPES = {
    "text": "text", "date": "date", "bigint": "bigint", "double": "double precision",
    "boolean": "boolean",
}  # fmt: skip
ARROW = {
    "text": pa.string(), "date": pa.date32(), "bigint": pa.int64(), "double": pa.float64(),
    "boolean": pa.bool_(),
}  # fmt: skip
RUNS = OwnTable(
    "runs",
    {
        "run_id": "bigint generated always as identity", "fit": "text not null",
        "at": "timestamptz not null default clock_timestamp()", "inputs_hash": "text not null",
        "stored": "bigint not null", "seconds": "double precision",
    },
    ("run_id",),
    is_log=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LastFit:
    """The newest run of a fit.

    Attributes:
        stored: Rows it left.
        present: Rows its tables have now; others than `stored`: somebody changed them.
    """

    inputs_hash: str
    stored: int
    present: int


def build_fit_table(name: str, columns: Mapping[str, str], key: tuple[str, ...]) -> OwnTable:
    """A table of a fit; columns of its key are never null."""
    kinds = {
        column: f"{TYPES[kind]} not null" if column in key else TYPES[kind]
        for column, kind in columns.items()
    }
    return OwnTable(name, kinds, key)


def run_ensure_fits(
    connection: Connection, tenant: str, tables: Iterable[OwnTable], role: str | None
) -> None:
    """Make the tenant's schema, these tables and the books of their runs.

    Args:
        role: The tenant's role, which exists; it may read. None: tenants have no roles.
    """
    run_ensure_own_tables(connection, naming.fit_schema(tenant), (*tables, RUNS), role)


def fetch_model(
    connection: Connection,
    tenant: str,
    model: str,
    columns: Mapping[str, str],
    key: Iterable[str],
) -> tuple[pa.Table, str]:
    """These columns of a model of dbt's layer `int`, ordered by its key, and a hash of the rows."""
    query = sql.SQL("copy (select {} from {} order by {}) to stdout (format csv, header)").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(naming.dbt_schema(tenant, "int"), model),
        sql.SQL(", ").join(map(sql.Identifier, key)),
    )
    text = io.BytesIO()
    with connection.cursor().copy(query) as copy:
        for chunk in copy:
            text.write(chunk)
    options = csv.ConvertOptions(
        column_types={name: ARROW[kind] for name, kind in columns.items()},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t"],
        false_values=["f"],
    )
    parsing = csv.ParseOptions(newlines_in_values=True)
    text.seek(0)
    table = csv.read_csv(text, parse_options=parsing, convert_options=options)
    return table, hashlib.sha256(text.getbuffer()).hexdigest()


def run_write_fit(connection: Connection, tenant: str, table: OwnTable, rows: pa.Table) -> int:
    """Make a table these rows, in the caller's transaction; how many that changed."""
    text = io.BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False))
    return run_write_table(connection, naming.fit_schema(tenant), table, [text.getvalue()])


def fetch_last_fit(
    connection: Connection, tenant: str, fit: str, tables: Iterable[OwnTable]
) -> LastFit | None:
    """None before the first run of the fit."""
    schema = naming.fit_schema(tenant)
    counts = sql.SQL(" + ").join(
        sql.SQL("(select count(*) from {})").format(sql.Identifier(schema, table.name))
        for table in tables
    )
    query = sql.SQL(
        "select inputs_hash, stored, {} from {} where fit = %s order by run_id desc limit 1"
    ).format(counts, sql.Identifier(schema, RUNS.name))
    row = connection.execute(query, [fit]).fetchone()
    return LastFit(str(row[0]), int(row[1]), int(row[2])) if row else None


def run_add_fit_run(
    connection: Connection, tenant: str, fit: str, last: LastFit, seconds: float
) -> None:
    """Note one run of a fit, in the transaction that wrote its tables."""
    place = sql.Identifier(naming.fit_schema(tenant), RUNS.name)
    statement = sql.SQL(
        "insert into {} (fit, inputs_hash, stored, seconds) values (%s, %s, %s, %s)"
    ).format(place)
    connection.execute(statement, [fit, last.inputs_hash, last.stored, seconds])
