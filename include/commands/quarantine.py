"""`quarantine list|show`: records that did not fit, by key and reason.

Only `show` prints a record's payload, because a person asked for that one; logs never have it.
"""

import argparse

from include.commands.choose import choose_tenant
from include.commands.output import build_table, say, say_json
from include.config.load import load_platform
from include.core.errors import ConfigError

HEADERS = ("id", "feed", "stream", "key", "reason", "seen", "last seen", "detail")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show")
    listing = actions.add_parser("list", help="open records, newest first")
    listing.add_argument("--tenant", required=True)
    listing.add_argument("--feed")
    listing.add_argument("--limit", type=int, default=50, help="default 50")
    listing.add_argument("--json", action="store_true")
    showing = actions.add_parser("show", help="one record as it was read")
    showing.add_argument("id", type=int)
    showing.add_argument("--tenant", required=True)


def run(arguments: argparse.Namespace) -> int:
    from include.commands.connect import load_warehouse
    from include.warehouse import ledger

    tenant = choose_tenant(load_platform(), arguments.tenant)
    with load_warehouse(tenant).connect() as connection:
        if arguments.action == "show":
            found = connection.execute(
                "select payload from elt_ops.quarantine where (tenant, quarantine_id) = (%s, %s)",
                [tenant.id, arguments.id],
            ).fetchone()
            if found is None:
                raise ConfigError(
                    f"no quarantined record `{arguments.id}`. Expected an id that "
                    f"`quarantine list --tenant {tenant.id}` shows.",
                    tenant=tenant.id,
                )
            say(str(found[0]))
            return 0
        rows = ledger.fetch_quarantine(connection, tenant.id, feed=arguments.feed)
    if arguments.json:
        say_json(rows)
        return 0
    shown = [
        (
            str(row["quarantine_id"]),
            row["feed"],
            row["stream"],
            row["record_key"],
            row["reason"],
            row["seen_count"],
            row["last_seen"],
            row["detail"],
        )
        for row in rows[: arguments.limit]
    ]
    for line in build_table(HEADERS, shown):
        say(line)
    say(f"{len(rows)} open" + (f", {arguments.limit} shown" if len(rows) > len(shown) else ""))
    return 0
