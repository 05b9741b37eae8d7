"""Jobs of BigQuery: queries, load jobs, a session, and the one script that commits a load."""

import contextlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from include.core.errors import WarehouseError, WarehouseUnavailable
from include.destinations.bigquery.errors import errors
from include.destinations.bigquery.login import ANSWER_S

log = logging.getLogger(__name__)

# Tries of one job by the same id: whichever arrives is the only one.
TRIES = 4


class Jobs:
    """Of one client of the library.

    Attributes:
        cost: `jobs`, and the `bytes_billed` for them.
    """

    def __init__(self, client: Any, labels: Mapping[str, str]) -> None:
        self.cost: Counter[str] = Counter()
        self._client = client
        self._labels = dict(labels)
        self._session: str | None = None

    def run_query(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The library repeats what may be repeated: no statement that comes here writes rows."""
        with errors(statement[:40]):
            job = self._client.query(statement, job_config=self._build_config(values))
            rows = [tuple(row.values()) for row in job.result()]
            self._note(job)
        return rows

    def _build_config(self, values: Sequence[Any]) -> Any:
        from google.cloud import bigquery

        parameters = [
            bigquery.ArrayQueryParameter(None, "STRING", value)
            if isinstance(value, list)
            else bigquery.ScalarQueryParameter(None, "STRING", value)
            for value in values
        ]
        config = bigquery.QueryJobConfig(query_parameters=parameters, labels=self._labels)
        if self._session:
            named = bigquery.ConnectionProperty("session_id", self._session)
            config.connection_properties = [named]
        return config

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
            self.run_query("rollback transaction")
        session, self._session = self._session, None
        self.run_query(f"call bq.abort_session('{session}')")

    def _note(self, job: Any) -> None:
        billed = getattr(job, "total_bytes_billed", None) or 0
        self.cost["jobs"] += 1
        self.cost["bytes_billed"] += billed

    def run_load(self, path: Path, target: str, job_id: str) -> None:
        """Append a Parquet file to a table that is there, columns by name.

        The job's id is the caller's, so that a job sent twice, for the answer was lost, runs once.
        """
        from google.api_core.exceptions import Conflict
        from google.cloud import bigquery

        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            labels=self._labels,
        )

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

    def run_script(self, job_id: str, text: str) -> None:
        """Sent once, under an id that nobody can use again."""
        with errors(job_id):
            job = self._client.query(text, job_id=job_id, job_retry=None)
            job.result(job_retry=None)
            self._note(job)

    def run_claim(self, job_id: str) -> None:
        """Take a script's id; if it is taken, wait until that job has ended."""
        from google.api_core.exceptions import Conflict, GoogleAPICallError

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
