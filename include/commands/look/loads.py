"""`loads`: the last loads, their books and their failures, from the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from include.commands.frame.arguments import WHEN, AnyFeed, AnyStream, AnyTenant, Json
from include.commands.frame.choose import check_names, choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import say, say_json, shown
from include.commands.screen.tables import say_table
from include.config.load import load_platform
from include.config.models import Tenant
from include.core.clock import parse_instant
from include.core.errors import ConfigError

HEADERS = (
    "load", "stream", "kind", "state", "finished", "read", "inserted", "updated", "unchanged",
    "quarantined", "filtered", "deleted", "seconds",
)  # fmt: skip
SPARE = ("filtered", "deleted", "unchanged", "kind", "updated", "inserted", "load", "seconds")


@dataclass(frozen=True)
class Arguments:
    tenant: AnyTenant = None
    feed: AnyFeed = None
    stream: AnyStream = None
    state: Annotated[
        Literal["loaded", "failed"] | None,
        typer.Option(metavar="STATE", help="Only loaded or failed ones."),
    ] = None
    kind: Annotated[
        Literal["scheduled", "manual", "backfill", "sweep"] | None,
        typer.Option(metavar="KIND", help="Only scheduled, manual, backfill or sweep ones."),
    ] = None
    run: Annotated[
        str | None, typer.Option("--run", metavar="RUN", help="Only of this run id.")
    ] = None
    since: Annotated[str | None, typer.Option(metavar="WHEN", help=f"Finished since ({WHEN}).")] = (
        None
    )
    limit: Annotated[int, typer.Option(min=1, help="So many, newest first.")] = 20
    json: Json = False


def run(arguments: Arguments) -> int:
    platform = load_platform()
    tenants: tuple[Tenant, ...] = platform.tenants
    if arguments.tenant:
        tenants = (choose_tenant(platform, arguments.tenant),)
    rows = _fetch(arguments, tenants)
    if not rows:
        check_names(tenants, arguments.feed, arguments.stream)
    if arguments.json:
        say_json(rows)
        return 0
    say_table(HEADERS, list(map(_row, rows)), spare=SPARE)
    for row in rows:
        if row["state"] == "failed":
            say(f"{row['load_id']}: {row['error_class']}: {shown(str(row['error_message']))}")
        for notice in row.get("notices") or ():
            say(f"{row['load_id']}: note: {notice}")
        if row.get("cost"):
            asked = ", ".join(f"{name} {number}" for name, number in row["cost"].items())
            say(f"{row['load_id']}: cost: {asked}")
    return 0


def _fetch(arguments: Arguments, tenants: tuple[Tenant, ...]) -> list[dict[str, Any]]:
    """Newest first over all tenants; tenants that share a warehouse are asked in one query."""
    from include.commands.frame.connect import load_warehouse
    from include.ledger import ddl
    from include.ledger.load_history import LoadFilter, fetch_history

    wanted = LoadFilter(
        feed=arguments.feed,
        stream=arguments.stream,
        state=arguments.state,
        kind=arguments.kind,
        run=arguments.run,
        since=_since(arguments.since),
    )
    by_url: dict[str, list[str]] = {}
    warehouses = {}
    for tenant in tenants:
        warehouse = load_warehouse(tenant)
        by_url.setdefault(warehouse.url, []).append(tenant.id)
        warehouses[warehouse.url] = warehouse
    rows: list[dict[str, Any]] = []
    for url, names in by_url.items():
        with warehouses[url].connect() as connection:
            ddl.run_migrations(connection)
            rows += fetch_history(connection, names, wanted, limit=arguments.limit)
    return sorted(rows, key=lambda row: row["finished_at"], reverse=True)[: arguments.limit]


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError:
        raise ConfigError(
            f"`--since {text}` is no instant. Expected `2026-10-01` or `2026-10-01T06:00:00Z`."
        ) from None


def _state(row: dict[str, Any]) -> str:
    """`loaded`, `failed`; a replay's and a part's own words."""
    if row["state"] == "failed" or row["is_last"]:
        return str(row["state"])
    is_replay = str(row["run_id"] or "").startswith("replay__")
    return "replayed" if is_replay else f"part {row['part']}"


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        str(row["load_id"]),
        f"{row['tenant']}/{row['feed']}/{row['stream']}",
        row["kind"],
        _state(row),
        row["finished_at"],
        row["read"],
        row["inserted"],
        row["updated"],
        row["unchanged"],
        row["quarantined"],
        row["filtered"],
        row["deleted"],
        round(row["seconds"], 1),
    )


COMMAND = Action(
    run,
    Arguments,
    "The last loads, newest first: their books, notices, and why the failed ones failed.",
    ("elt loads --tenant acme", "elt loads --state failed --since 2026-10-01 --json"),
)
