"""`backfill start|work|status|pause|resume|cancel`: an interval read again, chunk by chunk.

A backfill is rows in elt_ops: any number of `work` processes, on any machines, take its chunks, and
the feed's schedule goes on beside them. The cursors stay.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.commands.frame.arguments import WHEN, AnyFeed, FeedName, Json, TenantName
from include.commands.frame.choose import check_names, choose_feeds, choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.frame.exit_codes import DATA
from include.commands.screen.output import complain, say, say_json
from include.commands.steps.backfill_report import say_backfills
from include.config.explain import did_you_mean
from include.config.load import load_platform
from include.config.models import Feed, Tenant
from include.core.clock import parse_instant, utcnow
from include.core.errors import ConfigError
from include.core.streams import Window

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse


Workers = Annotated[int, typer.Option(min=1, help="Chunks loaded at a time in this process.")]
Wait = Annotated[bool, typer.Option("--wait", help="Load here; Ctrl-C pauses it.")]


@dataclass(frozen=True, kw_only=True)
class StartArguments:
    tenant: TenantName
    feed: FeedName
    stream: Annotated[
        list[str] | None,
        typer.Option("--stream", metavar="STREAM", help="May be repeated; default all by time."),
    ] = None
    start: Annotated[str, typer.Option("--from", metavar="WHEN", help=f"Included; {WHEN}.")]
    end: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="Not included; default now.")
    ] = None
    chunk: Annotated[str, typer.Option(metavar="SIZE", help="day, week, month or 10d.")] = "month"
    wait: Wait = False
    workers: Workers = 1
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Backfills by their ids; all of the tenant's, or of one feed, when there are none."""

    tenant: TenantName
    feed: AnyFeed = None
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="As `backfill status` shows.")
    ] = None
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class WorkArguments(Chosen):
    workers: Workers = 1


@dataclass(frozen=True, kw_only=True)
class StatusArguments(Chosen):
    all: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False


@dataclass(frozen=True, kw_only=True)
class ChangeArguments:
    tenant: TenantName
    feed: AnyFeed = None
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="As `backfill status` shows.")]
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class ResumeArguments(ChangeArguments):
    wait: Wait = False
    workers: Workers = 1


def _open(name: str) -> "tuple[Tenant, Warehouse]":
    """The tenant and its warehouse, with today's tables of elt_ops."""
    from include.commands.frame.connect import load_migrated_warehouse

    tenant = choose_tenant(load_platform(), name)
    return tenant, load_migrated_warehouse(tenant)


def _start(arguments: StartArguments) -> int:
    from include.commands.steps.backfill_run import run_here
    from include.ledger import backfills
    from include.pipeline.backfill import build_chunks

    tenant, warehouse = _open(arguments.tenant)
    (feed,) = choose_feeds(tenant, arguments.feed)
    window = build_interval(arguments.start, arguments.end, utcnow())
    names = _choose_streams(feed, arguments.stream, warehouse)
    chunks = build_chunks(window, arguments.chunk)
    with warehouse.connect() as connection:
        backfill_id = backfills.run_create(
            connection,
            tenant.id,
            feed.name,
            window,
            arguments.chunk,
            dict.fromkeys(names, chunks),
        )
    say(f"backfill {backfill_id}: {len(names)} streams in {len(chunks)} chunks each")
    if arguments.wait:
        return run_here(tenant, warehouse, [backfill_id], arguments.workers, pauses=True)
    say(f"work on it: elt backfill work --tenant {tenant.id} {backfill_id}")
    if arguments.json:
        say_json({"backfill_id": backfill_id, "streams": names, "chunks": len(chunks)})
    return 0


def build_interval(start: str, end: str | None, now: datetime) -> Window:
    """The interval asked for, both sides given.

    Raises:
        ConfigError: If a side is no instant, it lies ahead, or is empty.
    """
    try:
        since, until = parse_instant(start), parse_instant(end) if end else now
    except ValueError:
        raise ConfigError(
            f"`--from {start} --to {end}` is no interval. Expected instants such as `2026-10-01` "
            "or `2026-10-01T06:00:00Z`."
        ) from None
    until = min(until, now)
    if since >= until:
        raise ConfigError(
            f"`--from {start} --to {end}` holds nothing that has happened. "
            "Expected the earlier side first, and in the past."
        )
    return Window(since, until)


def _choose_streams(feed: Feed, wanted: list[str] | None, warehouse: "Warehouse") -> list[str]:
    """Streams by time, all of the feed's or those named; the others are told of."""
    from include.commands.frame.connect import build_environment
    from include.pipeline.backfill import find_time_streams
    from include.pipeline.stream_load import fetch_streams

    place = {"tenant": feed.tenant.id, "feed": feed.name}
    if feed.connector.stateful:
        raise ConfigError(
            "this source keeps a state of its own and cannot read an interval. Expected "
            "`elt cursors rewind --to start` and a run, which reads everything again.",
            **place,
        )
    by_time, whole = find_time_streams(fetch_streams(feed, build_environment(warehouse)))
    missing = sorted(set(wanted or ()) - set(by_time))
    if missing or not by_time:
        raise ConfigError(
            f"no stream by time: {', '.join(missing) or 'the feed has none'}."
            f"{did_you_mean(missing[0], by_time) if missing else ''} Expected some of: "
            f"{', '.join(by_time) or 'none'}. Streams without a time cursor are read in full by "
            "every run.",
            **place,
        )
    if whole and not wanted:
        say(f"left out, read in full by every run: {', '.join(whole)}")
    return sorted(set(wanted)) if wanted else by_time


def _work(arguments: WorkArguments) -> int:
    from include.commands.steps.backfill_run import run_here

    tenant, warehouse = _open(arguments.tenant)
    rows = [row for row in _fetch(arguments, tenant, warehouse) if row["state"] == "running"]
    if not rows:
        say("no backfill is running")
        if arguments.json:
            say_json([])
        return 0
    ids = [row["backfill_id"] for row in rows]
    return run_here(tenant, warehouse, ids, arguments.workers, pauses=False)


def _status(arguments: StatusArguments) -> int:
    tenant, warehouse = _open(arguments.tenant)
    only_open = not arguments.all and not arguments.ids
    rows = _fetch(arguments, tenant, warehouse, only_open=only_open)
    if not rows:
        check_names([tenant], arguments.feed, None)
    if arguments.json:
        say_json(rows)
        return 0
    say_backfills(rows)
    return 0


def _change(arguments: ChangeArguments, action: str) -> int:
    """Pause, resume or cancel each of the ids."""
    from include.ledger import backfills

    tenant, warehouse = _open(arguments.tenant)
    changed: list[int] = []
    known = _fetch(arguments, tenant, warehouse)
    for row in sorted(known, key=lambda row: int(row["backfill_id"])):
        backfill_id = int(row["backfill_id"])
        with warehouse.connect() as connection:
            if action == "pause":
                done = backfills.run_pause(connection, backfill_id, "paused by hand")
            elif action == "resume":
                done = backfills.run_resume(connection, backfill_id)
            else:
                done = backfills.run_cancel(connection, backfill_id)
        if done:
            changed.append(backfill_id)
            say(f"backfill {backfill_id}: {_PAST[action]}")
        else:
            complain(f"backfill {backfill_id} is {row['state']}: nothing to {action}")
    if isinstance(arguments, ResumeArguments) and arguments.wait and changed:
        from include.commands.steps.backfill_run import run_here

        return run_here(tenant, warehouse, changed, arguments.workers, pauses=True)
    if arguments.json:
        say_json(_fetch(arguments, tenant, warehouse))
    return 0 if changed else DATA


def _fetch(
    arguments: "Chosen | ChangeArguments",
    tenant: Tenant,
    warehouse: "Warehouse",
    *,
    only_open: bool = False,
) -> list[dict[str, Any]]:
    from include.ledger import backfills

    with warehouse.connect() as connection:
        rows = backfills.fetch_backfills(
            connection,
            tenant.id,
            feed=arguments.feed,
            ids=arguments.ids or None,
            only_open=only_open,
        )
    missing = sorted(set(arguments.ids or ()) - {row["backfill_id"] for row in rows})
    if missing:
        raise ConfigError(
            f"no backfill {', '.join(map(str, missing))}. Expected an id of "
            f"`elt backfill status --all --tenant {tenant.id}`.",
            tenant=tenant.id,
        )
    return rows


_PAST = {"pause": "paused", "resume": "goes on", "cancel": "cancelled"}
COMMAND = Group(
    "Read an interval again, chunk by chunk, beside the schedule. The cursors stay.\n\n"
    "A backfill is rows in elt_ops: any number of `work` processes, on any machines, take its "
    "chunks.",
    {
        "start": Action(
            _start,
            StartArguments,
            "Write the chunks down; --wait works on them here.",
            ("elt backfill start --tenant acme --feed shopify --from 2025-01-01 --wait",),
        ),
        "work": Action(
            _work,
            WorkArguments,
            "Load chunks of running backfills. Ctrl-C only leaves; others go on.",
            ("elt backfill work --tenant acme --workers 2",),
        ),
        "status": Action(
            _status,
            StatusArguments,
            "Progress of backfills, and what they wait for.",
            ("elt backfill status --tenant acme", "elt backfill status --tenant acme --all --json"),
        ),
        "pause": Action(
            partial(_change, action="pause"),
            ChangeArguments,
            "Chunks being loaded are finished, no other is begun.",
            ("elt backfill pause --tenant acme 3",),
        ),
        "resume": Action(
            partial(_change, action="resume"),
            ResumeArguments,
            "Go on; chunks that failed are tried again.",
            ("elt backfill resume --tenant acme 3 --wait",),
        ),
        "cancel": Action(
            partial(_change, action="cancel"),
            ChangeArguments,
            "End it; what is loaded stays.",
            ("elt backfill cancel --tenant acme 3",),
        ),
    },
)
