"""`run`: load, transform and check one tenant now, by the very functions Airflow's tasks call."""

import argparse
from datetime import datetime

from include.commands.choose import choose_feeds, choose_tenant
from include.config.load import load_platform
from include.core.clock import parse_instant
from include.core.errors import ConfigError
from include.core.streams import Window

INGEST, TRANSFORM, QUALITY, SWEEP = "ingest", "transform", "quality", "sweep"
STEPS = (INGEST, TRANSFORM, QUALITY)
MODES = {
    "full": STEPS,
    "source": (INGEST,),
    "dbt": (TRANSFORM,),
    "data-quality": (QUALITY,),
    "sweep": (SWEEP,),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--feed", help="only this feed; default all enabled ones")
    parser.add_argument("--stream", help="only this stream of the feed")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--step",
        choices=(*STEPS, SWEEP),
        help="only this step; default the first three. sweep reads streams that have a cursor and "
        "`sweep: all` whole, to find what is gone at the source",
    )
    group.add_argument(
        "--mode",
        choices=tuple(MODES),
        help="the same in other words: full = all, source = ingest, dbt = transform, "
        "data-quality = quality, sweep = sweep",
    )
    parser.add_argument(
        "--from",
        dest="start",
        metavar="WHEN",
        help="read from here on (2026-10-01 or 2026-10-01T06:00:00Z, UTC); the cursor stays",
    )
    parser.add_argument(
        "--reload", action="store_true", help="read files again that were loaded before"
    )
    parser.add_argument(
        "--accept-deletes",
        action="store_true",
        help="however much a read lacks is really gone: mark it deleted",
    )
    parser.add_argument("--to", dest="end", metavar="WHEN", help="up to here, not included")


def run(arguments: argparse.Namespace) -> int:
    # Drivers and readers are imported here: `run --help` must not pay for them.
    from include.commands.run_steps import Request, run_request

    tenant = choose_tenant(load_platform(), arguments.tenant)
    if arguments.stream and not arguments.feed:
        raise ConfigError("`--stream` without `--feed`. Expected the feed it belongs to. Add it.")
    steps = (arguments.step,) if arguments.step else MODES[arguments.mode or "full"]
    request = Request(
        tenant=tenant,
        feeds=choose_feeds(tenant, arguments.feed),
        stream=arguments.stream,
        window=build_window(arguments.start, arguments.end),
        reload=arguments.reload,
        accept_deletes=arguments.accept_deletes,
        has_whole_tenant=arguments.feed is None,
        steps=steps,
    )
    return run_request(request)


def build_window(start: str | None, end: str | None) -> Window | None:
    """The interval asked for; None when neither side is given, so that the cursor decides.

    Raises:
        ConfigError: If a side is no instant, or the sides are in the wrong order.
    """
    if start is None and end is None:
        return None
    try:
        return Window(_instant(start), _instant(end))
    except ValueError as error:
        raise ConfigError(
            f"`--from {start} --to {end}` is no interval: {error}. "
            "Expected instants such as `2026-10-01` or `2026-10-01T06:00:00Z`, the earlier first."
        ) from None


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
