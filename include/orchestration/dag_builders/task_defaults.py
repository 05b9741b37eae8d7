"""Arguments every task of a tenant shares, so that retries and alerts have one definition."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG
from airflow.sdk.definitions.param import ParamsDict

from include.config.models import Tenant
from include.orchestration.alerts.failure import notify_failure
from include.orchestration.retry import MAX_RETRY_DELAY, RETRY_DELAY, EltRetryPolicy

# DAGs that no feed dates: fixed, because a moving start_date would be a new DAG at every parse.
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


def build_task_defaults(tenant: Tenant) -> dict[str, Any]:
    """`default_args` of a tenant's DAGs."""
    limits = tenant.spec.limits
    return {
        "owner": tenant.spec.owner,
        "retries": limits.retries,
        "retry_delay": RETRY_DELAY,
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": MAX_RETRY_DELAY,
        "retry_policy": EltRetryPolicy(),
        "on_failure_callback": notify_failure,
        "execution_timeout": timedelta(minutes=limits.timeout_minutes),
        # Weights do not add up along the graph, else long DAGs would outrank urgent ones.
        "weight_rule": "absolute",
    }


def drop_inherited_params(dag: DAG) -> None:
    """Leave the DAG's params to the DAG; a run's context has them all the same.

    Airflow copies them into each task and validates each copy several times while it serializes: a
    third of what a transform of 340 models costs to draw.
    """
    for task in dag.tasks:
        task.params = ParamsDict()


def build_owner_links(tenant: Tenant) -> dict[str, str]:
    """Owner -> mailto of the first contact; Airflow shows it as a link on the DAG."""
    contacts = tenant.spec.alerts.contacts
    return {tenant.spec.owner: f"mailto:{contacts[0]}"} if contacts else {}
