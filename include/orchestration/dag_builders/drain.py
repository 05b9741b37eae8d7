"""`ops__webhook_drain`: inboxes into raw streams, one task per feed that waits.

    find -> drain[acme/shop_hooks], drain[corner/stripe], ...

The receiver's asset event wakes it within seconds and names the feeds; every five minutes all are
looked into. One feed's trouble stays in its own task: the others have drained by then.
"""

import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import DAG, BaseOperator

from include.config.load import load_platform
from include.config.lookup import load_one_feed
from include.core.errors import EltError
from include.orchestration.connections import build_environment, build_warehouse
from include.orchestration.dag_builders.ops import build_ops_dag
from include.orchestration.inbox_asset import build_inbox_asset, read_named_feeds
from include.orchestration.run_request import check_conf, read_origin

log = logging.getLogger(__name__)

PARALLEL = 4


class FindWaitingOperator(BaseOperator):
    """Answers [tenant, feed] of every inbox in which something waits."""

    def execute(self, context: Mapping[str, Any]) -> list[list[str]]:
        """Look into each tenant's warehouse; one that cannot be asked has its feeds drained anyway.

        Their own tasks then say what is wrong with it, and nobody else's are kept back.
        """
        from include.pipeline.webhook_drain import fetch_waiting_feeds

        check_conf(context)
        named = read_named_feeds(context)
        found: list[list[str]] = []
        for tenant in load_platform().tenants:
            names = [feed.name for feed in tenant.feeds if feed.has_inbox]
            if not names:
                continue
            if named:
                found += [[tenant.id, name] for name in names if [tenant.id, name] in named]
                continue
            try:
                waiting = fetch_waiting_feeds(tenant, build_warehouse(tenant))
            except EltError as error:
                log.error("tenant cannot be asked tenant=%s message=%s", tenant.id, error)
                waiting = dict.fromkeys(names, 0)
            found += [[tenant.id, name] for name in names if name in waiting]
        return found


class DrainOperator(BaseOperator):
    """Drains one feed's inbox; also works in hand-written DAGs."""

    ui_color = "#d7ecd9"
    template_fields = ("place",)

    def __init__(self, *, place: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place = place

    def execute(self, context: Mapping[str, Any]) -> dict[str, int]:
        """Drain; the answer counts rows by stream.

        Raises:
            EltError: The first stream's error, after all streams have had their turn.
        """
        from include.pipeline.webhook_drain import run_drain

        feed = load_one_feed(*self.place)
        result = run_drain(feed, build_environment(feed.tenant), read_origin(context))
        for error in result.failed.values():
            raise error
        return result.loaded


def build_webhook_drain_dag() -> DAG:
    """At each news of the receiver, and every five minutes: what arrived since becomes rows."""
    dag = build_ops_dag(
        *("webhook_drain", "*/5 * * * *", "Webhooks from the inbox to raw streams"),
        wakes=build_inbox_asset(),
    )
    # Not `with dag`: Airflow would then register it even where another DAG is wanted.
    waiting = FindWaitingOperator(task_id="find", dag=dag)
    DrainOperator.partial(
        task_id="drain",
        max_active_tis_per_dagrun=PARALLEL,
        map_index_template="{{ task.place | join('/') }}",
        dag=dag,
    ).expand(place=waiting.output)
    return dag
