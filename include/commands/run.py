"""`run`: load, transform and check one tenant now, by the very functions Airflow's tasks call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import typer

from include.commands.frame.arguments import WHEN, AnyFeed, AnyStream, Json, TenantName
from include.commands.frame.choose import check_stream, choose_feeds, choose_tenant
from include.commands.frame.declare import Action
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


@dataclass(frozen=True, kw_only=True)
class Arguments:
    tenant: TenantName
    feed: AnyFeed = None
    stream: AnyStream = None
    step: Annotated[
        Literal["ingest", "transform", "quality", "sweep"] | None,
        typer.Option(
            metavar="STEP",
            help="Only ingest, transform, quality or sweep; default the first three. sweep reads "
            "streams that have a cursor and `sweep: all` whole, to find what is gone there.",
        ),
    ] = None
    mode: Annotated[
        Literal["full", "source", "dbt", "data-quality", "sweep"] | None,
        typer.Option(
            metavar="MODE",
            help="The same in other words: full = all, source = ingest, dbt = transform, "
            "data-quality = quality, sweep = sweep.",
        ),
    ] = None
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="WHEN", help=f"Read from here on ({WHEN}); the cursor stays."
        ),
    ] = None
    end: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="Up to here, not included.")
    ] = None
    reload: Annotated[
        bool, typer.Option("--reload", help="Read files again that were loaded before.")
    ] = False
    accept_deletes: Annotated[
        bool,
        typer.Option(
            "--accept-deletes",
            help="However much a read lacks is really gone: mark it deleted.",
        ),
    ] = False
    json: Json = False


def run(arguments: Arguments) -> int:
    # Drivers and readers are imported here: `run --help` must not pay for them.
    from include.commands.steps.run_steps import Request, run_request

    tenant = choose_tenant(load_platform(), arguments.tenant)
    if arguments.stream and not arguments.feed:
        raise ConfigError("`--stream` without `--feed`. Expected the feed it belongs to. Add it.")
    if arguments.step and arguments.mode:
        raise ConfigError(
            "`--step` and `--mode` say the same. Expected one of them. Leave one out."
        )
    feeds = choose_feeds(tenant, arguments.feed)
    for feed in feeds:
        check_stream(feed, arguments.stream)
    steps = (arguments.step,) if arguments.step else MODES[arguments.mode or "full"]
    request = Request(
        tenant=tenant,
        feeds=feeds,
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


COMMAND = Action(
    run,
    Arguments,
    "Load, transform and check one tenant now, by the very functions Airflow's tasks call.\n\n"
    "One feed that fails does not stop the others; the exit code is that of the failure a person "
    "must act on first.",
    (
        "elt run --tenant acme",
        "elt run --tenant acme --feed shopify --stream orders --step ingest",
        "elt run --tenant acme --feed stripe --from 2026-10-01 --to 2026-10-08",
    ),
)
