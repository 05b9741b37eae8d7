"""`status`: where every stream stands, from the ledger."""

from dataclasses import dataclass
from typing import Any

from include.commands.frame.arguments import AnyTenant, Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json
from include.commands.screen.tables import say_table
from include.commands.steps.backfill_report import build_progress
from include.config.load import load_platform
from include.config.models import Tenant

HEADERS = (
    "stream", "state", "last load", "read", "loaded", "unchanged", "filtered", "quarantine",
    "cursor", "fresh",
)  # fmt: skip
MANY_NOTICES = 3


@dataclass(frozen=True)
class Arguments:
    tenant: AnyTenant = None
    json: Json = False


def run(arguments: Arguments) -> int:
    # The driver is imported here: `status --help` must not pay for it.
    from include.commands.frame.connect import load_warehouse
    from include.pipeline.health.status import fetch_status

    platform = load_platform()
    tenants: tuple[Tenant, ...] = platform.tenants
    if arguments.tenant:
        tenants = (choose_tenant(platform, arguments.tenant),)
    found = [fetch_status(load_warehouse(tenant), tenant) for tenant in tenants]
    if arguments.json:
        say_json({"tenants": found, "broken": platform.broken})
        return 0
    for status in found:
        _say(status)
    return 0


def _to_the_second(cursor: str | None) -> str | None:
    return f"{cursor.split('.')[0]}Z" if cursor and "." in cursor else cursor


def _say(status: dict[str, Any]) -> None:
    scores = "  ".join(
        f"{score['feed'] or 'marts'} {score['score'] if score['score'] is not None else '-'}"
        for score in status["scores"]
    )
    say(f"{status['tenant']}: quality {scores or 'not checked yet'}")
    rows = [
        (
            f"{row['feed']}/{row['stream']}",
            row["state"],
            row["finished_at"],
            row["read"],
            row["loaded"],
            row["unchanged"],
            row["filtered"],
            row["quarantine_open"],
            _to_the_second(row["cursor"]),
            row["freshness"],
        )
        for row in status["streams"]
    ]
    say_table(HEADERS, rows, spare=("filtered", "unchanged", "read", "quarantine", "cursor"))
    for row in status["streams"]:
        if row["error_message"]:
            say(f"  {row['feed']}/{row['stream']}: {row['error_class']}: {row['error_message']}")
        _say_notices(row)
        if row["checkpoint_parts"]:
            say(
                f"  {row['feed']}/{row['stream']}: a read broke off after "
                f"{row['checkpoint_records']:,} records; the next run goes on from there"
            )
    for fill in status["backfills"]:
        note = f": {fill['note']}" if fill["note"] else ""
        say(f"  {build_progress([fill])}, {fill['state']}{note}")
    say()


COMMAND = Action(
    run,
    Arguments,
    "Last load, cursor, quarantine, freshness and score of every stream.",
    ("elt status --tenant acme", "elt status --json"),
)


def _say_notices(row: dict[str, Any]) -> None:
    """What the last load had to say; of many the first, `loads` has them all."""
    place = f"{row['feed']}/{row['stream']}"
    for notice in row["notices"][:MANY_NOTICES]:
        say(f"  {place}: note: {notice}")
    if len(row["notices"]) > MANY_NOTICES:
        say(f"  {place}: {len(row['notices']) - MANY_NOTICES} more notes; see `elt loads`")
