"""`ops__*`: the platform's housekeeping. One task over all tenants, each one's trouble apart."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import (
    DAG,
    Asset,
    AssetOrTimeSchedule,
    BaseOperator,
    CronTriggerTimetable,
    Param,
)

from include.config.load import load_platform
from include.config.models import Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.errors import EltError
from include.orchestration.alerts.failure import notify_failure, notify_success
from include.orchestration.connections import build_warehouse
from include.orchestration.dag_builders.task_defaults import EPOCH
from include.orchestration.retry import RETRY_DELAY, EltRetryPolicy
from include.orchestration.run_request import check_conf

log = logging.getLogger(__name__)
KEEP_DAYS = 90


class EachTenantOperator(BaseOperator):
    """Calls one function per tenant; a tenant whose call fails does not stop the others."""

    def __init__(self, *, call: Callable[[Tenant, Mapping[str, Any]], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.call = call

    def execute(self, context: Mapping[str, Any]) -> None:
        """Run for every valid tenant.

        Raises:
            EltError: The first tenant's error, after all tenants have had their turn.
        """
        check_conf(context)
        first: EltError | None = None
        for tenant in load_platform().tenants:
            try:
                self.call(tenant, context)
            except EltError as error:
                log.error("tenant failed tenant=%s message=%s", tenant.id, error)
                first = first or error.at(tenant=tenant.id)
        if first:
            raise first


def build_quality_report_dag() -> DAG:
    """Every morning: each tenant's health to the log; what is wrong has alerts of its own."""
    dag = build_ops_dag("quality_report", "0 6 * * *", "Daily health of every tenant")
    EachTenantOperator(task_id="report", call=run_report, dag=dag)
    return dag


def build_weekly_report_dag() -> DAG:
    """Every Monday: each tenant's report as a page and as JSON, below the state folder."""
    dag = build_ops_dag(
        "weekly_report", "30 6 * * 1", "How far each tenant's numbers can be trusted"
    )
    EachTenantOperator(task_id="report", call=run_weekly_report, dag=dag)
    return dag


def build_retention_dag() -> DAG:
    """Every night: old loads, check results, alerts and closed quarantine out of elt_ops."""
    dag = build_ops_dag("retention", "30 2 * * *", "Deletes what elt_ops need not keep")
    dag.params["days"] = Param(KEEP_DAYS, type="integer", minimum=7, description="Days kept.")
    EachTenantOperator(task_id="retention", call=run_tenant_retention, dag=dag)
    return dag


def run_report(tenant: Tenant, context: Mapping[str, Any]) -> None:
    """Say a tenant's health in the log."""
    del context
    from include.pipeline.health.report import fetch_quality_report

    report = fetch_quality_report(tenant, build_warehouse(tenant))
    for line in report.lines():
        log.info("quality tenant=%s %s", tenant.id, line)


def run_weekly_report(tenant: Tenant, context: Mapping[str, Any]) -> None:
    """Write quality_report.html and .json; the log says where and what stands in them."""
    del context
    from include.pipeline.health.weekly.write import run_write_report

    folder = load_settings().state_dir / "reports" / tenant.id
    report, written = run_write_report(tenant, build_warehouse(tenant), folder, has_page=True)
    log.info("report tenant=%s score=%s files=%s", tenant.id, report["score"], written)


def run_tenant_retention(tenant: Tenant, context: Mapping[str, Any]) -> None:
    """Once a warehouse: of a thousand tenants that share a ledger the first one's turn does it."""
    from include.pipeline.retention import run_retention

    connection = tenant.spec.destination.books_connection
    zones = {
        one.id: one.spec.timezone
        for one in load_platform().tenants
        if one.spec.destination.books_connection == connection
    }
    if tenant.id == min(zones):
        run_retention(build_warehouse(tenant), int(context["params"]["days"]), zones)


def build_ops_dag(what: str, cron: str, description: str, wakes: Asset | None = None) -> DAG:
    """An empty DAG of the platform's own: at most one run at a time, no catching up.

    Args:
        wakes: An event of it starts a run between those of the cron line.
    """
    timed = CronTriggerTimetable(cron, timezone="UTC")
    return DAG(
        dag_id=naming.ops_dag_id(what),
        description=description,
        doc_md=f"# {description}\n\nSource: `include/orchestration/dag_builders/ops.py`.",
        schedule=AssetOrTimeSchedule(timetable=timed, assets=[wakes]) if wakes else timed,
        start_date=EPOCH,
        catchup=False,
        max_active_runs=1,
        default_args={
            "owner": "platform",
            "retries": 2,
            "retry_delay": RETRY_DELAY,
            "retry_policy": EltRetryPolicy(),
            "on_failure_callback": notify_failure,
            "on_success_callback": notify_success,
            "execution_timeout": timedelta(hours=1),
        },
        tags=["layer:ops"],
    )
