"""A connection to BigQuery: statements, load jobs, and the fence of a load.

Tables are made, changed and dropped by the API and not by statements: that is no job, costs
nothing, and a call that is repeated after a lost answer does no harm.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from include.core.errors import WarehouseRejected
from include.destinations.bigquery.dialect import STAGED_DAYS, BigQueryDialect
from include.destinations.bigquery.errors import errors
from include.destinations.bigquery.jobs import Jobs
from include.destinations.bigquery.login import BigQueryLogin
from include.destinations.bigquery.tables import Tables

log = logging.getLogger(__name__)

TIME_TRAVEL_HOURS = 48  # the least there is: what was erased is gone after it


class BigQueryClient:
    """See `include/destinations/remote/dialect.py`."""

    def __init__(self, client: Any, login: BigQueryLogin, labels: Mapping[str, str]) -> None:
        self.dialect = BigQueryDialect()
        self._jobs = Jobs(client, labels)
        self.cost = self._jobs.cost
        self._login = login
        self._tables = Tables(client, login.project, labels)
        self._made: dict[str, str] = {}

    def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._jobs.run_query(statement, values)

    def run_begin_session(self) -> None:
        """A transaction over several statements, until its end is said."""
        self._jobs.run_begin_session()

    def run_end_session(self) -> None:
        self._jobs.run_end_session()

    def run_make_schema(self, schema: str) -> None:
        """The dataset, in the login's region.

        Raises:
            WarehouseRejected: It is in another region, where no job of ours may reach it.
        """
        with errors(schema):
            found = self._tables.run_make_dataset(schema, self._login.location, TIME_TRAVEL_HOURS)
        if found.upper() != self._login.location.upper():
            raise WarehouseRejected(
                f"dataset `{schema}` is in `{found}`. Expected `{self._login.location}`, the "
                "`location` of the connection. Correct the connection, or move the dataset."
            )

    def run_make(
        self, schema: str, table: str, columns: Mapping[str, str], keys: Sequence[str] = ()
    ) -> None:
        with errors(f"{schema}.{table}"):
            self._tables.run_make(schema, table, columns, keys)

    def run_make_staging(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        ends = datetime.now(UTC) + timedelta(days=STAGED_DAYS)
        kinds = {name: "text" if kind in ("numeric", "bytes") else kind
                 for name, kind in columns.items()}  # fmt: skip
        with errors(f"{schema}.{table}"):
            self._made[table] = self._tables.run_make(schema, table, kinds, (), ends)

    def run_add(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        with errors(f"{schema}.{table}"):
            self._tables.run_add(schema, table, columns)

    def run_drop(self, schema: str, table: str) -> None:
        with errors(f"{schema}.{table}"):
            self._tables.run_drop(schema, table)

    def fetch_columns(self, schema: str, table: str) -> dict[str, str]:
        with errors(f"{schema}.{table}"):
            return self._tables.fetch_columns(schema, table)

    def fetch_tables(self, schema: str) -> list[str]:
        with errors(schema):
            return self._tables.fetch_names(schema)

    def fetch_schemas(self, prefix: str) -> list[str]:
        """Datasets whose names begin so."""
        with errors(prefix):
            return self._tables.fetch_datasets(prefix)

    def run_upload(self, schema: str, table: str, files: Iterable[Path]) -> None:
        """One load job a file; its id says which staging table of which moment it fills."""
        target = f"{self._login.project}.{schema}.{table}"
        for number, path in enumerate(files):
            job_id = f"elt-{schema}-{table}-{self._made.get(table, '0')}-{number}"
            self._jobs.run_load(path, target, job_id)

    def run_rewrite(self, schema: str, table: str, columns: Mapping[str, tuple[str, str]]) -> None:
        """Integers become decimals in place; all else as a new table in one statement.

        A new table loses policy tags and row policies; a warning says so.
        """
        place, name = self.dialect.place(schema, table), self.dialect.name
        numbers = {n for n, (old, new) in columns.items() if (old, new) == ("bigint", "numeric")}
        with errors(f"{schema}.{table}"):
            ordered = self._tables.fetch_clustering(schema, table)
        if numbers == set(columns) and not numbers.intersection(ordered):
            for one in sorted(numbers):
                changed = f"alter column {name(one)} set data type BIGNUMERIC"
                self.fetch(f"alter table {place} {changed}")
            return
        log.warning("table is written anew, its policy tags are lost table=%s.%s", schema, table)
        with errors(f"{schema}.{table}"):
            select, kinds = [], {}
            for column, kind in self._tables.fetch_columns(schema, table).items():
                old, new = columns.get(column, (kind, kind))
                quoted = name(column)
                kinds[column] = new
                if new == old:
                    select.append(quoted)
                elif new == "text":
                    select.append(f"{self.dialect.as_text(old, quoted)} as {quoted}")
                else:
                    select.append(f"cast({quoted} as {self.dialect.types[new]}) as {quoted}")
            head = self._tables.build_head(schema, table, kinds)
        self.fetch(
            f"create or replace table {place} {head} as select {', '.join(select)} from {place}"
        )

    def run_fence(self, schema: str, load_id: int) -> None:
        """The fence is the commit job's id, of which there is one: nothing is to be written."""

    def run_transaction(self, schema: str, load_id: int, statements: Sequence[str]) -> None:
        self._jobs.run_script(self._build_commit_id(schema, load_id), build_script(statements))

    def _build_commit_id(self, schema: str, load_id: int) -> str:
        """With the birth of the commit records: books made anew count from one again."""
        with errors(schema):
            born = self._tables.fetch_born(schema)
        return f"elt-{schema}-{born}-{load_id}-commit"

    def run_give_up(self, schema: str, load_id: int) -> None:
        self._jobs.run_claim(self._build_commit_id(schema, load_id))


def build_script(statements: Sequence[str]) -> str:
    """All of them or none: a script that fails takes back what it began."""
    return ";\n".join(["begin transaction", *statements, "commit transaction", ""])


@contextmanager
def connect(login: BigQueryLogin, labels: Mapping[str, str]) -> Iterator[BigQueryClient]:
    """A client; nothing is asked yet.

    Raises:
        ConfigError: The credentials cannot be read.
    """
    client = login.build_client(labels)
    try:
        yield BigQueryClient(client, login, labels)
    finally:
        client.close()
