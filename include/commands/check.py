"""`check`: can each feed be loaded? Login, rights per stream, network and clocks, all at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.commands.frame.arguments import AnyFeed, Json, TenantName
from include.commands.frame.choose import choose_feeds, choose_tenant
from include.commands.frame.declare import Action
from include.commands.frame.exit_codes import exit_code
from include.commands.screen.output import say, say_json, say_state, shown
from include.commands.screen.progress import showing_steps
from include.config.load import load_platform
from include.config.models import Feed, Tenant

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse
    from include.pipeline.ready.network_check import Step

AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Arguments:
    tenant: TenantName
    feed: AnyFeed = None
    with_streams: Annotated[
        bool,
        typer.Option(
            " /--no-streams",
            help="When the source refuses, do not find out which streams it refuses.",
        ),
    ] = True
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.frame.connect import load_warehouse
    from include.pipeline.ready.feed_check import check_warehouse

    tenant = choose_tenant(load_platform(), arguments.tenant)
    feeds = choose_feeds(tenant, arguments.feed)
    warehouse = load_warehouse(tenant)
    found: dict[str, list[Step]] = {"": list(check_warehouse(warehouse))}
    _say(tenant, "warehouse", found[""])
    if not any(step.what == "warehouse" and step.error for step in found[""]):
        # Without the warehouse a login that changes with every use could not be kept.
        _check_all(arguments, tenant, feeds, warehouse, found)
    steps = [(feed, step) for feed, all_ in sorted(found.items()) for step in all_]
    if arguments.json:
        say_json([_as_dict(tenant, feed, step) for feed, step in steps])
    _summarise(found)
    return max((exit_code(step.error) for _, step in steps if step.error), default=0)


def _check_all(
    arguments: Arguments,
    tenant: Tenant,
    feeds: Sequence[Feed],
    warehouse: "Warehouse",
    found: dict[str, "list[Step]"],
) -> None:
    """Every feed in a thread of its own, told as it ends."""
    from include.commands.frame.connect import build_environment
    from include.pipeline.ready.feed_check import check_feed

    environment = build_environment(warehouse)
    with (
        showing_steps("feeds", len(feeds)) as step,
        ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as threads,
    ):
        asked = {
            threads.submit(
                lambda feed: list(
                    check_feed(feed, environment, with_streams=arguments.with_streams)
                ),
                feed,
            ): feed
            for feed in feeds
        }
        for answer in as_completed(asked):
            feed = asked[answer]
            found[feed.name] = answer.result()
            _say(tenant, feed.name, found[feed.name])
            step()


def _say(tenant: Tenant, place: str, steps: "Sequence[Step]") -> None:
    """One line when all is well; a line more for everything that is not."""
    bad = [step for step in steps if step.state != "ok"]
    failed = any(step.error for step in steps)
    well = [step.what for step in steps if step.state == "ok" and step.stream is None]
    streams = sum(1 for step in steps if step.stream and step.error is None)
    parts = [*dict.fromkeys(well), *([f"{streams} streams"] if streams else [])]
    seconds = sum(step.seconds for step in steps)
    state = "failed" if failed else "ok"
    say_state(state, f"{tenant.id}/{place}: {', '.join(parts) or 'nothing'} ({seconds:.1f} s)")
    for step in bad:
        where = f"{step.what} {step.stream}" if step.stream else step.what
        say(f"  {step.state:<8} {where}: {shown(step.message)}")


def _summarise(found: dict[str, "list[Step]"]) -> None:
    feeds = {name: steps for name, steps in found.items() if name}
    failed = sum(1 for steps in feeds.values() if any(step.error for step in steps))
    verdict = f"{failed} of {len(feeds)} feeds cannot be loaded" if failed else "all can be loaded"
    say(verdict if feeds else "no feed was checked")


def _as_dict(tenant: Tenant, feed: str, step: "Step") -> dict[str, Any]:
    return {
        "tenant": tenant.id,
        "feed": feed or None,
        "stream": step.stream,
        "check": step.what,
        "state": step.state,
        "error": type(step.error).__name__ if step.error else None,
        "message": step.message,
        "seconds": step.seconds,
    }


COMMAND = Action(
    run,
    Arguments,
    "Can each feed be loaded: login, rights per stream, network and clocks, all at once.\n\n"
    "Nothing is loaded.",
    ("elt check --tenant acme", "elt check --tenant acme --feed shopify --json"),
)
