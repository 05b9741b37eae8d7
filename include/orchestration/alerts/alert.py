"""What an alert says. Pure; sending is notifiers.py, deciding is failure_callback.py."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from airflow.sdk.exceptions import AirflowException

from include.core import naming
from include.core.clock import format_instant
from include.core.errors import EltError

MAX_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Alert:
    """One failure or one piece of news as people need to hear it.

    Attributes:
        kind: `failure`, `deadline`, `schema_change` or `identity`.
        error: Class name from core/errors.py, or the foreign exception's.
        log_url: The task's log in the Airflow UI; None when there is no task (deadline).
        subject: What it is about, where that and not the run makes it the same alert.
    """

    kind: str
    tenant: str
    feed: str | None
    stream: str | None
    error: str
    message: str
    dag_id: str
    run_id: str | None
    task_id: str | None
    try_number: int
    log_url: str | None
    contacts: tuple[str, ...]
    at: datetime
    subject: str | None = None

    @property
    def level(self) -> str:
        """`error`: somebody must act; `warning`: somebody should know."""
        return "warning" if self.kind in ("schema_change", "identity") else "error"

    @property
    def fingerprint(self) -> str:
        """The same for every repetition of one failure: place, error class and run (or subject)."""
        where = (self.subject,) if self.subject else (self.run_id, self.task_id)
        parts = (self.kind, self.dag_id, *where, self.error)
        return "/".join(str(part or "-") for part in parts)

    def payload(self) -> dict[str, Any]:
        """JSON-ready; the text field makes Slack-compatible receivers show something."""
        place = "/".join(p for p in (self.tenant, self.feed, self.stream) if p)
        return {
            **asdict(self),
            "level": self.level,
            "contacts": list(self.contacts),
            "at": format_instant(self.at),
            "text": f"{self.kind}: {place} {self.error}: {self.message}",
        }


def build_failure_alert(
    context: Mapping[str, Any], contacts: tuple[str, ...], at: datetime
) -> Alert:
    """Alert of a failed task; its place comes from the error, else the operator, else the DAG."""
    ti, task, error = context["ti"], context.get("task"), context.get("exception")
    # Cosmos operators mean other things by such attributes, so only plain text counts.
    parts = {
        name: getattr(error, name, None) or _text(getattr(task, name, None))
        for name in ("tenant", "feed", "stream")
    }
    return Alert(
        kind="failure",
        tenant=parts["tenant"] or read_tenant_id(context) or "-",
        feed=parts["feed"] or _feed_of(ti.dag_id),
        stream=parts["stream"],
        error=type(error).__name__ if isinstance(error, BaseException) else "TaskKilled",
        message=build_message(error),
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        try_number=ti.try_number,
        log_url=getattr(ti, "log_url", None),
        contacts=contacts,
        at=at,
    )


def build_message(error: object) -> str:
    """What may leave the house: our errors carry no secrets or rows by contract, others may."""
    if isinstance(error, EltError):
        return error.message[:MAX_MESSAGE]
    if isinstance(error, AirflowException):
        return (str(error).splitlines() or [""])[0][:MAX_MESSAGE]
    if isinstance(error, BaseException):
        return f"unexpected {type(error).__name__}; the log has the details"
    return "the task ended without an exception: killed, out of memory or lost its heartbeat"


def read_tenant_id(context: Mapping[str, Any]) -> str | None:
    """Tenant from the DAG's tag `tenant:<id>`, which every DAG of ours carries."""
    dag = context.get("dag")
    for tag in sorted(getattr(dag, "tags", None) or ()):
        if tag.startswith("tenant:"):
            return str(tag.removeprefix("tenant:"))
    return None


def _feed_of(dag_id: str) -> str | None:
    name = naming.parse_ingest_dag_id(dag_id)
    return name.feed if name else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
