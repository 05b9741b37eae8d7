"""`quarantine list|show|replay|drop`: records that did not fit, by key and reason.

Only `show` prints a record's payload, because a person asked for that one; logs never have it.
`replay` ends with 5 when some records still do not fit.
"""

import argparse
from typing import TYPE_CHECKING, Any

from include.commands.choose import choose_tenant
from include.commands.output import build_table, complain, say, say_json
from include.config.load import load_platform
from include.config.models import Tenant
from include.core.errors import ConfigError

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse
    from include.ledger.quarantine import QuarantineFilter

HEADERS = ("id", "feed", "stream", "key", "reason", "seen", "first seen", "last seen", "detail")
STATES = ("open", "resolved", "dropped", "all")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = "list|show|replay|drop"
    actions = parser.add_subparsers(dest="action", required=True, metavar=names)
    listing = actions.add_parser("list", help="what waits: keys, reasons, how often, since when")
    _add_selection(listing)
    listing.add_argument("--state", choices=STATES, default="open", help="default open")
    listing.add_argument("--counts", action="store_true", help="only how many of each reason")
    listing.add_argument("--limit", type=int, default=50, help="default 50")
    listing.add_argument("--json", action="store_true")
    showing = actions.add_parser("show", help="one record as it was read")
    showing.add_argument("id", type=int)
    showing.add_argument("--tenant", required=True)
    showing.add_argument("--json", action="store_true", help="with all that is known of it")
    replay = actions.add_parser(
        "replay",
        help="load open records again with today's declaration",
        description="Each record goes through the ordinary loader. What fits is loaded (never over "
        "a newer version) and closed; what does not stays, counted once more.",
    )
    _add_selection(replay)
    replay.add_argument("--json", action="store_true")
    drop = actions.add_parser("drop", help="close open records for good; the rows stay")
    _add_selection(drop)
    drop.add_argument("--because", required=True, metavar="TEXT", help="why; kept with the row")


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--feed")
    parser.add_argument("--stream")
    parser.add_argument("--reason", help="such as type_mismatch")
    parser.add_argument("--id", type=int, action="append", dest="ids", help="may be repeated")


def run(arguments: argparse.Namespace) -> int:
    from include.commands.connect import load_warehouse
    from include.ledger import ddl

    tenant = choose_tenant(load_platform(), arguments.tenant)
    warehouse = load_warehouse(tenant)
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
    return int(_ACTIONS[arguments.action](arguments, tenant, warehouse))


def _build_filter(arguments: argparse.Namespace, state: str | None = "open") -> "QuarantineFilter":
    from include.ledger.quarantine import QuarantineFilter

    return QuarantineFilter(
        tenant=arguments.tenant,
        feed=arguments.feed,
        stream=arguments.stream,
        reason=arguments.reason,
        ids=tuple(arguments.ids) if arguments.ids else None,
        state=state,
    )


def _list(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.ledger.quarantine import fetch_counts, fetch_rows

    state = None if arguments.state == "all" else arguments.state
    wanted = _build_filter(arguments, state)
    with warehouse.connect() as connection:
        counts = fetch_counts(connection, wanted)
        rows = [] if arguments.counts else fetch_rows(connection, wanted, limit=arguments.limit)
    if arguments.json:
        say_json(counts if arguments.counts else rows)
        return 0
    shown = [tuple(row.values()) for row in counts] if arguments.counts else list(map(_row, rows))
    headers = ("feed", "stream", "reason", "state", "records", "seen", "first seen", "last seen")
    for line in build_table(headers if arguments.counts else HEADERS, shown):
        say(line)
    total = sum(int(row["records"]) for row in counts)
    cut = "" if arguments.counts or total <= len(rows) else f", {len(rows)} shown"
    say(f"{total} {'in all' if state is None else state}{cut}")
    return 0


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        str(row["quarantine_id"]),
        row["feed"],
        row["stream"],
        row["record_key"],
        row["reason"],
        row["seen_count"],
        row["first_seen"],
        row["last_seen"],
        row["detail"] if row["state"] == "open" else f"{row['state']}: {row['resolution']}",
    )


def _show(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.ledger.quarantine import fetch_record

    with warehouse.connect() as connection:
        found = fetch_record(connection, tenant.id, arguments.id)
    if found is None:
        raise ConfigError(
            f"no quarantined record `{arguments.id}`. Expected an id that "
            f"`quarantine list --tenant {tenant.id}` shows.",
            tenant=tenant.id,
        )
    if arguments.json:
        say_json(found)
    else:
        say(str(found["payload"]))
    return 0


def _replay(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.commands.quarantine_replay import run_replays

    return run_replays(tenant, _build_filter(arguments), warehouse, as_json=arguments.json)


def _drop(arguments: argparse.Namespace, tenant: Tenant, warehouse: "Warehouse") -> int:
    from include.ledger.quarantine import run_drop

    if not (arguments.feed or arguments.stream or arguments.reason or arguments.ids):
        raise ConfigError(
            "`quarantine drop` without a choice. Expected --feed, --stream, --reason or --id: "
            "dropping everything a tenant has is seldom meant.",
            tenant=tenant.id,
        )
    if not arguments.because.strip():
        raise ConfigError("`--because` is empty. Expected why these records are not needed.")
    with warehouse.connect() as connection:
        dropped = run_drop(connection, _build_filter(arguments), arguments.because.strip())
    say(f"{dropped} dropped")
    if not dropped:
        complain("no open record is like that; `quarantine list` shows what there is")
    return 0


_ACTIONS = {"list": _list, "show": _show, "replay": _replay, "drop": _drop}
