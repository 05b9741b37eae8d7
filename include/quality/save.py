"""Every result of a check run, and its scores, to elt_ops."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse
from include.ledger.trust import check_results as store
from include.ledger.trust.mutes import build_muted_until, fetch_mutes
from include.quality.check import (
    CheckContext,
    CheckOutcome,
    Dimension,
    Origin,
    Severity,
    Status,
)
from include.quality.score import (
    Score,
    as_dicts,
    build_joint_score,
    build_table_score,
    build_tables,
)

RAW, MART = "raw", "mart"
# A test that has not run for so long is no longer one.
DBT_DAYS = 30


def run_save_outcomes(
    warehouse: Warehouse,
    found: Sequence[CheckOutcome],
    context: CheckContext,
    *,
    layer: str,
    tenant: str,
) -> None:
    """Write outcomes without a score: the checks that follow have it."""
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        mutes = build_muted_until(fetch_mutes(connection, tenant, context.started_at))
        known = [replace(o, muted_until=mutes.get((None, o.stream, o.name))) for o in found]
        rows = [build_row(one, context, layer=layer, tenant=tenant, feed=None) for one in known]
        store.run_record_checks(connection, rows)


def run_save(
    warehouse: Warehouse,
    found: Sequence[CheckOutcome],
    context: CheckContext,
    *,
    layer: str,
    tenant: str,
    feed: str | None,
) -> list[CheckOutcome]:
    """Write outcomes and scores, in one transaction; the answer knows which ones are muted.

    Args:
        layer: `raw` or `mart`.
        feed: None for marts.
    """
    with warehouse.connect() as connection:
        mutes = build_muted_until(fetch_mutes(connection, tenant, context.started_at))
        known = [replace(one, muted_until=mutes.get((feed, one.stream, one.name))) for one in found]
        rows = [build_row(one, context, layer=layer, tenant=tenant, feed=feed) for one in known]
        store.run_record_checks(connection, rows)
        tests = _fetch_dbt_outcomes(connection, tenant, context) if layer == MART else []
        scored = [*known, *tests]
        _save_scores(connection, scored, context, layer=layer, tenant=tenant, feed=feed)
    return known


def build_row(
    outcome: CheckOutcome,
    context: CheckContext,
    *,
    layer: str,
    tenant: str,
    feed: str | None,
) -> store.CheckRow:
    """As elt_ops.check_results has it."""
    return store.CheckRow(
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
        dimension=outcome.dimension.value,
        origin=outcome.origin.value,
        rows_checked=outcome.rows_checked,
        share=outcome.share,
        money_share=outcome.money_share,
        muted_until=outcome.muted_until,
    )


def _fetch_dbt_outcomes(
    connection: Connection, tenant: str, context: CheckContext
) -> list[CheckOutcome]:
    """The newest result of each of dbt's tests: an unchanged model is not built and tested anew."""
    since = context.started_at - timedelta(days=DBT_DAYS)
    return [
        CheckOutcome(
            row["check_name"],
            Severity(row["severity"]),
            Status(row["state"]),
            row["stream"],
            row["bad_rows"],
            detail=row["message"],
            dimension=Dimension(row["dimension"]),
            origin=Origin.DBT,
            about=row["stream"],
        )
        for row in store.fetch_latest_checks(connection, tenant, layer=MART)
        if row["origin"] == Origin.DBT and row["checked_at"] >= since
    ]


def _save_scores(
    connection: Connection,
    found: Sequence[CheckOutcome],
    context: CheckContext,
    *,
    layer: str,
    tenant: str,
    feed: str | None,
) -> None:
    """One row a table, and one of all of them."""
    tables = {name: build_table_score(some) for name, some in build_tables(found).items()}

    def row(score: Score, stream: str | None) -> store.ScoreRow:
        return store.ScoreRow(
            tenant,
            layer,
            score.value,
            checks=score.checks,
            failed=score.failed,
            feed=feed,
            dag_id=context.dag_id,
            run_id=context.run_id,
            stream=stream,
            reasons=as_dicts(score.reasons),
            rows_checked=score.rows,
        )

    rows = [row(score, name) for name, score in tables.items() if name and score.checks]
    rows.append(row(build_joint_score(list(tables.values())), None))
    store.run_record_scores(connection, rows)
