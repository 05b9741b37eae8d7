"""`feeds`: what is configured, tenant by tenant."""

import argparse

from include.commands.choose import choose_tenant
from include.commands.output import build_table, complain, say, say_json
from include.config.load import load_platform
from include.config.models import Feed

DETECTED = "(detected)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", help="only this tenant")
    parser.add_argument("--json", action="store_true", help="the same as a JSON list")


def run(arguments: argparse.Namespace) -> int:
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
        headers = ("tenant", "feed", "connector", "schedule", "start", "streams")
        for line in build_table(headers, rows):
            say(line)
    for stem in platform.broken:
        complain(f"tenant file `{stem}.yaml` has problems: run `python -m include.cli validate`")
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
