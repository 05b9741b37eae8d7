"""A connection to BigQuery: statements, load jobs, and the fence of a load.

Tables are made, changed and dropped by the API and not by statements: that is no job, costs
nothing, and a call that is repeated after a lost answer does no harm.
"""

import contextlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from include.core.errors import WarehouseError, WarehouseRejected, WarehouseUnavailable
from include.destinations.bigquery.dialect import STAGED_DAYS, BigQueryDialect
from include.destinations.bigquery.errors import errors
from include.destinations.bigquery.login import ANSWER_S, BigQueryLogin
from include.destinations.bigquery.tables import Tables

log = logging.getLogger(__name__)

# Tries of one job by the same id: whichever arrives is the only one.
TRIES = 4
TIME_TRAVEL_HOURS = 48  # the least there is: what was erased is gone after it


class BigQueryClient:
    """See `include/destinations/remote/dialect.py`."""

    def __init__(self, client: Any, login: BigQueryLogin, labels: Mapping[str, str]) -> None:
        self.dialect = BigQueryDialect()
        self.cost: Counter[str] = Counter()
        self.labels = dict(labels)
        self._client = client
        self._login = login
        self._tables = Tables(client, login.project, self.labels)
        self._made: dict[str, str] = {}
        self._session: str | None = None

    def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._run_query(statement, self._build_config(values))

    def _build_config(self, values: Sequence[Any]) -> Any:
        from google.cloud import bigquery

        parameters = [
            bigquery.ArrayQueryParameter(None, "STRING", value)
            if isinstance(value, list)
            else bigquery.ScalarQueryParameter(None, "STRING", value)
            for value in values
        ]
        config = bigquery.QueryJobConfig(query_parameters=parameters, labels=self.labels)
        if self._session:
            named = bigquery.ConnectionProperty("session_id", self._session)
            config.connection_properties = [named]
        return config

    def _run_query(self, statement: str, config: Any) -> list[tuple[Any, ...]]:
        """The library repeats what may be repeated: no statement that comes here writes rows."""
        with errors(statement[:40]):
            job = self._client.query(statement, job_config=config)
            rows = [tuple(row.values()) for row in job.result()]
            self._note(job)
        return rows

    def run_begin_session(self) -> None:
        """A transaction over several statements, until its end is said."""
        config = self._build_config(())
        config.create_session = True
        with errors("begin transaction"):
            job = self._client.query("begin transaction", job_config=config, job_retry=None)
            job.result()
        self._session = job.session_info.session_id

    def run_end_session(self) -> None:
        """What was not committed is taken back."""
        with contextlib.suppress(WarehouseError):
            self.fetch("rollback transaction")
        session, self._session = self._session, None
        self.fetch(f"call bq.abort_session('{session}')")

    def _note(self, job: Any) -> None:
        billed = getattr(job, "total_bytes_billed", None) or 0
        self.cost["jobs"] += 1
        self.cost["bytes_billed"] += billed

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
        """One load job a file; its id says which staging table of which moment it fills.

        So a job that was sent twice, because the answer was lost, runs once.
        """
        from google.cloud import bigquery

        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            labels=self.labels,
        )
        target = f"{self._login.project}.{schema}.{table}"
        for number, path in enumerate(files):
            job_id = f"elt-{schema}-{table}-{self._made.get(table, '0')}-{number}"
            self._run_load(path, target, job_id, config)

    def _run_load(self, path: Path, target: str, job_id: str, config: Any) -> None:
        from google.api_core.exceptions import Conflict

        for at in range(1, TRIES + 1):
            try:
                with errors(job_id), path.open("rb") as file:
                    try:
                        job = self._client.load_table_from_file(
                            file, target, job_id=job_id, job_config=config, timeout=ANSWER_S
                        )
                    except Conflict:
                        job = self._client.get_job(job_id)
                    job.result()
                self._note(job)
                return
            except WarehouseUnavailable:
                if at == TRIES:
                    raise
                log.info("load job is asked for again job=%s try=%s", job_id, at)

    def run_rewrite(self, schema: str, table: str, columns: Mapping[str, tuple[str, str]]) -> None:
        """Integers become decimals in place; all else as a new table in one statement.

        A new table loses policy tags and row policies; a warning says so.
        """
        place, name = self.dialect.place(schema, table), self.dialect.name
        numbers = {n for n, (old, new) in columns.items() if (old, new) == ("bigint", "numeric")}
        if numbers == set(columns):
            changed = ", ".join(
                f"alter column {name(one)} set data type BIGNUMERIC" for one in sorted(numbers)
            )
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
        """One script, sent once, under an id that nobody can use again."""
        text = ";\n".join(["begin transaction", *statements, "commit transaction", ""])
        job_id = self._build_commit_id(schema, load_id)
        with errors(job_id):
            job = self._client.query(text, job_id=job_id, job_retry=None)
            job.result(job_retry=None)
            self._note(job)

    def _build_commit_id(self, schema: str, load_id: int) -> str:
        """With the birth of the commit records: books made anew count from one again."""
        with errors(schema):
            born = self._tables.fetch_born(schema)
        return f"elt-{schema}-{born}-{load_id}-commit"

    def run_give_up(self, schema: str, load_id: int) -> None:
        """Take the id of the commit job; if it is taken, wait until that job has ended."""
        from google.api_core.exceptions import Conflict, GoogleAPICallError

        job_id = self._build_commit_id(schema, load_id)
        with errors(job_id):
            try:
                self._client.query("select 1", job_id=job_id, job_retry=None).result()
            except Conflict:
                job = self._client.get_job(job_id)
                try:
                    job.result(job_retry=None, timeout=60 * ANSWER_S)
                except GoogleAPICallError:
                    # It failed, or the answer did: only the first of them is an end.
                    if self._client.get_job(job_id).state != "DONE":
                        raise


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
