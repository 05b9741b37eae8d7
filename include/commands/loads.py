"""`loads`: the last loads, their books and their failures, from the ledger."""

import argparse
from datetime import datetime
from typing import Any

from include.commands.choose import choose_tenant
from include.commands.output import build_table, say, say_json
from include.config.load import load_platform
from include.config.models import Tenant
from include.core.clock import parse_instant
from include.core.errors import ConfigError

HEADERS = (
    "load", "stream", "kind", "state", "finished", "read", "inserted", "updated", "unchanged",
    "quarantined", "filtered", "deleted", "seconds",
)  # fmt: skip
KINDS = ("scheduled", "manual", "backfill", "sweep")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", help="only this tenant")
    parser.add_argument("--feed")
    parser.add_argument("--stream")
    parser.add_argument("--state", choices=("loaded", "failed"))
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--run", help="only of this run id")
    parser.add_argument("--since", metavar="WHEN", help="finished since (2026-10-01, UTC)")
    parser.add_argument("--limit", type=int, default=20, help="default 20, newest first")
    parser.add_argument("--json", action="store_true", help="every column, as JSON")


def run(arguments: argparse.Namespace) -> int:
    platform = load_platform()
    tenants: tuple[Tenant, ...] = platform.tenants
    if arguments.tenant:
        tenants = (choose_tenant(platform, arguments.tenant),)
    rows = _fetch(arguments, tenants)
    if arguments.json:
        say_json(rows)
        return 0
    for line in build_table(HEADERS, list(map(_row, rows))):
        say(line)
    for row in rows:
        if row["state"] == "failed":
            say(f"{row['load_id']}: {row['error_class']}: {row['error_message']}")
        for notice in row.get("notices") or ():
            say(f"{row['load_id']}: note: {notice}")
    return 0


def _fetch(arguments: argparse.Namespace, tenants: tuple[Tenant, ...]) -> list[dict[str, Any]]:
    """Newest first over all tenants; tenants that share a warehouse are asked in one query."""
    from include.commands.connect import load_warehouse
    from include.ledger import ddl
    from include.ledger.load_history import fetch_history

    wanted = {
        name: getattr(arguments, name)
        for name in ("feed", "stream", "state", "kind", "run", "limit")
    } | {"since": _since(arguments.since)}
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
            rows += fetch_history(connection, names, **wanted)
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
