"""What happens when a task has failed for good or a run is late: one alert, sent once.

Never raises: a callback that fails would hide the failure it was to report.
"""

import logging
from collections.abc import Mapping
from typing import Any

from include.config.lookup import load_one_tenant
from include.config.models import Tenant
from include.core.clock import utcnow
from include.core.errors import EltError
from include.orchestration.alerts.alert import Alert, build_failure_alert, read_tenant_id
from include.orchestration.alerts.channels import LogNotifier, Notifier, WebhookNotifier

log = logging.getLogger(__name__)


def notify_failure(context: Mapping[str, Any]) -> None:
    """`on_failure_callback` of every task."""
    tenant = _load_tenant(read_tenant_id(context))
    contacts = tenant.spec.alerts.contacts if tenant else ()
    run_send(build_failure_alert(context, contacts, utcnow()), tenant)


def notify_deadline(
    tenant_id: str, feed: str, minutes: int, context: Mapping[str, Any] | None = None
) -> None:
    """Deadline callback: the run had not finished `minutes` after it was queued.

    Args:
        context: Airflow's reduced context of a deadline: `dag_run` as a mapping.
    """
    tenant = _load_tenant(tenant_id)
    run = (context or {}).get("dag_run") or {}
    read = run.get if isinstance(run, Mapping) else lambda name: getattr(run, name, None)
    alert = Alert(
        kind="deadline",
        tenant=tenant_id,
        feed=feed,
        stream=None,
        error="DeadlineMissed",
        message=f"the run had not finished {minutes} minutes after it was due",
        dag_id=str(read("dag_id") or ""),
        run_id=read("run_id") or read("dag_run_id"),
        task_id=None,
        try_number=1,
        log_url=None,
        contacts=tenant.spec.alerts.contacts if tenant else (),
        at=utcnow(),
    )
    run_send(alert, tenant)


def run_send(alert: Alert, tenant: Tenant | None) -> bool:
    """Send through every notifier unless this very failure was sent before; True when sent."""
    if tenant is not None and not _claim(alert, tenant):
        log.info("alert not repeated fingerprint=%s", alert.fingerprint)
        return False
    for notifier in build_notifiers(alert.tenant, tenant):
        try:
            notifier.send(alert)
        except Exception as error:  # the next notifier must still get its turn
            log.warning("notifier failed kind=%s reason=%s", type(notifier).__name__, error)
    return True


def build_notifiers(tenant_id: str, tenant: Tenant | None) -> list[Notifier]:
    """The log always; the webhook when the tenant asks for one and its connection exists."""
    notifiers: list[Notifier] = [LogNotifier()]
    if tenant is None or not tenant.spec.alerts.webhook:
        return notifiers
    from include.orchestration.connections import fetch_webhook_url

    try:
        url = fetch_webhook_url(tenant_id)
    except Exception as error:
        log.warning("no webhook tenant=%s reason=%s", tenant_id, type(error).__name__)
        return notifiers
    if url is None:
        log.warning(
            "no webhook tenant=%s reason=connection `%s__alerts` missing", tenant_id, tenant_id
        )
        return notifiers
    return [*notifiers, WebhookNotifier(url)]


def _claim(alert: Alert, tenant: Tenant) -> bool:
    """True when this failure has not been sent yet; also when the ledger cannot be asked."""
    try:
        from include.ledger import loads as ledger
        from include.ledger.connection import Warehouse
        from include.orchestration.connections import fetch_warehouse_url

        with Warehouse(fetch_warehouse_url(tenant)).connect() as connection:
            return ledger.run_claim_alert(connection, alert.fingerprint, alert.payload())
    except Exception as error:  # an alert twice is better than none
        log.warning("alert ledger unreachable reason=%s", type(error).__name__)
        return True


def _load_tenant(tenant_id: str | None) -> Tenant | None:
    if tenant_id is None:
        return None
    try:
        return load_one_tenant(tenant_id)
    except EltError:
        return None
