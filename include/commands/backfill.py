"""`backfill start|work|status|pause|resume|cancel`: an interval read again, chunk by chunk.

A backfill is rows in elt_ops: any number of `work` processes, on any machines, take its chunks, and
the feed's schedule goes on beside them. The cursors stay.
"""

import argparse
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.commands.choose import choose_feeds, choose_tenant
from include.commands.exit_codes import DATA
from include.commands.output import build_table, complain, say, say_json
from include.config.load import load_platform
from include.config.models import Feed, Tenant
from include.core.clock import parse_instant, utcnow
from include.core.errors import ConfigError
from include.core.streams import Window

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse

HEADERS = (
    "id", "feed", "from", "to", "chunk", "state", "done", "of", "failed", "read", "written", "left",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = "start|work|status|pause|resume|cancel"
    actions = parser.add_subparsers(dest="action", required=True, metavar=names)
    start = actions.add_parser("start", help="write the chunks down; --wait works on them here")
    start.add_argument("--tenant", required=True)
    start.add_argument("--feed", required=True)
    start.add_argument("--stream", action="append", help="may be repeated; default all by time")
    start.add_argument("--from", dest="start", required=True, metavar="WHEN", help="included, UTC")
    start.add_argument("--to", dest="end", metavar="WHEN", help="not included, UTC; default now")
    start.add_argument(
        "--chunk", default="month", metavar="SIZE", help="day, week, month (default) or 10d"
    )
    start.add_argument("--wait", action="store_true", help="load here; Ctrl-C pauses it")
    _add_workers(start)
    work = actions.add_parser("work", help="load chunks of running backfills; Ctrl-C only leaves")
    _add_place(work)
    _add_workers(work)
    status = actions.add_parser("status", help="progress of backfills")
    _add_place(status)
    status.add_argument("--all", action="store_true", help="ended ones too")
    status.add_argument("--json", action="store_true")
    for name, text in (
        ("pause", "chunks being loaded are finished, no other is begun"),
        ("resume", "go on; chunks that failed are tried again"),
        ("cancel", "end it; what is loaded stays"),
    ):
        action = actions.add_parser(name, help=text)
        _add_place(action, needs_ids=True)
        if name == "resume":
            action.add_argument("--wait", action="store_true", help="load here; Ctrl-C pauses it")
            _add_workers(action)


def _add_place(parser: argparse.ArgumentParser, *, needs_ids: bool = False) -> None:
    parser.add_argument("ids", nargs="+" if needs_ids else "*", type=int, metavar="ID")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--feed")


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers", type=int, default=1, help="chunks loaded at a time in this process; default 1"
    )


def run(arguments: argparse.Namespace) -> int:
    from include.commands.connect import load_warehouse
    from include.ledger import ddl

    tenant = choose_tenant(load_platform(), arguments.tenant)
    if getattr(arguments, "workers", 1) < 1:
        raise ConfigError(f"`--workers {arguments.workers}`. Expected at least 1.")
    warehouse = load_warehouse(tenant)
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
    return int(_ACTIONS[arguments.action](arguments, tenant, warehouse))


def _start(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.commands.backfill_run import run_here
    from include.ledger import backfills
    from include.pipeline.backfill import build_chunks

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
    say(f"work on it: python -m include.cli backfill work --tenant {tenant.id} {backfill_id}")
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
    from include.commands.connect import build_environment
    from include.pipeline.backfill import find_time_streams
    from include.pipeline.stream_load import fetch_streams

    place = {"tenant": feed.tenant.id, "feed": feed.name}
    if feed.connector.stateful:
        raise ConfigError(
            "this source keeps a state of its own and cannot read an interval. Expected "
            "`cursors rewind --to start` and a run, which reads everything again.",
            **place,
        )
    by_time, whole = find_time_streams(fetch_streams(feed, build_environment(warehouse)))
    missing = sorted(set(wanted or ()) - set(by_time))
    if missing or not by_time:
        raise ConfigError(
            f"no stream by time: {', '.join(missing) or 'the feed has none'}. Expected some of: "
            f"{', '.join(by_time) or 'none'}. Streams without a time cursor are read in full by "
            "every run.",
            **place,
        )
    if whole and not wanted:
        say(f"left out, read in full by every run: {', '.join(whole)}")
    return sorted(set(wanted)) if wanted else by_time


def _work(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.commands.backfill_run import run_here

    rows = [row for row in _fetch(arguments, tenant, warehouse) if row["state"] == "running"]
    if not rows:
        say("no backfill is running")
        return 0
    ids = [row["backfill_id"] for row in rows]
    return run_here(tenant, warehouse, ids, arguments.workers, pauses=False)


def _status(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    only_open = not arguments.all and not arguments.ids
    rows = _fetch(arguments, tenant, warehouse, only_open=only_open)
    if arguments.json:
        say_json(rows)
        return 0
    for line in build_table(HEADERS, list(map(_row, rows))):
        say(line)
    for row in rows:
        streams = ", ".join(f"{name} {d}/{n}" for name, (d, n) in row["streams"].items())
        say(f"{row['backfill_id']}: {streams}")
        if row["note"]:
            say(f"{row['backfill_id']}: {row['state']}: {row['note']}")
    return 0


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        str(row["backfill_id"]),
        row["feed"],
        row["window_start"],
        row["window_end"],
        row["chunk"],
        row["state"],
        row["done"],
        row["total"],
        row["failed"],
        row["read"],
        row["written"],
        build_duration(row["left_s"]) if row["state"] == "running" else None,
    )


def build_duration(seconds: float | None) -> str | None:
    """`40 s`, `12 min`, `3.5 h`; None when it is not known."""
    if seconds is None:
        return None
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def build_progress(rows: Sequence[dict[str, Any]]) -> str:
    """One line for all these backfills."""
    done, total, failed = (sum(int(row[name]) for row in rows) for name in _COUNTED)
    read, written = (sum(int(row[name]) for row in rows) for name in ("read", "written"))
    names = ", ".join(f"{row['backfill_id']} {row['feed']}" for row in rows)
    left = build_duration(max((row["left_s"] or 0 for row in rows), default=0) or None)
    parts = [f"backfill {names}: {done}/{total} chunks", f"read {read:,}", f"written {written:,}"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"about {left} left"] if left and done < total else []
    return ", ".join(parts)


_COUNTED = ("done", "total", "failed")


def _change(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    """Pause, resume or cancel each of the ids."""
    from include.commands.backfill_run import run_here
    from include.ledger import backfills

    changed: list[int] = []
    known = _fetch(arguments, tenant, warehouse)
    for row in sorted(known, key=lambda row: int(row["backfill_id"])):
        backfill_id = int(row["backfill_id"])
        with warehouse.connect() as connection:
            if arguments.action == "pause":
                done = backfills.run_pause(connection, backfill_id, "paused by hand")
            elif arguments.action == "resume":
                done = backfills.run_resume(connection, backfill_id)
            else:
                done = backfills.run_cancel(connection, backfill_id)
        if done:
            changed.append(backfill_id)
            say(f"backfill {backfill_id}: {_PAST[arguments.action]}")
        else:
            complain(f"backfill {backfill_id} is {row['state']}: nothing to {arguments.action}")
    if arguments.action == "resume" and arguments.wait and changed:
        return run_here(tenant, warehouse, changed, arguments.workers, pauses=True)
    return 0 if changed else DATA


def _fetch(
    arguments: argparse.Namespace,
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
    missing = sorted(set(arguments.ids) - {row["backfill_id"] for row in rows})
    if missing:
        raise ConfigError(
            f"no backfill {', '.join(map(str, missing))}. Expected an id of "
            f"`backfill status --all --tenant {tenant.id}`.",
            tenant=tenant.id,
        )
    return rows


_PAST = {"pause": "paused", "resume": "goes on", "cancel": "cancelled"}
_ACTIONS = {
    "start": _start,
    "work": _work,
    "status": _status,
    "pause": _change,
    "resume": _change,
    "cancel": _change,
}
