"""`cursors show|rewind`: until when each stream is loaded, and reading it again from before."""

import argparse
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.commands.choose import choose_feeds, choose_tenant
from include.commands.exit_codes import USAGE
from include.commands.output import build_table, complain, say, say_json
from include.config.load import load_platform, start_instant
from include.config.models import Feed, Tenant
from include.core.clock import format_instant, parse_instant, utcnow
from include.core.errors import ConfigError

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse

START = "start"
HEADERS = ("stream", "cursor", "moved", "load", "goes on after", "rewound", "because")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|rewind")
    showing = actions.add_parser("show", help="every cursor, and reads that broke off")
    showing.add_argument("--tenant", required=True)
    showing.add_argument("--feed")
    showing.add_argument("--stream")
    showing.add_argument("--json", action="store_true")
    rewind = actions.add_parser(
        "rewind",
        help="let the next run read again from an earlier instant",
        description="Sets the cursor back, drops checkpoints, writes down who and why. Rows stay: "
        "what is read again is merged. Nothing is loaded until the next run.",
    )
    rewind.add_argument("--tenant", required=True)
    rewind.add_argument("--feed", required=True)
    rewind.add_argument("--stream", help="only this one; default all that have a cursor")
    rewind.add_argument(
        "--to",
        required=True,
        metavar="WHEN",
        help="2026-10-01 or 2026-10-01T06:00:00Z (UTC); `start` for the feed's start date, which "
        "is the only choice for sources that keep a state of their own",
    )
    rewind.add_argument("--reason", default="", help="kept with the change")
    rewind.add_argument("--yes", action="store_true", help="do not ask")


def run(arguments: argparse.Namespace) -> int:
    from include.commands.connect import load_warehouse
    from include.ledger import ddl

    tenant = choose_tenant(load_platform(), arguments.tenant)
    warehouse = load_warehouse(tenant)
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
    act = _show if arguments.action == "show" else _rewind
    return act(arguments, tenant, warehouse)


def _show(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.ledger.cursors import fetch_cursors

    with warehouse.connect() as connection:
        rows = fetch_cursors(connection, tenant.id, feed=arguments.feed, stream=arguments.stream)
    if arguments.json:
        say_json(rows)
        return 0
    for line in build_table(HEADERS, list(map(_row, rows))):
        say(line)
    return 0


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    parts = row["checkpoint_parts"]
    return (
        f"{row['feed']}/{row['stream']}",
        row["cursor"],
        row["updated_at"],
        str(row["load_id"] or "-"),
        f"{parts} parts, {row['checkpoint_records']:,} records" if parts else None,
        row["rewound_at"],
        row["reason"] or None,
    )


def _rewind(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.ledger.cursors import fetch_cursors, run_rewind

    (feed,) = choose_feeds(tenant, arguments.feed)
    instant = build_instant(feed, arguments.to, utcnow())
    with warehouse.connect() as connection:
        known = fetch_cursors(connection, tenant.id, feed=feed.name, stream=arguments.stream)
    if not known:
        raise ConfigError(
            "there is no cursor to rewind. Expected a stream that was loaded by time; "
            f"`cursors show --tenant {tenant.id} --feed {feed.name}` lists them.",
            tenant=tenant.id,
            feed=feed.name,
            stream=arguments.stream,
        )
    targets = _build_targets(feed, arguments.to, instant, known)
    shown = [
        (f"{feed.name}/{row['stream']}", row["cursor"], targets[row["stream"]] or START)
        for row in known
    ]
    for line in build_table(("stream", "before", "after"), shown):
        say(line)
    ahead = [row["stream"] for row in known if _is_ahead(targets[row["stream"]], row["cursor"])]
    if ahead:
        raise ConfigError(
            f"`--to {arguments.to}` is after the cursor of {', '.join(ahead)}. Expected an earlier "
            "instant: what lies between would never be read.",
            tenant=tenant.id,
            feed=feed.name,
        )
    if not _may_go_on(arguments, len(known)):
        return USAGE
    with warehouse.connect() as connection:
        done = [
            run_rewind(connection, tenant.id, feed.name, stream, value, arguments.reason)
            for stream, value in targets.items()
        ]
    dropped = sum(one.checkpoints for one in done)
    also = f", {dropped} checkpoints dropped" if dropped else ""
    say(f"{len(done)} cursors rewound{also}; the next run reads from there")
    return 0


def build_instant(feed: Feed, text: str, now: datetime) -> str:
    """The instant asked for as a cursor.

    Raises:
        ConfigError: If the text is no instant, or lies ahead.
    """
    place = {"tenant": feed.tenant.id, "feed": feed.name}
    try:
        instant = start_instant(feed) if text == START else parse_instant(text)
    except ValueError:
        raise ConfigError(
            f"`--to {text}` is no instant. Expected `2026-10-01`, `2026-10-01T06:00:00Z` or "
            f"`{START}`.",
            **place,
        ) from None
    if instant > now and text != START:
        raise ConfigError(f"`--to {text}` lies ahead. Expected an instant of the past.", **place)
    return format_instant(instant)


def _build_targets(
    feed: Feed, text: str, instant: str, known: list[dict[str, Any]]
) -> dict[str, str | None]:
    """Stream -> its new cursor; None forgets a state that only the source understands.

    Raises:
        ConfigError: If such a stream is to be set to an instant.
    """
    states = [row["stream"] for row in known if _is_state(feed, row["stream"], row["cursor"])]
    if states and text != START:
        raise ConfigError(
            f"`--to {text}`: {', '.join(states)} has a state of its own, with no time in it. "
            f"Expected `--to {START}`, or other streams by `--stream`.",
            tenant=feed.tenant.id,
            feed=feed.name,
        )
    return {row["stream"]: None if row["stream"] in states else instant for row in known}


def _is_state(feed: Feed, stream: str, cursor: str | None) -> bool:
    declared = feed.streams.get(stream)
    if feed.connector.stateful or (declared is not None and declared.stateful):
        return True
    try:
        parse_instant(cursor or format_instant(start_instant(feed)))
    except ValueError:
        return True
    return False


def _is_ahead(value: str | None, cursor: str | None) -> bool:
    return bool(value and cursor) and parse_instant(value or "") > parse_instant(cursor or "")


def _may_go_on(arguments: argparse.Namespace, streams: int) -> bool:
    """A person at a terminal is asked; a script must say --yes."""
    if arguments.yes:
        return True
    if not sys.stdin.isatty():
        complain("error: not at a terminal. Expected `--yes`. Nothing was changed.")
        return False
    answer = input(f"Rewind {streams} cursors? [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        complain("nothing was changed")
        return False
    return True
