"""Operators over include.pipeline; they also work in hand-written DAGs.

    ExtractLoadOperator(task_id="orders", tenant="acme", feed="shopify", stream="orders")
    SweepOperator(task_id="sweep", tenant="acme", feed="stripe", stream="customers")
    QualityCheckOperator(task_id="check", tenant="acme", feed="shopify")

Heavy modules are imported in `execute`: a DAG file with a hundred of these costs nothing to parse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from include.config.lookup import load_one_feed, load_one_tenant
from include.config.models import Feed
from include.core.streams import RunOrigin
from include.orchestration.connections import build_environment, build_warehouse
from include.orchestration.operators.news import run_tell_news
from include.orchestration.run_request import (
    LOAD_PARAMETERS,
    SWEEP_PARAMETERS,
    build_load_request,
    build_sweep_request,
    check_conf,
    read_origin,
)
from include.pipeline.load_request import LoadRequest


class ExtractLoadOperator(BaseOperator):
    """Loads one stream of a feed, or all that discovery finds when `stream` is None.

    The window comes from the run: scheduled and manual runs continue at the committed cursor, a
    backfill run reads exactly its data interval, params `from`/`to` override a manual run's.
    Pushes the counts of the load as XCom.

    With `checks` the feed's checks follow in the same task once every stream has loaded.
    """

    ui_color = "#d7ecd9"
    parameters: tuple[str, ...] = LOAD_PARAMETERS

    def __init__(
        self,
        *,
        tenant: str,
        feed: str,
        stream: str | None = None,
        checks: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.feed = feed
        self.stream = stream
        self.checks = checks

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Load; the answer maps stream to counts for a feed and is the counts for one stream.

        Raises:
            AirflowSkipException: If the stream has no part that belongs to a backfill's interval.
            EltError: With the place filled in; the retry policy decides what follows. Streams that
                it does not name are loaded.
        """
        from include.orchestration.alerts.schema_change import notify_changes
        from include.pipeline.feed_load import build_feed_error, run_feed_load

        check_conf(context, self.parameters)
        feed = load_one_feed(self.tenant, self.feed)
        request = replace(self.build_request(feed, context), origin=read_origin(context))
        if self.stream:
            request = request.of(self.stream)
        result = run_feed_load(request, build_environment(feed.tenant))
        notify_changes(feed, context)
        error = build_feed_error(result)
        if error:
            raise error
        if result.skipped and not result.loaded:
            raise AirflowSkipException(next(iter(result.skipped.values())).reason)
        if self.checks:
            from include.pipeline.health.checks import run_feed_checks

            run_feed_checks(feed, build_warehouse(feed.tenant), request.origin)
            run_tell_news(feed, self.outlets, context)
        counts = {name: loaded.counts() for name, loaded in result.loaded.items()}
        return counts[self.stream] if self.stream else counts

    def build_request(self, feed: Feed, context: Mapping[str, Any]) -> LoadRequest:
        """What this run asks for, of all streams."""
        return build_load_request(feed, context["dag_run"], context.get("params") or {})


class SweepOperator(ExtractLoadOperator):
    """Reads all of a stream to find what is gone at the source, and marks it `_deleted_at`.

    Stops when more than the stream's share is missing, unless the run's param `accept_deletes`
    says that a person has looked.
    """

    ui_color = "#f3d9d7"
    parameters = SWEEP_PARAMETERS

    def build_request(self, feed: Feed, context: Mapping[str, Any]) -> LoadRequest:
        """A sweep, whatever started the run."""
        return build_sweep_request(feed, context.get("params") or {})


class QualityCheckOperator(BaseOperator):
    """Runs a feed's raw checks, or the tenant's mart checks when `feed` is None.

    Marts that wait for it are checked and, when no error is found, published. Every result
    is stored in elt_ops.check_results; a failed one of severity error fails the task.
    With `after_failures` they are those of a run of which some streams have failed and others have
    loaded; of any other run the load's own task has checked what there was.
    """

    ui_color = "#f6e7c1"

    def __init__(
        self, *, tenant: str, feed: str | None = None, after_failures: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.feed = feed
        self.after_failures = after_failures

    def execute(self, context: Mapping[str, Any]) -> dict[str, int]:
        """Run the checks; the answer counts them by outcome.

        Raises:
            AirflowSkipException: If there is nothing that others have not checked.
            CheckFailed: If a check of severity error found bad rows.
            CheckBroken: If none failed but one could not run.
        """
        from include.pipeline.dbt.publish import run_publish
        from include.pipeline.health.checks import run_feed_checks

        origin = read_origin(context)
        if self.feed:
            feed = load_one_feed(self.tenant, self.feed)
            if self.after_failures and not _fetch_is_mixed(feed, origin):
                raise AirflowSkipException("not a run in which some streams failed, some loaded")
            found = run_feed_checks(feed, build_warehouse(feed.tenant), origin)
            run_tell_news(feed, self.outlets, context)
            return asdict(found)
        tenant = load_one_tenant(self.tenant)
        return asdict(run_publish(tenant, build_warehouse(tenant), origin))


def _fetch_is_mixed(feed: Feed, origin: RunOrigin) -> bool:
    from include.ledger.load_history import fetch_run_states

    with build_warehouse(feed.tenant).connect() as connection:
        states = fetch_run_states(connection, feed.tenant.id, feed.name, origin)
    return {"loaded", "failed"} <= states


__all__: Sequence[str] = ("ExtractLoadOperator", "QualityCheckOperator", "SweepOperator")
