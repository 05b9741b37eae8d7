"""`quarantine list|show|replay|drop`: records that did not fit, by key and reason.

Only `show` prints a record's payload, because a person asked for that one; logs never have it.
`replay` ends with 5 when some records still do not fit.
"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from include.commands.frame.arguments import AnyFeed, AnyStream, Json, TenantName
from include.commands.frame.choose import check_names, choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.screen.output import complain, say, say_json, shown
from include.commands.screen.tables import say_table
from include.config.load import load_platform
from include.config.models import Tenant
from include.core.errors import ConfigError

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse
    from include.ledger.quarantine import QuarantineFilter

HEADERS = ("id", "feed", "stream", "key", "reason", "seen", "first seen", "last seen", "detail")
COUNT_HEADERS = (
    *("feed", "stream", "reason", "state", "records", "seen", "first seen", "last seen"),
)
SPARE = ("first seen", "seen", "last seen")


Reason = Annotated[
    str | None, typer.Option("--reason", metavar="REASON", help="Such as type_mismatch.")
]
Ids = Annotated[
    list[int] | None, typer.Option("--id", metavar="ID", help="Only this one; may be repeated.")
]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which records; all of the tenant when nothing narrows it."""

    tenant: TenantName
    feed: AnyFeed = None
    stream: AnyStream = None
    reason: Reason = None
    ids: Ids = None
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class ListArguments(Selection):
    state: Annotated[
        Literal["open", "resolved", "dropped", "all"],
        typer.Option(metavar="STATE", help="open, resolved, dropped or all."),
    ] = "open"
    counts: Annotated[bool, typer.Option("--counts", help="Only how many of each reason.")] = False
    limit: Annotated[int, typer.Option(min=1, help="So many.")] = 50


@dataclass(frozen=True, kw_only=True)
class ShowArguments:
    id: Annotated[int, typer.Argument(metavar="ID", help="As `quarantine list` shows it.")]
    tenant: TenantName
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class DropArguments(Selection):
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the row.")]


def _open(name: str) -> "tuple[Tenant, Warehouse]":
    """The tenant and its warehouse, with today's tables of elt_ops."""
    from include.commands.frame.connect import load_migrated_warehouse

    tenant = choose_tenant(load_platform(), name)
    return tenant, load_migrated_warehouse(tenant)


def _build_filter(arguments: Selection, state: str | None = "open") -> "QuarantineFilter":
    from include.ledger.quarantine import QuarantineFilter

    return QuarantineFilter(
        tenant=arguments.tenant,
        feed=arguments.feed,
        stream=arguments.stream,
        reason=arguments.reason,
        ids=tuple(arguments.ids) if arguments.ids else None,
        state=state,
    )


def _list(arguments: ListArguments) -> int:
    from include.ledger.quarantine import fetch_counts, fetch_rows

    tenant, warehouse = _open(arguments.tenant)
    state = None if arguments.state == "all" else arguments.state
    wanted = _build_filter(arguments, state)
    with warehouse.connect() as connection:
        counts = fetch_counts(connection, wanted)
        rows = [] if arguments.counts else fetch_rows(connection, wanted, limit=arguments.limit)
    if not counts:
        check_names([tenant], arguments.feed, arguments.stream)
    if arguments.json:
        say_json(counts if arguments.counts else rows)
        return 0
    if arguments.counts:
        say_table(COUNT_HEADERS, [tuple(row.values()) for row in counts], spare=SPARE)
    else:
        say_table(HEADERS, list(map(_row, rows)), spare=SPARE)
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


def _show(arguments: ShowArguments) -> int:
    from include.ledger.quarantine import fetch_record

    tenant, warehouse = _open(arguments.tenant)
    with warehouse.connect() as connection:
        found = fetch_record(connection, tenant.id, arguments.id)
    if found is None:
        raise ConfigError(
            f"no quarantined record `{arguments.id}`. Expected an id that "
            f"`elt quarantine list --tenant {tenant.id}` shows.",
            tenant=tenant.id,
        )
    if arguments.json:
        say_json(found)
    else:
        payload = str(found["payload"])
        say(shown(payload) if sys.stdout.isatty() else payload)
    return 0


def _replay(arguments: Selection) -> int:
    from include.commands.steps.quarantine_replay import run_replays

    tenant, warehouse = _open(arguments.tenant)
    return run_replays(tenant, _build_filter(arguments), warehouse, as_json=arguments.json)


def _drop(arguments: DropArguments) -> int:
    from include.ledger.quarantine import run_drop

    tenant, warehouse = _open(arguments.tenant)
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
    if arguments.json:
        say_json({"dropped": dropped})
    if not dropped:
        check_names([tenant], arguments.feed, arguments.stream)
        complain("no open record is like that; `quarantine list` shows what there is")
    return 0


COMMAND = Group(
    "Records that did not fit, by key and reason: look at them, load them again, drop them.\n\n"
    "Only `show` prints a record as it was read, because a person asked for that one.",
    {
        "list": Action(
            _list,
            ListArguments,
            "What waits: keys, reasons, how often, since when.",
            (
                "elt quarantine list --tenant acme --feed shopify",
                "elt quarantine list --tenant acme --counts",
            ),
        ),
        "show": Action(
            _show,
            ShowArguments,
            "One record as it was read; with --json all that is known of it.",
            ("elt quarantine show 17 --tenant acme",),
        ),
        "replay": Action(
            _replay,
            Selection,
            "Load open records again with today's declaration.\n\n"
            "Each goes through the ordinary loader. What fits is loaded (never over a newer "
            "version) and closed; what does not stays, counted once more. Ends with 5 when some "
            "still do not fit.",
            ("elt quarantine replay --tenant acme --feed shopify --stream orders",),
        ),
        "drop": Action(
            _drop,
            DropArguments,
            "Close open records for good; the rows stay.",
            ('elt quarantine drop --tenant acme --id 17 --because "a test order"',),
        ),
    },
)
