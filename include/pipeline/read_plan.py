"""What one load reads, from the ledger: its window, and where in it a broken read goes on."""

import logging
from dataclasses import dataclass, replace

from include.config.connector_spec import Stream
from include.config.load import start_instant
from include.core.streams import RunKind
from include.ledger import checkpoints
from include.ledger.checkpoints import Checkpoint, build_reads
from include.ledger.connection import Connection, Warehouse
from include.ledger.cursors import fetch_believed_cursor, fetch_cursor
from include.ledger.loads import LoadPlace
from include.load.plan import LoadPlan
from include.load.policy import build_policy
from include.pipeline.load_request import LoadRequest
from include.pipeline.window import (
    Asked,
    Skipped,
    WindowPlan,
    build_stateful_window,
    build_window,
    is_ahead,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadPlan:
    """A load's plan and the position its source is handed."""

    load: LoadPlan
    position: str | None = None


def fetch_read_plan(
    request: LoadRequest, place: LoadPlace, stream: Stream, warehouse: Warehouse
) -> ReadPlan | Skipped:
    """Decide what to read now; nothing is written."""
    feed = request.feed
    with warehouse.connect() as connection:
        cursor = fetch_cursor(connection, *place.names)
        asked = Asked(request.window, start_instant(feed), place.started_at)
        stateful = feed.connector.stateful or stream.stateful
        if stateful:
            planned = build_stateful_window(place.kind, asked)
        else:
            ahead = is_ahead(cursor, place.started_at)
            believed = fetch_believed_cursor(connection, *place.names) if ahead else None
            planned = build_window(stream, place.kind, asked, cursor=cursor, believed=believed)
        if isinstance(planned, Skipped):
            return planned
        plan = _build_plan(request, place, stream, planned)
        plan = replace(plan, cursor_before=cursor)
        if stateful:
            return ReadPlan(replace(plan, stateful=True), cursor)
        if place.kind is RunKind.SWEEP:
            return ReadPlan(plan)
        return _fetch_resumed(connection, replace(plan, reads=build_reads(request.window)))


def run_forget_position(warehouse: Warehouse, plan: LoadPlan) -> None:
    """Drop the checkpoint whose position the source no longer takes."""
    with warehouse.connect() as connection:
        checkpoints.run_drop_checkpoint(connection, *plan.place.names, plan.reads)


def _build_plan(
    request: LoadRequest, place: LoadPlace, stream: Stream, planned: WindowPlan
) -> LoadPlan:
    feed = request.feed
    for notice in planned.notices:
        names = (*place.names, notice)
        log.warning("load notice tenant=%s feed=%s stream=%s notice=%s", *names)
    # A file is loaded once, so a read without news brings nothing; a sweep has its own comparison.
    is_full = stream.cursor is None and stream.sweep is None and feed.connector.kind != "files"
    return LoadPlan(
        place=replace(place, window=planned.window),
        stream=stream,
        cursor_after=planned.cursor_after,
        policy=build_policy(feed, place.stream, stream),
        is_full=is_full and not (feed.connector.stateful or stream.stateful),
        may_shrink=request.may_shrink,
        notices=planned.notices,
        can_reread=feed.connector.kind == "files" and feed.connector.streams_from_feed,
    )


def _fetch_resumed(connection: Connection, plan: LoadPlan) -> ReadPlan:
    """The same plan, or the rest of a read that broke off, in the window that read had."""
    names = plan.place.names
    found = checkpoints.fetch_checkpoint(connection, *names, plan.reads or "")
    if found is None or not plan.comes_in_parts or not _is_same_read(plan, found):
        return ReadPlan(plan)
    log.info(
        "read goes on tenant=%s feed=%s stream=%s parts=%s records=%s since=%s",
        *(*names, found.part, found.delivered, found.started_at),
    )
    place = replace(plan.place, window=found.window)
    resumed = replace(plan, resumes=found, place=place, cursor_after=found.cursor_after)
    return ReadPlan(resumed, found.position)


def _is_same_read(plan: LoadPlan, found: Checkpoint) -> bool:
    """A cursor that was rewound, or a start date that moved, asks for another read."""
    if found.window.start != plan.place.window.start:
        return False
    return plan.reads != build_reads(None) or found.cursor_before == plan.cursor_before
