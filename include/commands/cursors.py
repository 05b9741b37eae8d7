"""`cursors show|rewind`: until when each stream is loaded, and reading it again from before."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from include.commands.frame.arguments import (
    WHEN,
    AnyFeed,
    AnyStream,
    FeedName,
    Json,
    TenantName,
    Yes,
)
from include.commands.frame.choose import check_names, choose_feeds, choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.frame.exit_codes import USAGE
from include.commands.screen.output import complain, people, say, say_json
from include.commands.screen.tables import say_table
from include.config.load import load_platform, start_instant
from include.config.models import Feed
from include.core.clock import format_instant, parse_instant, utcnow
from include.core.errors import ConfigError

START = "start"
HEADERS = ("stream", "cursor", "moved", "load", "goes on after", "rewound", "because")


@dataclass(frozen=True, kw_only=True)
class ShowArguments:
    tenant: TenantName
    feed: AnyFeed = None
    stream: AnyStream = None
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class RewindArguments:
    tenant: TenantName
    feed: FeedName
    stream: Annotated[
        str | None,
        typer.Option(metavar="STREAM", help="Only this one; default all that have a cursor."),
    ] = None
    to: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help=f"{WHEN}; `start` for the feed's start date, which is the only choice for "
            "sources that keep a state of their own.",
        ),
    ]
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Kept with the change.")] = ""
    yes: Yes = False
    json: Json = False


def _show(arguments: ShowArguments) -> int:
    from include.commands.frame.connect import load_migrated_warehouse
    from include.ledger.cursors import fetch_cursors

    tenant = choose_tenant(load_platform(), arguments.tenant)
    with load_migrated_warehouse(tenant).connect() as connection:
        rows = fetch_cursors(connection, tenant.id, feed=arguments.feed, stream=arguments.stream)
    if not rows:
        check_names([tenant], arguments.feed, arguments.stream)
    if arguments.json:
        say_json(rows)
    else:
        say_table(HEADERS, list(map(_row, rows)), spare=("load", "moved"))
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


def _rewind(arguments: RewindArguments) -> int:
    from include.commands.frame.connect import load_migrated_warehouse
    from include.ledger.cursors import fetch_cursors, run_rewind

    tenant = choose_tenant(load_platform(), arguments.tenant)
    warehouse = load_migrated_warehouse(tenant)
    (feed,) = choose_feeds(tenant, arguments.feed)
    instant = build_instant(feed, arguments.to, utcnow())
    with warehouse.connect() as connection:
        known = fetch_cursors(connection, tenant.id, feed=feed.name, stream=arguments.stream)
    if not known:
        check_names([tenant], feed.name, arguments.stream)
        raise ConfigError(
            "there is no cursor to rewind. Expected a stream that was loaded by time; "
            f"`elt cursors show --tenant {tenant.id} --feed {feed.name}` lists them.",
            tenant=tenant.id,
            feed=feed.name,
            stream=arguments.stream,
        )
    targets = _build_targets(feed, arguments.to, instant, known)
    shown = [
        (f"{feed.name}/{row['stream']}", row["cursor"], targets[row["stream"]] or START)
        for row in known
    ]
    say_table(("stream", "before", "after"), shown)
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
    if arguments.json:
        after = [{"stream": stream, "cursor": value} for stream, value in targets.items()]
        say_json({"feed": feed.name, "rewound": after, "checkpoints_dropped": dropped})
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


def _may_go_on(arguments: RewindArguments, streams: int) -> bool:
    """A person at a terminal is asked; a script must say --yes."""
    if arguments.yes:
        return True
    if not sys.stdin.isatty():
        complain("error: not at a terminal. Expected `--yes`. Nothing was changed.")
        return False
    people().write(f"Rewind {streams} cursors? [y/N] ")
    people().flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        complain("nothing was changed")
        return False
    return True


COMMAND = Group(
    "Until when each stream is loaded, and reading it again from before.",
    {
        "show": Action(
            _show,
            ShowArguments,
            "Every cursor, and reads that broke off and go on with the next run.",
            ("elt cursors show --tenant acme", "elt cursors show --tenant acme --feed stripe"),
        ),
        "rewind": Action(
            _rewind,
            RewindArguments,
            "Let the next run read again from an earlier instant.\n\n"
            "Sets the cursor back, drops checkpoints, writes down who and why. Rows stay: what is "
            "read again is merged. Nothing is loaded until the next run.",
            ("elt cursors rewind --tenant acme --feed stripe --to 2026-10-01 --reason refunds",),
        ),
    },
)
