"""`check`: can each feed be loaded? Login, rights per stream, network and clocks, all at once."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

from include.commands.choose import choose_feeds, choose_tenant
from include.commands.exit_codes import exit_code
from include.commands.output import say, say_json
from include.config.load import load_platform
from include.config.models import Feed, Tenant

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse
    from include.pipeline.network_check import Step

AT_ONCE = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--feed", help="only this feed; default all enabled ones")
    parser.add_argument(
        "--no-streams",
        dest="with_streams",
        action="store_false",
        help="when the source refuses, do not find out which streams it refuses",
    )
    parser.add_argument("--json", action="store_true", help="every step as JSON")


def run(arguments: argparse.Namespace) -> int:
    from include.commands.connect import load_warehouse
    from include.pipeline.feed_check import check_warehouse

    tenant = choose_tenant(load_platform(), arguments.tenant)
    feeds = choose_feeds(tenant, arguments.feed)
    warehouse = load_warehouse(tenant)
    found: dict[str, list[Step]] = {"": list(check_warehouse(warehouse))}
    if not arguments.json:
        _say(tenant, "warehouse", found[""])
    if not any(step.what == "warehouse" and step.error for step in found[""]):
        # Without the warehouse a login that changes with every use could not be kept.
        _check_all(arguments, tenant, feeds, warehouse, found)
    steps = [(feed, step) for feed, all_ in sorted(found.items()) for step in all_]
    if arguments.json:
        say_json([_as_dict(tenant, feed, step) for feed, step in steps])
    else:
        _summarise(found)
    return max((exit_code(step.error) for _, step in steps if step.error), default=0)


def _check_all(
    arguments: argparse.Namespace,
    tenant: Tenant,
    feeds: Sequence[Feed],
    warehouse: "Warehouse",
    found: dict[str, "list[Step]"],
) -> None:
    """Every feed in a thread of its own, told as it ends."""
    from include.commands.connect import build_environment
    from include.pipeline.feed_check import check_feed

    environment = build_environment(warehouse)
    progress = _Progress(len(feeds), shown=not arguments.json and sys.stderr.isatty())
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as threads:
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
            progress.clear()
            if not arguments.json:
                _say(tenant, feed.name, found[feed.name])
            progress.step(len(found) - 1)


class _Progress:
    """How many feeds have answered, on a line of its own at a terminal."""

    def __init__(self, total: int, *, shown: bool) -> None:
        self._total, self._shown = total, shown
        self._write(f"0/{total} feeds")

    def step(self, done: int) -> None:
        self._write(f"{done}/{self._total} feeds" if done < self._total else "")

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()


def _say(tenant: Tenant, place: str, steps: "Sequence[Step]") -> None:
    """One line when all is well; a line more for everything that is not."""
    bad = [step for step in steps if step.state != "ok"]
    failed = any(step.error for step in steps)
    well = [step.what for step in steps if step.state == "ok" and step.stream is None]
    streams = sum(1 for step in steps if step.stream and step.error is None)
    parts = [*dict.fromkeys(well), *([f"{streams} streams"] if streams else [])]
    seconds = sum(step.seconds for step in steps)
    state = "failed" if failed else "ok"
    say(f"{state:<8} {tenant.id}/{place}: {', '.join(parts) or 'nothing'} ({seconds:.1f} s)")
    for step in bad:
        where = f"{step.what} {step.stream}" if step.stream else step.what
        say(f"  {step.state:<8} {where}: {step.message}")


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
