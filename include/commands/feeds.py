"""`feeds`: what is configured, tenant by tenant."""

from dataclasses import dataclass

from include.commands.frame.arguments import AnyTenant, Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import complain, say_json
from include.commands.screen.tables import say_table
from include.config.load import load_platform
from include.config.models import Feed

DETECTED = "(detected)"
HEADERS = ("tenant", "feed", "connector", "schedule", "start", "streams")


@dataclass(frozen=True)
class Arguments:
    tenant: AnyTenant = None
    json: Json = False


def run(arguments: Arguments) -> int:
    platform = load_platform()
    feeds = platform.feeds
    if arguments.tenant:
        feeds = choose_tenant(platform, arguments.tenant).feeds
    if arguments.json:
        say_json([_as_dict(feed) for feed in feeds])
    else:
        rows = [
            (
                feed.tenant.id,
                feed.name,
                feed.connector.connector,
                feed.schedule or "manual",
                feed.start_date,
                ", ".join(feed.streams) or DETECTED,
            )
            for feed in feeds
        ]
        say_table(HEADERS, rows, spare=("start",))
    for stem in platform.broken:
        complain(f"tenant file `{stem}.yaml` has problems: run `elt validate`")
    return 0


def _as_dict(feed: Feed) -> dict[str, object]:
    return {
        "tenant": feed.tenant.id,
        "feed": feed.name,
        "connector": feed.connector.connector,
        "schedule": feed.schedule,
        "start_date": feed.start_date,
        "priority": feed.priority,
        "streams": list(feed.streams),
        "streams_detected": feed.connector.streams_from_feed,
        "dag_id": feed.dag_id,
        "connection_id": feed.connection_id,
        "raw_schema": feed.raw_schema,
    }


COMMAND = Action(
    run,
    Arguments,
    "What is configured: tenants, feeds, schedules (in UTC), streams.",
    ("elt feeds", "elt feeds --tenant acme --json"),
)
