"""The part of `quarantine replay` that opens feeds and loads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.commands.frame.choose import check_names, choose_feeds
from include.commands.frame.connect import build_environment
from include.commands.frame.exit_codes import DATA, exit_code
from include.commands.screen.output import complain, say, say_json, say_state
from include.commands.screen.progress import showing_loads
from include.config.connector_spec import Stream
from include.config.models import Tenant
from include.core.clock import utcnow
from include.core.errors import EltError
from include.core.streams import RunKind, RunOrigin
from include.ledger.connection import Warehouse
from include.ledger.quarantine import QuarantineFilter, fetch_counts
from include.pipeline.load_environment import LoadEnvironment
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
    total = sum(int(row["records"]) for row in counts)
    run = _Run(tenant, wanted, origin)
    with showing_loads(tenant.id, total, unit="records") as watch:
        environment = build_environment(warehouse, watch)
        for feed_name, stream in places:
            run.replay(feed_name, stream, environment)
            watch.end(feed_name, stream)
    if not places:
        check_names([tenant], wanted.feed, wanted.stream)
        say("no open record is like that")
    if as_json:
        say_json(run.told)
    return max(run.codes)


@dataclass
class _Run:
    """One command's replays; what came of them, and the exit code of each."""

    tenant: Tenant
    wanted: QuarantineFilter
    origin: RunOrigin
    told: list[dict[str, object]] = field(default_factory=list)
    codes: list[int] = field(default_factory=lambda: [0])
    declared: dict[str, Mapping[str, Stream]] = field(default_factory=dict)

    def replay(self, feed_name: str, stream: str, environment: LoadEnvironment) -> None:
        """Replay one stream; an error is told, the others go on."""
        try:
            (feed,) = choose_feeds(self.tenant, feed_name)
            if feed_name not in self.declared:
                self.declared[feed_name] = fetch_streams(feed, environment)
            request = LoadRequest(feed, RunKind.MANUAL, (stream,), origin=self.origin)
            done = run_replay(request, self.declared[feed_name], self.wanted, environment)
        except EltError as error:
            complain(f"error: {error.at(tenant=self.tenant.id, feed=feed_name, stream=stream)}")
            self.codes.append(exit_code(error))
            return
        self.told.append({"feed": feed_name, "stream": stream, **_as_dict(done)})
        self.codes.append(DATA if done.still_bad else 0)
        counts = f"{done.settled:,} closed, {done.still_bad:,} still do not fit"
        say_state("replayed", f"{self.tenant.id}/{feed_name}/{stream}: {counts}")


def _as_dict(done: Replay) -> dict[str, object]:
    return {
        "settled": done.settled,
        "still_bad": done.still_bad,
        "load_ids": [result.load_id for result in done.loads],
    }
