"""`checks list|run|explain|mute|unmute`: what is checked, what came of it, and what is silenced."""

import getpass
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from include.commands.frame.arguments import WHEN, AnyFeed, AnyStream, Json, TenantName
from include.commands.frame.choose import choose_feeds, choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.frame.exit_codes import exit_code
from include.commands.screen.output import say, say_json, say_state
from include.commands.screen.tables import say_table
from include.config.explain import did_you_mean
from include.config.load import load_platform
from include.config.models import Tenant
from include.core.clock import parse_instant, utcnow
from include.core.errors import ConfigError, QualityError

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse

HEADERS = ("check", "dimension", "severity", "state", "bad", "of", "checked", "says")
SPARE = ("dimension", "checked", "of")
MARTS = "marts"

CheckName = Annotated[
    str,
    typer.Argument(metavar="CHECK", help="As `checks list` shows it: <feed>.<stream>.<name>."),
]


@dataclass(frozen=True, kw_only=True)
class ListArguments:
    tenant: TenantName
    feed: AnyFeed = None
    stream: AnyStream = None
    state: Annotated[
        Literal["bad", "failed", "broken", "skipped", "passed", "muted", "all"],
        typer.Option(metavar="STATE", help="bad (default), failed, broken, muted, ... or all."),
    ] = "bad"
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class RunArguments:
    tenant: TenantName
    feed: AnyFeed = None
    marts: Annotated[bool, typer.Option("--marts", help="Only those of the marts.")] = False
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class ExplainArguments:
    check: CheckName
    tenant: TenantName
    days: Annotated[int, typer.Option(min=1, max=400, help="How far the trend goes back.")] = 30
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class MuteArguments:
    check: CheckName
    tenant: TenantName
    until: Annotated[str, typer.Option(metavar="WHEN", help=f"When it ends ({WHEN}).")]
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; shown wherever it is muted.")]
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class UnmuteArguments:
    check: CheckName
    tenant: TenantName
    json: Json = False


def _open(name: str) -> "tuple[Tenant, Warehouse]":
    from include.commands.frame.connect import load_migrated_warehouse

    tenant = choose_tenant(load_platform(), name)
    return tenant, load_migrated_warehouse(tenant)


def _list(arguments: ListArguments) -> int:
    from include.pipeline.health.check_view import fetch_checks

    tenant, warehouse = _open(arguments.tenant)
    rows = fetch_checks(warehouse, tenant.id)
    found = [row for row in rows if _is_wanted(row, arguments)]
    if arguments.json:
        say_json(found)
        return 0
    say_table(HEADERS, list(map(_row, found)), spare=SPARE)
    muted = sum(row["muted_until"] is not None for row in rows)
    say(f"{len(found)} of {len(rows)} checks, {muted} muted")
    return 0


def _is_wanted(row: dict[str, Any], arguments: ListArguments) -> bool:
    if arguments.feed and row["feed"] != arguments.feed:
        return False
    if arguments.stream and row["stream"] != arguments.stream:
        return False
    states = {"bad": ("failed", "broken"), "all": (row["state"],)}
    if arguments.state == "muted":
        return row["muted_until"] is not None
    return row["state"] in states.get(arguments.state, (arguments.state,))


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    muted = f" (muted until {row['muted_until']:%Y-%m-%d})" if row["muted_until"] else ""
    return (
        row["check"],
        row["dimension"],
        row["severity"],
        row["state"] + muted,
        row["bad_rows"],
        row["rows_checked"],
        row["checked_at"],
        row["message"],
    )


def _run(arguments: RunArguments) -> int:
    from include.core.streams import NOWHERE
    from include.pipeline.dbt.publish import run_publish
    from include.pipeline.health.checks import run_feed_checks

    tenant, warehouse = _open(arguments.tenant)
    worst = 0
    wanted = [] if arguments.marts else list(choose_feeds(tenant, arguments.feed))
    tasks: list[tuple[str, Any]] = [
        (feed.name, lambda feed=feed: run_feed_checks(feed, warehouse, NOWHERE)) for feed in wanted
    ]
    if arguments.feed is None:
        tasks.append((MARTS, lambda: run_publish(tenant, warehouse)))
    found: list[dict[str, Any]] = []
    for name, task in tasks:
        one: dict[str, Any] = {"tenant": tenant.id, "of": name, "error": None}
        found.append(one)
        try:
            summary = task()
        except QualityError as error:
            say_state("failed", f"{tenant.id}/{name}: {error.message}")
            worst = max(worst, exit_code(error))
            one["error"] = error.message
        else:
            one |= asdict(summary)
            warned = f", {summary.warned} warnings" if summary.warned else ""
            say_state("ok", f"{tenant.id}/{name}: {summary.passed} passed{warned}")
    if arguments.json:
        say_json(found)
    return worst


def _explain(arguments: ExplainArguments) -> int:
    from include.pipeline.health.check_view import fetch_explanation

    tenant, warehouse = _open(arguments.tenant)
    known = _choose(warehouse, tenant.id, arguments.check)
    found = fetch_explanation(warehouse, tenant.id, known, arguments.days)
    if arguments.json:
        say_json(found)
        return 0
    say(f"{known['check']}: {known['state']} ({known['severity']}, {known['dimension']})")
    say(f"  {known['message'] or 'nothing is wrong'}")
    if known["bad_rows"]:
        of = f" of {known['rows_checked']:,}" if known["rows_checked"] else ""
        say(f"  bad rows: {known['bad_rows']:,}{of}")
    if known["sample"]:
        say(f"  keys: {', '.join(known['sample'])}")
    if found["points"]:
        say(f"  costs {found['points']} points of {found['score_of']}'s score")
    for mute in found["mutes"]:
        say(f"  muted until {mute['until']:%Y-%m-%d %H:%M} by {mute['who']}: {mute['because']}")
    for day in found["trend"]:
        say(f"  {day['day']}  {day['state']:<8} {day['bad_rows'] or 0:>8,}")
    return 0


def _mute(arguments: MuteArguments) -> int:
    from include.pipeline.health.check_view import run_mute_check

    tenant, warehouse = _open(arguments.tenant)
    until = parse_instant(arguments.until)
    _check_until(until)
    if not arguments.because.strip():
        raise ConfigError("`--because` is empty. Expected the reason, in words.")
    known = _choose(warehouse, tenant.id, arguments.check)
    run_mute_check(warehouse, tenant.id, known, (until, arguments.because, getpass.getuser()))
    say(f"muted {known['check']} until {until:%Y-%m-%d %H:%M} UTC; the score knows it all the same")
    if arguments.json:
        say_json({"check": known["check"], "until": until, "because": arguments.because})
    return 0


def _check_until(until: datetime) -> None:
    days = (until - utcnow()).days
    if days < 0 or days > 366:
        raise ConfigError(
            f"`--until` is {until:%Y-%m-%d}. Expected a day to come, a year from now at most: a "
            "mute that never ends is a check nobody needs."
        )


def _unmute(arguments: UnmuteArguments) -> int:
    from include.pipeline.health.check_view import run_unmute_check

    tenant, warehouse = _open(arguments.tenant)
    known = _choose(warehouse, tenant.id, arguments.check)
    ended = run_unmute_check(warehouse, tenant.id, known)
    say(f"{known['check']} is heard again" if ended else f"{known['check']} was not muted")
    if arguments.json:
        say_json({"check": known["check"], "ended": ended})
    return 0


def _choose(warehouse: "Warehouse", tenant: str, name: str) -> dict[str, Any]:
    """The check of that name.

    Raises:
        ConfigError: If none has ever run; guesses which one is meant.
    """
    from include.pipeline.health.check_view import fetch_checks

    known = {row["check"]: row for row in fetch_checks(warehouse, tenant)}
    if name not in known:
        raise ConfigError(
            f"no check `{name}` has run.{did_you_mean(name, known)} Expected one "
            f"that has. Run `elt checks list --tenant {tenant} --state all`.",
            tenant=tenant,
        )
    return known[name]


_EXAMPLE = "elt checks mute shopify.orders.email_not_null --tenant acme"
COMMAND = Group(
    "What is checked, what came of it, and what is silenced for a while.",
    {
        "list": Action(
            _list,
            ListArguments,
            "The newest result of each check; those that are bad unless told otherwise.",
            ("elt checks list --tenant acme", "elt checks list --tenant acme --state all --json"),
        ),
        "run": Action(
            _run,
            RunArguments,
            "Check raw tables and marts now.\n\nEnds with 5 when a check of severity error fails.",
            ("elt checks run --tenant acme", "elt checks run --tenant acme --feed shopify"),
        ),
        "explain": Action(
            _explain,
            ExplainArguments,
            "One check: what it found, keys of bad rows, what it costs, and its trend.",
            ("elt checks explain shopify.orders.keys_unique --tenant acme",),
        ),
        "mute": Action(
            _mute,
            MuteArguments,
            "Let a failing check stop no run and raise no alert until a day.\n\n"
            "It runs on, is shown as muted, and costs the score what it finds.",
            (f'{_EXAMPLE} --until 2027-01-15 --because "the shop asks for no email until then"',),
        ),
        "unmute": Action(
            _unmute,
            UnmuteArguments,
            "End a mute now.",
            ("elt checks unmute shopify.orders.email_not_null --tenant acme",),
        ),
    },
)
