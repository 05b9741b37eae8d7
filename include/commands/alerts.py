"""`alerts list|ack|mute|resolve|test`: what stands wrong, and what people say to it.

`test` sends one message the way every alert goes and waits for what becomes of it: 0 arrived, 3 the
receiver refused it, 1 nobody has sent it yet.
"""

import getpass
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.commands.frame.arguments import WHEN, AnyTenant, Json, TenantName
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.frame.exit_codes import RETRY, SOURCE
from include.commands.screen.output import complain, say, say_json
from include.commands.screen.tables import say_table
from include.config.explain import did_you_mean
from include.config.load import load_platform
from include.core import naming
from include.core.clock import parse_instant, utcnow
from include.core.errors import ConfigError

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse
    from include.ledger.trust.alerts.rows import AlertRow

HEADERS = ("id", "severity", "type", "where", "state", "times", "since", "last seen", "message")
SPARE = ("last seen", "times", "since")
TEST_WAIT_S = 60
LIVE = ("open", "acknowledged", "muted")

Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="As `alerts list` shows them.")]
Why = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; kept with the alert.")]


@dataclass(frozen=True, kw_only=True)
class ListArguments:
    tenant: AnyTenant = None
    all: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False
    limit: Annotated[int, typer.Option(min=1, help="So many.")] = 50
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class SayArguments:
    ids: Ids
    tenant: AnyTenant = None
    because: Why = None
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class MuteArguments:
    ids: Ids
    until: Annotated[str, typer.Option(metavar="WHEN", help=WHEN)]
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the alert.")]
    tenant: AnyTenant = None
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class TestArguments:
    tenant: TenantName
    channel: Annotated[str | None, typer.Option(help="Only this one; default every one.")] = None
    json: Json = False


def _open(tenant: str | None) -> "Iterator[Warehouse]":
    """The warehouses of one tenant or of all, each once, with today's tables."""
    from include.commands.frame.connect import load_migrated_warehouse, load_warehouse_url
    from include.ledger import ddl
    from include.ledger.connection import Warehouse

    platform = load_platform()
    if tenant:
        yield load_migrated_warehouse(choose_tenant(platform, tenant))
        return
    seen = {load_warehouse_url()}
    home = Warehouse(next(iter(seen)))
    with home.connect() as connection:
        ddl.run_migrations(connection)
    yield home
    for one in platform.tenants:
        warehouse = load_migrated_warehouse(one)
        if warehouse.url not in seen:
            seen.add(warehouse.url)
            yield warehouse


def _list(arguments: ListArguments) -> int:
    from include.ledger.trust.alerts.rows import fetch_listed

    states = (*LIVE, "resolved") if arguments.all else LIVE
    rows: list[AlertRow] = []
    for warehouse in _open(arguments.tenant):
        with warehouse.connect() as connection:
            rows += fetch_listed(connection, arguments.tenant, states=states, limit=arguments.limit)
    if arguments.json:
        say_json([_shown(row) for row in rows])
        return 0
    say_table(HEADERS, [_row(row) for row in rows], spare=SPARE)
    say(f"{len(rows)} {'in all' if arguments.all else 'not over'}")
    return 0


def _shown(row: "AlertRow") -> dict[str, Any]:
    hidden = ("payload", "news", "news_at", "flap_gap")
    return {name: value for name, value in asdict(row).items() if name not in hidden}


def _row(row: "AlertRow") -> tuple[object, ...]:
    from include.alerts.message import build_place

    state = f"{row.state} until {row.until:%Y-%m-%d %H:%M}" if row.until else row.state
    state = f"{state}, comes and goes" if row.is_flapping else state
    place = build_place(row)
    line = row.message.splitlines()[0] if row.message else ""
    said = (str(row.alert_id), row.severity, row.type, place, state, row.count)
    return (*said, row.opened_at, row.last_at, line)


def _acknowledge(arguments: SayArguments) -> int:
    from include.alerts.decisions import run_acknowledge

    def run(connection: Any, rows: "Sequence[AlertRow]") -> int:
        return run_acknowledge(connection, rows, getpass.getuser(), arguments.because)

    return _run_say(arguments, run, "acknowledged")


def _resolve(arguments: SayArguments) -> int:
    from include.alerts.decisions import run_end

    def run(connection: Any, rows: "Sequence[AlertRow]") -> int:
        return run_end(connection, rows, utcnow(), getpass.getuser(), arguments.because)

    return _run_say(arguments, run, "resolved")


def _mute(arguments: MuteArguments) -> int:
    from include.alerts.decisions import run_mute

    until = _parse_until(arguments.until)

    def run(connection: Any, rows: "Sequence[AlertRow]") -> int:
        return run_mute(connection, rows, until, getpass.getuser(), arguments.because)

    return _run_say(arguments, run, "muted")


def _parse_until(text: str) -> datetime:
    try:
        until = parse_instant(text)
    except ValueError:
        raise ConfigError(f"`--until` is `{text}`. Expected {WHEN}.") from None
    if until <= utcnow():
        raise ConfigError(f"`--until` is `{text}`, which is over. Expected a time to come.")
    return until


def _run_say(arguments: SayArguments | MuteArguments, run: Any, word: str) -> int:
    from include.alerts.decisions import fetch_alive

    wanted, found = set(arguments.ids), []
    for warehouse in _open(arguments.tenant):
        with warehouse.connect() as connection:
            rows = fetch_alive(connection, sorted(wanted))
            rows = [row for row in rows if arguments.tenant in (None, row.tenant)]
            run(connection, rows)
        found += [row.alert_id for row in rows]
    missing = sorted(wanted - set(found))
    if arguments.json:
        say_json({word: sorted(found), "not_found": missing})
    else:
        say(f"{word}: {', '.join(map(str, sorted(found))) or 'none'}")
    if missing:
        listed = ", ".join(f"`{one}`" for one in missing)
        raise ConfigError(f"no alert {listed} that goes on. Expected an id of `elt alerts list`.")
    return 0


def _test(arguments: TestArguments) -> int:
    from include.alerts.audience import build_targets
    from include.alerts.decisions import run_store_test
    from include.commands.frame.connect import load_migrated_warehouse

    tenant = choose_tenant(load_platform(), arguments.tenant)
    targets = build_targets(tenant)
    if not targets or arguments.channel not in (None, *targets):
        name = arguments.channel
        raise ConfigError(
            f"no channel `{name or '(any)'}`.{did_you_mean(name or '', targets)} Expected one of: "
            f"{', '.join(targets) or 'none'}. Add it to `alerts` in the tenant file.",
            tenant=tenant.id,
        )
    chosen = [one for name, one in targets.items() if arguments.channel in (None, name)]
    warehouse = load_migrated_warehouse(tenant)
    with warehouse.connect() as connection:
        who = getpass.getuser()
        ids = [run_store_test(connection, one, utcnow(), who) for one in chosen]
    return _say_tests(_wait(warehouse, ids), as_json=arguments.json)


def _wait(warehouse: "Warehouse", ids: list[int]) -> list[dict[str, Any]]:
    """What became of these messages: sent, refused, or still waiting after a minute."""
    from include.ledger.trust.alerts.outbox import fetch_delivery

    deadline = time.monotonic() + TEST_WAIT_S
    while True:
        with warehouse.connect() as connection:
            rows = [row for row in (fetch_delivery(connection, one) for one in ids) if row]
        if all(row["state"] == "sent" or row["last_error"] for row in rows):
            return rows
        if time.monotonic() > deadline:
            return rows
        time.sleep(1)


def _say_tests(rows: list[dict[str, Any]], *, as_json: bool) -> int:
    if as_json:
        say_json(rows)
    for row in rows if not as_json else ():
        if row["state"] == "sent":
            say(f"{row['channel']}: arrived")
        elif row["tries"]:
            complain(f"{row['channel']}: {row['last_error'] or 'is being sent'}")
        else:
            complain(
                f"{row['channel']}: nobody has sent it within {TEST_WAIT_S} s. Is `elt watch` "
                f"running (`make up`), or `{naming.ops_dag_id('alerts')}` unpaused?"
            )
    if all(row["state"] == "sent" for row in rows):
        return 0
    return SOURCE if any(row["last_error"] for row in rows) else RETRY


COMMAND = Group(
    "What stands wrong, who was told, and what you say to it.",
    {
        "list": Action(
            _list,
            ListArguments,
            "Alerts that are not over, the gravest first.",
            ("elt alerts list", "elt alerts list --tenant acme --all --json"),
        ),
        "ack": Action(
            _acknowledge,
            SayArguments,
            "I look after it: no reminders, no escalation; its end is told.",
            ('elt alerts ack 17 --because "calling the vendor"',),
        ),
        "mute": Action(
            _mute,
            MuteArguments,
            "Tell nobody until then; if it still goes on, tell them.",
            ('elt alerts mute 17 --until 2026-12-03 --because "known, ticket 12"',),
        ),
        "resolve": Action(
            _resolve,
            SayArguments,
            "It is over. It comes back when it is seen again.",
            ('elt alerts resolve 17 --because "not a problem"',),
        ),
        "test": Action(
            _test,
            TestArguments,
            "Send one message through every channel of a tenant and say whether it arrived.",
            ("elt alerts test --tenant acme", "elt alerts test --tenant acme --channel team"),
        ),
    },
)
