"""A connection to Snowflake: statements, uploads, and the fence of a load."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from include.core.errors import WarehouseError, WarehouseRejected, WarehouseUnavailable
from include.destinations.remote.tables import COMMITS
from include.destinations.snowflake.dialect import SnowflakeDialect
from include.destinations.snowflake.login import SnowflakeLogin

# Lock and statement timeouts, a session that is gone, a warehouse that is suspended or starting.
# Source: the numbers community.snowflake.com and docs.snowflake.com name for them (read 2026-11).
RETRYABLE = frozenset({625, 630, 604, 606, 609, 390111, 390112, 390114, 2000008})
KINDS = {
    "TEXT": "text",
    "BOOLEAN": "bool",
    "DATE": "date",
    "TIMESTAMP_NTZ": "timestamp",
    "FLOAT": "float",
    "BINARY": "bytes",
    "VARIANT": "json",
}


class SnowflakeClient:
    """See `include/destinations/remote/dialect.py`; one session of the service."""

    def __init__(self, connection: Any) -> None:
        self.dialect = SnowflakeDialect()
        self.cost: Counter[str] = Counter()
        self._connection = connection

    def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with errors(), self._counted(), self._connection.cursor() as cursor:
            cursor.execute(statement, tuple(values) or None)
            return [tuple(row) for row in cursor.fetchall()]

    @contextmanager
    def _counted(self, statements: int = 1) -> Iterator[None]:
        """A warehouse is paid by its time, of which this is what a load waited for."""
        began = time.monotonic()
        yield
        self.cost["statements"] += statements
        self.cost["milliseconds"] += round((time.monotonic() - began) * 1000)

    def run_make_schema(self, schema: str) -> None:
        self.fetch(f"create transient schema if not exists {self.dialect.name(schema)}")

    def run_make(
        self, schema: str, table: str, columns: Mapping[str, str], keys: Sequence[str] = ()
    ) -> None:
        """Without cluster keys: keeping such an order costs credits all the time."""
        types = {name: self.dialect.types[kind] for name, kind in columns.items()}
        place = self.dialect.place(schema, table)
        made = self.dialect.make(place, types)
        self.fetch(made.replace(" table ", " table if not exists ", 1))

    def run_make_staging(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        types = {name: self.dialect.staged[kind] for name, kind in columns.items()}
        self.fetch(self.dialect.make(self.dialect.place(schema, table), types))

    def run_add(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        name, types = self.dialect.name, self.dialect.types
        added = ", ".join(f"{name(column)} {types[kind]}" for column, kind in columns.items())
        self.fetch(f"alter table {self.dialect.place(schema, table)} add column {added}")

    def run_drop(self, schema: str, table: str) -> None:
        self.fetch(f"drop table {self.dialect.place(schema, table)}")

    def run_upload(self, schema: str, table: str, files: Iterable[Path]) -> None:
        """By a stage of this session's own, which goes with it."""
        stage = f"{schema}.put_{table}".upper()
        self.fetch(f"create or replace temporary stage {stage}")
        for path in files:
            self.fetch(f"put 'file://{path.as_posix()}' @{stage} auto_compress=false")
        self.fetch(
            f"copy into {self.dialect.place(schema, table)} from @{stage} "
            "file_format = (type = parquet use_logical_type = true) "
            "match_by_column_name = case_insensitive"
        )

    def fetch_columns(self, schema: str, table: str) -> dict[str, str]:
        rows = self.fetch(
            "select column_name, data_type, numeric_scale from information_schema.columns "
            "where table_schema = %s and table_name = %s order by ordinal_position",
            [schema.upper(), table.upper()],
        )
        return {
            str(name).lower(): ("numeric" if scale else "bigint")
            if kind == "NUMBER"
            else KINDS.get(str(kind), "text")
            for name, kind, scale in rows
        }

    def fetch_tables(self, schema: str) -> list[str]:
        rows = self.fetch(
            "select table_name from information_schema.tables where table_schema = %s",
            [schema.upper()],
        )
        return sorted(str(name).lower() for (name,) in rows)

    def run_rewrite(self, schema: str, table: str, columns: Mapping[str, tuple[str, str]]) -> None:
        """As a new table in one statement: ALTER changes neither scale nor kind of a type."""
        dialect = self.dialect
        shown = []
        for name in self.fetch_columns(schema, table):
            quoted = dialect.name(name)
            old, new = columns.get(name, ("", ""))
            if new == "text":
                shown.append(f"{dialect.as_text(old, quoted)} as {quoted}")
            elif new:
                shown.append(f"cast({quoted} as {dialect.types[new]}) as {quoted}")
            else:
                shown.append(quoted)
        place = dialect.place(schema, table)
        self.fetch(
            f"create or replace transient table {place} copy grants as "
            f"select {', '.join(shown)} from {place}"
        )

    def run_fence(self, schema: str, load_id: int) -> None:
        name, commits = self.dialect.name, self.dialect.place(schema, COMMITS)
        columns = ", ".join(map(name, ("load_id", "state", "session_id", "written_at")))
        self.fetch(
            f"insert into {commits} ({columns}) "
            f"select {load_id}, 'open', current_session(), sysdate()"
        )

    def run_transaction(self, schema: str, load_id: int, statements: Sequence[str]) -> None:
        with errors(), self._counted(len(statements)), self._connection.cursor() as cursor:
            try:
                cursor.execute("begin")
                for statement in statements:
                    cursor.execute(statement)
                if cursor.rowcount != 1:
                    raise WarehouseUnavailable(
                        f"load `{load_id}` was given up by another process. Nothing of it was "
                        "committed; the next run reads it again."
                    )
                cursor.execute("commit")
            except BaseException:
                # Snowflake commits what succeeded before a failed statement unless told not to.
                with contextlib.suppress(Exception):
                    cursor.execute("rollback")
                raise

    def run_give_up(self, schema: str, load_id: int) -> None:
        """End the session that may hold the load's transaction, then take its fence away.

        The record's last update asks for `open` and for no `void` beside it, so a sender that comes
        late changes no row and rolls back.
        """
        name, commits = self.dialect.name, self.dialect.place(schema, COMMITS)
        of_load = f"{name('load_id')} = {load_id}"
        with contextlib.suppress(WarehouseError):
            self.fetch("rollback")
        is_open = f"{of_load} and {name('state')} = 'open'"
        for (session,) in self.fetch(
            f"select {name('session_id')} from {commits} where {is_open} "
            f"and {name('session_id')} <> current_session()"
        ):
            # Without the right to, its locks end with LOCK_TIMEOUT or the service's own clean-up.
            with contextlib.suppress(WarehouseError):
                self.fetch("select system$abort_session(%s)", [str(session)])
        self.fetch(f"update {commits} set {name('state')} = 'void' where {is_open}")
        columns = f"{name('load_id')}, {name('state')}, {name('written_at')}"
        self.fetch(
            f"insert into {commits} ({columns}) select {load_id}, 'void', sysdate() "
            f"where not exists (select 1 from {commits} where {of_load})"
        )


@contextmanager
def connect(login: SnowflakeLogin, query_tag: str) -> Iterator[SnowflakeClient]:
    """One session.

    Raises:
        WarehouseError: It cannot be reached, or refuses the login.
    """
    import snowflake.connector

    with errors():
        connection = snowflake.connector.connect(**login.build_arguments(query_tag))
    try:
        yield SnowflakeClient(connection)
    finally:
        # A dry run leaves its transaction open, and its locks with it until the service notices.
        with contextlib.suppress(Exception), connection.cursor() as cursor:
            cursor.execute("rollback")
        with contextlib.suppress(Exception):
            connection.close()


@contextmanager
def errors() -> Iterator[None]:
    """Snowflake's errors as ours; a message may quote a row, so only codes go on."""
    from snowflake.connector import errors as theirs

    try:
        yield
    except theirs.Error as error:
        code, state = getattr(error, "errno", None), getattr(error, "sqlstate", None)
        said = f"Snowflake stopped with {type(error).__name__} {code or ''} (SQLSTATE {state})"
        can_retry = not isinstance(error, theirs.ProgrammingError) or code in RETRYABLE
        if can_retry:
            raise WarehouseUnavailable(f"{said}. Nothing was committed; it is tried again.") from (
                None
            )
        raise WarehouseRejected(
            f"{said}. Nothing was committed. Look at the query history of Snowflake, where its "
            "tag names tenant and feed."
        ) from None
