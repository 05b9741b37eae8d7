"""What happens when a task has failed for good, a run is late, or a task is well again.

The log has a line at once; the books keep the alert, and whoever looks next (`elt watch`, the DAG
`ops__alerts`) tells people. Never raises: a callback that fails would hide what it was to report.
"""

import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowException

from include.config.lookup import load_one_tenant
from include.config.models import Tenant
from include.core import naming
from include.core.alert_types import PLATFORM
from include.core.clock import utcnow
from include.core.errors import EltError, QualityError, TooManyRejects
from include.core.streams import RunOrigin

log = logging.getLogger(__name__)
MAX_MESSAGE = 1000


def notify_failure(context: Mapping[str, Any]) -> None:
    """`on_failure_callback` of every task."""
    try:
        _notify(context)
    except Exception as error:
        log.error("alert not stored reason=%s", type(error).__name__)


def notify_success(context: Mapping[str, Any]) -> None:
    """`on_success_callback` of the platform's own tasks: their alerts are over."""
    from include.alerts.store import run_end_signal
    from include.orchestration.alerts.desk import build_place

    ti = context["ti"]
    fingerprint = f"task_failed/{PLATFORM}/-/-/{ti.dag_id}.{ti.task_id}"
    run_end_signal(fingerprint, lambda: build_place(None))


def notify_deadline(
    tenant_id: str, feed: str, minutes: int, context: Mapping[str, Any] | None = None
) -> None:
    """Deadline callback: the run had not finished `minutes` after it was queued.

    Args:
        context: Airflow's reduced context of a deadline: `dag_run` as a mapping.
    """
    from include.alerts.signal import Signal

    run = (context or {}).get("dag_run") or {}
    read = run.get if isinstance(run, Mapping) else lambda name: getattr(run, name, None)
    run_store(
        Signal(
            type="late_feed",
            tenant=tenant_id,
            feed=feed,
            error="DeadlineMissed",
            message=f"the run had not finished {minutes} minutes after it was due.",
            at=utcnow(),
            origin=RunOrigin(str(read("dag_id") or ""), read("run_id") or read("dag_run_id")),
        )
    )


def run_store(signal: Any) -> bool:
    """The log's line and the books; True when it is in the books."""
    from include.alerts.store import run_store_signal
    from include.orchestration.alerts.desk import build_place

    tenant = _load_tenant(signal.tenant)
    run_log(signal, tenant.spec.alerts.contacts if tenant else ())
    return run_store_signal(signal, lambda: build_place(tenant))


def run_log(signal: Any, contacts: tuple[str, ...] = ()) -> None:
    """One line with every field, for alerting by the log: ERROR, or WARNING for less."""
    log.log(
        logging.ERROR if signal.grave in ("error", "critical") else logging.WARNING,
        "alert type=%s severity=%s tenant=%s feed=%s stream=%s error=%s dag=%s run=%s task=%s "
        "contacts=%s log_url=%s message=%s",
        signal.type,
        signal.grave,
        signal.tenant,
        signal.feed,
        signal.stream,
        signal.error,
        signal.origin.dag_id,
        signal.origin.run_id,
        signal.origin.task_id,
        ",".join(contacts) or "-",
        signal.log_url,
        signal.message,
    )


def build_failure_signal(context: Mapping[str, Any]) -> Any:
    """Signal of a failed task; its place comes from the error, else the operator, else the DAG.

    None for failed checks: their results are in the books, and a rule tells them one by one.
    """
    from include.alerts.signal import Signal, build_cause

    ti, error = context["ti"], context.get("exception")
    if isinstance(error, QualityError) and not isinstance(error, TooManyRejects):
        return None
    place = build_place_of(context)
    name = type(error).__name__ if isinstance(error, BaseException) else "TaskKilled"
    return Signal(
        **_build_kind(ti, place, name),
        message=build_message(error),
        error=name,
        cause=build_cause(name, _connector(context)),
        at=utcnow(),
        log_url=getattr(ti, "log_url", None),
        origin=RunOrigin(ti.dag_id, ti.run_id, ti.task_id, ti.try_number),
    )


def build_place_of(context: Mapping[str, Any]) -> dict[str, str | None]:
    """tenant, feed and stream of a failed task."""
    ti, task, error = context["ti"], context.get("task"), context.get("exception")
    # Cosmos operators mean other things by such attributes, so only plain text counts.
    parts = {
        name: getattr(error, name, None) or _text(getattr(task, name, None))
        for name in ("tenant", "feed", "stream")
    }
    parts["tenant"] = parts["tenant"] or _tag(context, "tenant")
    parts["feed"] = parts["feed"] or _feed_of(ti.dag_id)
    return parts


def build_message(error: object) -> str:
    """What may leave the house: our errors carry no secrets or rows by contract, others may."""
    if isinstance(error, EltError):
        return error.message[:MAX_MESSAGE]
    if isinstance(error, AirflowException):
        return (str(error).splitlines() or [""])[0][:MAX_MESSAGE]
    if isinstance(error, BaseException):
        return f"unexpected {type(error).__name__}; the log has the details"
    return "the task ended without an exception: killed, out of memory or lost its heartbeat"


def _notify(context: Mapping[str, Any]) -> None:
    signal = build_failure_signal(context)
    if signal is None:
        log.warning("checks have failed; they are told one by one, from elt_ops.check_results")
        return
    run_store(signal)
    if not isinstance(context.get("exception"), EltError):
        from include.orchestration.alerts.sentry import run_report

        run_report(context.get("exception"), signal)


def _build_kind(ti: Any, place: Mapping[str, str | None], error: str) -> dict[str, Any]:
    """Type and place by the DAG: a feed's, a transform, a broken file's, or the platform's own."""
    from include.alerts.rules.loads import build_type

    tenant = place["tenant"]
    if tenant and ti.dag_id == naming.broken_dag_id(tenant):
        return {"type": "broken_tenant", "tenant": tenant}
    if tenant and ti.dag_id == naming.transform_dag_id(tenant):
        return {"type": "transform_failed", "tenant": tenant}
    if tenant and place["feed"]:
        return {**build_type(error), **place}
    subject = f"{ti.dag_id}.{ti.task_id}"
    return {"type": "task_failed", "tenant": tenant or PLATFORM, "subject": subject}


def _tag(context: Mapping[str, Any], kind: str) -> str | None:
    """From the DAG's tags `tenant:<id>` and `connector:<name>`, which every DAG of ours carries."""
    dag = context.get("dag")
    for tag in sorted(getattr(dag, "tags", None) or ()):
        if tag.startswith(f"{kind}:"):
            return str(tag.removeprefix(f"{kind}:"))
    return None


def _connector(context: Mapping[str, Any]) -> str | None:
    return _tag(context, "connector")


def _feed_of(dag_id: str) -> str | None:
    name = naming.parse_ingest_dag_id(dag_id)
    return name.feed if name else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _load_tenant(tenant_id: str) -> Tenant | None:
    try:
        return load_one_tenant(tenant_id)
    except EltError:
        return None
