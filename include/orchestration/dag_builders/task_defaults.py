"""Arguments every task of a tenant shares, so that retries and alerts have one definition."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG
from airflow.sdk.definitions.param import ParamsDict

from include.config.models import Feed, Tenant
from include.orchestration.alerts.failure import notify_failure
from include.orchestration.retry import MAX_RETRY_DELAY, RETRY_DELAY, EltRetryPolicy

# DAGs that no feed dates: fixed, because a moving start_date would be a new DAG at every parse.
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
# Of transforms, one a tenant: marts of what has come are built before more comes.
TOP_WEIGHT = 1000


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
        "priority_weight": TOP_WEIGHT,
        # Weights do not add up along the graph, else long DAGs would outrank urgent ones.
        "weight_rule": "absolute",
    }


def build_weight(feed: Feed) -> int:
    """Its place in the queue when slots are short: one feed of each tenant before others' second.

    `priority` orders a tenant's own feeds. As Airflow's weight itself, one tenant could go before
    all others with it, and among equals fifty feeds of one stood before five of five.
    """
    ordered = sorted(feed.tenant.feeds, key=lambda one: (-one.priority, one.name))
    return TOP_WEIGHT - 1 - [one.name for one in ordered].index(feed.name)


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
