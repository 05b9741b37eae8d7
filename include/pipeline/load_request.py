"""Who started a piece of work; written beside its rows so that a row leads back to a log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """Identifiers of the Airflow run; all None from the command line."""

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    try_number: int = 1
