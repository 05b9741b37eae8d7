"""Quarantined records once more, by the ordinary loader, with today's declaration.

Data flow: open rows of elt_ops.quarantine -> records -> those that fit now, and rejects with the
payload they had -> run_load, one transaction per load that had quarantined them.

A replayed load is dated as the load that read the records: what later loads wrote stays, as if the
records had fitted then and only committed late.
"""

import base64
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from include.config.connector_spec import Stream
from include.core.errors import ConfigError, EltError
from include.core.streams import LoadResult, Page, Reject
from include.destinations.layout import StreamLayout, build_layout
from include.destinations.protocol import Destination
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.ledger.quarantine import QuarantineFilter, fetch_payloads, fetch_rows
from include.load.loader import run_load
from include.load.plan import LoadPlan
from include.load.policy import StreamPolicy, build_policy
from include.load.shape.records import DictChunk
from include.load.shape.shaper import Shaper
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import build_place

log = logging.getLogger(__name__)

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class _Group:
    """What one load can carry: records read at the same time, in the same form.

    Attributes:
        ids: Of the quarantined records, sorted.
    """

    read_at: datetime
    form: str
    ids: tuple[int, ...]


@dataclass
class Replay:
    """What came of a replay.

    Attributes:
        settled: Records that loaded, or of which a newer version is stored.
        still_bad: Records that do not fit today either; their count is one higher.
        loads: One per load that had quarantined some of them.
    """

    settled: int = 0
    still_bad: int = 0
    loads: list[LoadResult] = field(default_factory=list)


def run_replay(
    request: LoadRequest,
    declared: Mapping[str, Stream],
    wanted: QuarantineFilter,
    environment: LoadEnvironment,
) -> Replay:
    """Replay the open records of one stream that the filter lets through, oldest reading first.

    Args:
        declared: The feed's streams as they are declared or discovered now.

    Raises:
        ConfigError: The feed no longer has the stream.
        EltError: A load failed, which is in the ledger; those before it are committed.
    """
    done, warehouse = Replay(), environment.warehouse
    rows = environment.rows_of(request.feed.tenant)
    stream = declared.get(request.stream)
    if stream is None:
        raise ConfigError(
            "the feed no longer has the stream. Streams: "
            f"{', '.join(sorted(declared)) or 'none'}. Its records cannot be loaded; "
            "`quarantine drop` closes them."
        )
    for group in _fetch_groups(warehouse, wanted, request.stream):
        plan = _build_plan(request, stream, group)
        try:
            pages = _pages(environment, rows, plan, group.form)
            result = run_load(warehouse, plan, pages, rows)
        except EltError as error:
            with warehouse.connect() as connection:
                ledger.run_record_failure(connection, plan.place, error)
            raise
        done.loads.append(result)
        done.settled += result.read - result.quarantined
        done.still_bad += result.quarantined
    return done


def _fetch_groups(warehouse: Warehouse, wanted: QuarantineFilter, stream: str) -> list[_Group]:
    """In the order read."""
    with warehouse.connect() as connection:
        rows = fetch_rows(connection, wanted.of_stream(stream))
    groups: dict[tuple[datetime, str], list[int]] = {}
    for row in rows:
        groups.setdefault((row["last_seen"], row["form"]), []).append(row["quarantine_id"])
    return [_Group(at, form, tuple(sorted(ids))) for (at, form), ids in sorted(groups.items())]


def _build_plan(request: LoadRequest, stream: Stream, group: _Group) -> LoadPlan:
    # A handful of records says nothing about those that are not among them.
    changes: dict[str, Any] = {"sweep": None}
    if group.form == "row":
        columns = {n: c.model_copy(update={"path": None}) for n, c in stream.columns.items()}
        changes["columns"] = columns
    return LoadPlan(
        place=replace(build_place(request), started_at=group.read_at),
        stream=stream.model_copy(update=changes),
        policy=build_policy(request.feed, request.stream, stream),
        replayed=group.ids,
    )


def _pages(
    environment: LoadEnvironment, rows: Destination, plan: LoadPlan, form: str
) -> Iterator[Page]:
    """The records, each tried alone first: what still does not fit keeps its own payload."""
    layout = build_layout(plan.place.tenant, plan.place.connector, plan.place.stream, plan.stream)
    warehouse, tenant = environment.warehouse, plan.place.tenant
    policy = plan.policy.salted(tenant, warehouse.salt)
    for start in range(0, len(plan.replayed), BATCH):
        with warehouse.connect() as connection:
            if start == 0:
                with rows.open(connection, layout, tenant) as session:
                    for table in layout.tables:
                        table.join_types(session.fetch_columns(table))
            found = fetch_payloads(connection, tenant, plan.replayed[start : start + BATCH])
        records, rejects = [], []
        for key, reason, detail, payload in found:
            record = _parse(payload, form, plan.stream)
            if record is None:
                rejects.append(Reject(key, reason, detail, payload, None, form))
                continue
            why = _try(layout, policy, record)
            if why is None:
                records.append(record)
            else:
                rejects.append(
                    Reject(why.key, why.reason, why.detail, payload, why.key_values, form)
                )
        page = Page(records, tuple(rejects))
        environment.on_page(plan.place, page)
        yield page


def _parse(payload: str, form: str, stream: Stream) -> dict[str, Any] | None:
    """The record, numbers exact; None when the payload never was one."""
    if form == "text":
        return None
    try:
        record = json.loads(payload, parse_float=Decimal)
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    if form == "row":
        for name, column in stream.columns.items():
            if column.type == "bytes" and isinstance(record.get(name), str):
                record[name] = base64.b64decode(record[name])
    return record


def _try(layout: StreamLayout, policy: StreamPolicy, record: dict[str, Any]) -> Reject | None:
    shaped = Shaper(layout, policy).shape(DictChunk([record]))
    return shaped.rejects[0] if shaped.rejects else None
