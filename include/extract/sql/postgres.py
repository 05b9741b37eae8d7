"""PostgreSQL rows as Arrow batches: COPY's binary form, decoded in C++ by ADBC while we wait.

Only types of one meaning (integers, floats, bool, text, bytes, dates, timestamps) cross that
border; the statement turns all others, numeric above all, into the text the server itself writes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from include.extract.sql.database import Database
from include.extract.sql.errors import build_stream_error, translated
from include.extract.sql.select import Select

# Bytes of one batch: large enough for Arrow, small enough for a worker with many tasks.
BATCH_BYTES = 8 << 20
BEGIN = "set transaction isolation level repeatable read, read only"
SETTINGS = (
    "set time zone 'UTC'",
    "set extra_float_digits = 1",
    "set bytea_output = 'hex'",
    # The server's limit is for people's queries; how long a task may take, Airflow decides.
    "set statement_timeout = 0",
    "set idle_in_transaction_session_timeout = 0",
)


class PostgresReader:
    """Reads statements one after the other, all in one snapshot."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def read(self, select: Select) -> Iterator[list[Any]]:
        """The columns of every batch of a statement's answer."""
        with self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(
                **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
            )
            cursor.execute(select.text)
            reader = cursor.fetch_record_batch()
            while (batch := self._fetch(reader)) is not None:
                if batch.num_rows:
                    yield list(batch.columns)

    def _fetch(self, reader: Any) -> Any | None:
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None
        except (OSError, pa.ArrowException) as error:
            # Arrow passes on the server's words alone, without their SQLSTATE.
            raise build_stream_error(error) from None


@contextmanager
def open_postgres(database: Database) -> Iterator[PostgresReader]:
    """A reader in a transaction of its own, which can write nothing.

    Raises:
        EltError: Whatever the server says.
    """
    from adbc_driver_postgresql import dbapi

    with (
        translated(database),
        dbapi.connect(database.libpq_url(), autocommit=False) as connection,
    ):
        with connection.cursor() as cursor:
            for statement in (BEGIN, *SETTINGS):
                cursor.execute(statement)
        yield PostgresReader(connection)
