"""Every result of a check run, and its score, to elt_ops."""

from collections.abc import Sequence

from include.ledger.connection import Connection, Warehouse
from include.ledger.trust import check_results as store
from include.quality.check import CheckContext, CheckOutcome, Status
from include.quality.score import build_score


def run_save(
    warehouse: Warehouse,
    found: Sequence[CheckOutcome],
    context: CheckContext,
    *,
    layer: str,
    tenant: str,
    feed: str | None,
) -> None:
    """Write outcomes and score, in one transaction.

    Args:
        layer: `raw` or `mart`.
        feed: None for marts.
    """
    rows = [
        store.CheckRow(
            tenant=tenant,
            feed=feed,
            stream=outcome.stream,
            layer=layer,
            check_name=outcome.name,
            severity=outcome.severity.value,
            state=outcome.status.value,
            bad_rows=outcome.bad_rows,
            sample=outcome.sample,
            message=outcome.detail,
            checked_at=context.started_at,
            dag_id=context.dag_id,
            run_id=context.run_id,
        )
        for outcome in found
    ]
    with warehouse.connect() as connection:
        store.run_record_checks(connection, rows)
        _save_score(connection, found, context, layer=layer, tenant=tenant, feed=feed)


def _save_score(
    connection: Connection,
    found: Sequence[CheckOutcome],
    context: CheckContext,
    *,
    layer: str,
    tenant: str,
    feed: str | None,
) -> None:
    counted = [outcome for outcome in found if outcome.status is not Status.SKIPPED]
    row = store.ScoreRow(
        tenant,
        layer,
        build_score(found),
        checks=len(counted),
        failed=sum(outcome.status is not Status.PASSED for outcome in counted),
        feed=feed,
        dag_id=context.dag_id,
        run_id=context.run_id,
    )
    store.run_record_scores(connection, [row])
