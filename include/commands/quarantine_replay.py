"""The part of `quarantine replay` that opens feeds and loads."""

from collections.abc import Mapping

from include.commands.choose import check_names, choose_feeds
from include.commands.connect import build_environment
from include.commands.exit_codes import DATA, exit_code
from include.commands.output import complain, say, say_json, say_state
from include.config.connector_spec import Stream
from include.config.models import Tenant
from include.core.clock import utcnow
from include.core.errors import EltError
from include.core.streams import RunKind, RunOrigin
from include.ledger.connection import Warehouse
from include.ledger.quarantine import QuarantineFilter, fetch_counts
from include.pipeline.load_request import LoadRequest
from include.pipeline.quarantine_replay import Replay, run_replay
from include.pipeline.stream_load import fetch_streams


def run_replays(
    tenant: Tenant, wanted: QuarantineFilter, warehouse: Warehouse, *, as_json: bool
) -> int:
    """Every stream that has open records like that; the exit code is of the worst of them."""
    origin = RunOrigin(dag_id="cli", run_id=f"replay__{utcnow():%Y-%m-%dT%H:%M:%S.%fZ}")
    with warehouse.connect() as connection:
        counts = fetch_counts(connection, wanted)
    places = sorted({(row["feed"], row["stream"]) for row in counts})
    codes, told = [0], []
    declared: dict[str, Mapping[str, Stream]] = {}
    for feed_name, stream in places:
        place = f"{tenant.id}/{feed_name}/{stream}"
        try:
            (feed,) = choose_feeds(tenant, feed_name)
            if feed_name not in declared:
                declared[feed_name] = fetch_streams(feed, build_environment(warehouse))
            request = LoadRequest(feed, RunKind.MANUAL, (stream,), origin=origin)
            done = run_replay(request, declared[feed_name], wanted, warehouse)
        except EltError as error:
            complain(f"error: {error.at(tenant=tenant.id, feed=feed_name, stream=stream)}")
            codes.append(exit_code(error))
            continue
        told.append({"feed": feed_name, "stream": stream, **_as_dict(done)})
        codes.append(DATA if done.still_bad else 0)
        told_of = f"{place}: {done.settled:,} closed, {done.still_bad:,} still do not fit"
        say_state("replayed", told_of)
    if not places:
        check_names([tenant], wanted.feed, wanted.stream)
        say("no open record is like that")
    if as_json:
        say_json(told)
    return max(codes)


def _as_dict(done: Replay) -> dict[str, object]:
    return {
        "settled": done.settled,
        "still_bad": done.still_bad,
        "load_ids": [result.load_id for result in done.loads],
    }
