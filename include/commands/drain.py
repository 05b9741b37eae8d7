"""`drain`: webhooks from the inbox to raw rows now; one feed's trouble is not another's."""

from dataclasses import dataclass
from typing import Any

from include.commands.frame.arguments import AnyFeed, AnyTenant, Json
from include.commands.frame.choose import choose_feeds, choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import complain, say, say_json
from include.commands.screen.progress import LoadWatch, is_live, showing_loads
from include.config.load import load_platform
from include.config.models import Feed
from include.core.errors import ConfigError, EltError


@dataclass(frozen=True)
class Arguments:
    tenant: AnyTenant = None
    feed: AnyFeed = None
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.frame.exit_codes import exit_code

    failures: list[EltError] = []
    told: list[dict[str, Any]] = []
    feeds = _choose(arguments.tenant, arguments.feed)
    with showing_loads("inboxes", _count_waiting(feeds), unit="events") as watch:
        for feed in feeds:
            try:
                failures += _drain(feed, watch, told)
            except EltError as error:
                complain(f"error: {error.at(tenant=feed.tenant.id, feed=feed.name)}")
                failures.append(error)
                told.append({"tenant": feed.tenant.id, "feed": feed.name, "error": str(error)})
            watch.end(feed.name)
    if arguments.json:
        say_json(told)
    return max((exit_code(error) for error in failures), default=0)


def _choose(tenant_id: str | None, feed_name: str | None) -> list[Feed]:
    platform = load_platform()
    if feed_name and not tenant_id:
        raise ConfigError("`--feed` without `--tenant`. Expected the tenant it belongs to. Add it.")
    tenants = [choose_tenant(platform, tenant_id)] if tenant_id else platform.tenants
    feeds = [feed for tenant in tenants for feed in choose_feeds(tenant, feed_name)]
    chosen = [feed for feed in feeds if feed.has_inbox]
    if not chosen:
        raise ConfigError(
            "no such feed receives webhooks. Expected a feed of connector `webhook`, or one with "
            "the option `webhooks: true`. See `elt feeds`."
        )
    return chosen


def _count_waiting(feeds: list[Feed]) -> int:
    """Events that wait; 0 for an inbox that cannot be asked, which its own turn tells."""
    from include.commands.frame.connect import load_warehouse
    from include.pipeline.webhook_drain import fetch_waiting_feeds

    if not is_live():
        return 0
    count = 0
    for tenant in {feed.tenant.id: feed.tenant for feed in feeds}.values():
        names = {feed.name for feed in feeds if feed.tenant.id == tenant.id}
        try:
            waiting = fetch_waiting_feeds(tenant, load_warehouse(tenant))
        except EltError:
            continue
        count += sum(number for name, number in waiting.items() if name in names)
    return count


def _drain(feed: Feed, watch: LoadWatch, told: list[dict[str, Any]]) -> list[EltError]:
    from include.commands.frame.connect import build_environment, load_warehouse
    from include.pipeline.webhook_drain import run_drain

    warehouse = load_warehouse(feed.tenant)
    done = run_drain(feed, build_environment(warehouse, watch))
    place = f"{feed.tenant.id}/{feed.name}"
    rows = ", ".join(f"{name} {count}" for name, count in sorted(done.loaded.items())) or "no rows"
    say(
        f"{place}: {done.events} events, {rows}"
        + (f", {done.unclaimed} of no stream" if done.unclaimed else "")
        + (f", {done.poisoned} set aside" if done.poisoned else "")
    )
    for stream, error in sorted(done.failed.items()):
        complain(f"error: {error.at(tenant=feed.tenant.id, feed=feed.name, stream=stream)}")
    told.append(
        {
            "tenant": feed.tenant.id,
            "feed": feed.name,
            "events": done.events,
            "loaded": done.loaded,
            "unclaimed": done.unclaimed,
            "poisoned": done.poisoned,
            "failed": {stream: str(error) for stream, error in sorted(done.failed.items())},
        }
    )
    return list(done.failed.values())


COMMAND = Action(
    run,
    Arguments,
    "Turn the webhooks that wait in the inbox into rows now. Airflow does it every few minutes.",
    ("elt drain", "elt drain --tenant acme --feed shop_hooks"),
)
