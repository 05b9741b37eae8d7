"""`drain`: webhooks from the inbox to raw rows now; one feed's trouble is not another's."""

from dataclasses import dataclass
from typing import Any

from include.commands.arguments import AnyFeed, AnyTenant, Json
from include.commands.choose import choose_feeds, choose_tenant
from include.commands.declare import Action
from include.commands.output import complain, say, say_json
from include.config.load import load_platform
from include.config.models import Feed
from include.core.errors import ConfigError, EltError


@dataclass(frozen=True)
class Arguments:
    tenant: AnyTenant = None
    feed: AnyFeed = None
    json: Json = False


def run(arguments: Arguments) -> int:
    from include.commands.exit_codes import exit_code

    failures: list[EltError] = []
    told: list[dict[str, Any]] = []
    for feed in _choose(arguments.tenant, arguments.feed):
        place = f"{feed.tenant.id}/{feed.name}"
        try:
            failures += _drain(feed, place, told)
        except EltError as error:
            complain(f"error: {error}")
            failures.append(error)
            told.append({"tenant": feed.tenant.id, "feed": feed.name, "error": str(error)})
    if arguments.json:
        say_json(told)
    return max((exit_code(error) for error in failures), default=0)


def _choose(tenant_id: str | None, feed_name: str | None) -> list[Feed]:
    from include.pipeline.webhook_drain import has_inbox

    platform = load_platform()
    if feed_name and not tenant_id:
        raise ConfigError("`--feed` without `--tenant`. Expected the tenant it belongs to. Add it.")
    tenants = [choose_tenant(platform, tenant_id)] if tenant_id else platform.tenants
    feeds = [feed for tenant in tenants for feed in choose_feeds(tenant, feed_name)]
    chosen = [feed for feed in feeds if has_inbox(feed)]
    if not chosen:
        raise ConfigError(
            "no such feed receives webhooks. Expected a feed of connector `webhook`, or one with "
            "the option `webhooks: true`. See `elt feeds`."
        )
    return chosen


def _drain(feed: Feed, place: str, told: list[dict[str, Any]]) -> list[EltError]:
    from include.commands.connect import build_environment, load_warehouse
    from include.pipeline.webhook_drain import run_drain

    done = run_drain(feed, build_environment(load_warehouse(feed.tenant)))
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
