"""An Arrow table into a PostgreSQL table, as CSV through COPY."""

from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

from include.ledger.connection import Connection

CSV = pa_csv.WriteOptions(include_header=False, quoting_style="needed")


def run_copy_csv(connection: Connection, stage: sql.Identifier, batch: Any) -> None:
    """Copy an Arrow table into the table whose columns it names."""
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(batch, sink, CSV)
    columns = sql.SQL(", ").join(map(sql.Identifier, batch.column_names))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)")
    with (
        connection.cursor() as cursor,
        cursor.copy(statement.format(stage, columns)) as copy,
    ):
        copy.write(memoryview(sink.getvalue()))
