"""An Arrow table into a PostgreSQL table, as CSV through COPY."""

from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

from include.ledger.connection import Connection

CSV = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
# Rows written as text at a time: a whole batch of it would lie in memory beside the batch.
CSV_ROWS = 5_000


def run_copy_csv(connection: Connection, stage: sql.Identifier, batch: Any) -> None:
    """Copy an Arrow table into the table whose columns it names."""
    columns = sql.SQL(", ").join(map(sql.Identifier, batch.column_names))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)")
    with (
        connection.cursor() as cursor,
        cursor.copy(statement.format(stage, columns)) as copy,
    ):
        for start in range(0, batch.num_rows, CSV_ROWS):
            sink = pa.BufferOutputStream()
            pa_csv.write_csv(batch.slice(start, CSV_ROWS), sink, CSV)
            copy.write(memoryview(sink.getvalue()))
