"""One look at everything: rules, messages, deliveries, for every warehouse of the platform.

Whoever calls it (the watcher, the DAG `ops__alerts`) may do so at the same time as others: locks
and leases in the books see to it that nothing is told twice.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from include.alerts import spool
from include.alerts.alone import run_bring_in, run_tell_alone
from include.alerts.audience import Audience
from include.alerts.delivery import Send, run_deliver
from include.alerts.downstream import build_finder
from include.alerts.message import RUNBOOK, Scene
from include.alerts.planning import Pass, run_plan
from include.alerts.rules.airflow import Seen, find_silent
from include.alerts.rules.findings import Findings, build_states
from include.alerts.rules.run import run_apply, run_rules
from include.alerts.signal import WAREHOUSE, Signal
from include.config.models import Platform, Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.alert_types import PLATFORM
from include.core.clock import utcnow
from include.core.errors import EltError
from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse
from include.ledger.trust.alerts.outbox import fetch_troubled
from include.ledger.trust.alerts.rows import AlertRow, fetch_live
from include.ledger.trust.publishes import fetch_stale

log = logging.getLogger(__name__)
# A receiver that has been away for so long is a trouble of its own.
TROUBLED_AFTER = timedelta(minutes=15)
HOME = ""  # the platform's own warehouse, where what concerns no tenant is kept


@dataclass(frozen=True)
class Desk:
    """Where alerts are worked on.

    Attributes:
        build_warehouse: The warehouse of a tenant; of the platform itself for None. May raise.
        send: One message to one receiver.
        watch: Looks at Airflow; None: nobody does, and nothing is said of it.
    """

    platform: Platform
    audience: Audience
    build_warehouse: Callable[[Tenant | None], Warehouse]
    send: Send
    watch: Callable[[], Seen] | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """What one look has done.

    Attributes:
        away: Warehouses that could not be reached.
        troubled: Receivers that do not take messages.
    """

    changed: int = 0
    made: int = 0
    sent: int = 0
    away: int = 0
    troubled: int = 0

    @property
    def is_well(self) -> bool:
        """Whether alerting itself works."""
        return not self.away and not self.troubled

    def plus(self, other: "Tick") -> "Tick":
        """Both together."""
        return Tick(
            *(getattr(self, name) + getattr(other, name) for name in Tick.__dataclass_fields__)
        )


def run_tick(desk: Desk, *, rules: bool = True) -> Tick:
    """Look once; a warehouse that is away stops nobody else's.

    Args:
        rules: Also read the ledger for what is wrong and what is well again.
    """
    done = Tick()
    seen = desk.watch() if desk.watch and rules else None
    away: dict[str, tuple[EltError, set[str]]] = {}
    groups = _group(desk)
    # The platform's own comes last: by then it is known which of the others are away.
    for name in sorted(groups, key=lambda one: (one == HOME, one)):
        tenants = groups[name][1]
        try:
            down = {one: error for one, (error, _) in away.items()} if name == HOME else None
            done = done.plus(_run_warehouse(desk, groups[name], (down, seen), rules=rules))
        except EltError as error:
            log.warning("warehouse is away reason=%s", error)
            away[name] = (error, {*tenants})
            if name == HOME:
                _run_note_away(error)
    done = done.plus(Tick(away=len(away)))
    lost = {tenant for _, tenants in away.values() for tenant in tenants}
    run_tell_alone(
        desk.audience,
        _scene(desk),
        desk.send,
        lambda tenant: tenant in lost or (HOME in away and tenant not in desk.audience.tenants),
    )
    return done


def _group(desk: Desk) -> dict[str, tuple[Warehouse, dict[str, Tenant]]]:
    """Warehouses with their tenants, by connection; the platform's own by an empty name."""
    home = desk.build_warehouse(None)
    found: dict[str, tuple[Warehouse, dict[str, Tenant]]] = {HOME: (home, {})}
    names = {home.url: HOME}
    for tenant in desk.platform.tenants:
        try:
            warehouse = desk.build_warehouse(tenant)
        except EltError as error:
            log.warning("no warehouse tenant=%s reason=%s", tenant.id, error)
            continue
        name = names.setdefault(warehouse.url, tenant.spec.destination.books_connection)
        found.setdefault(name, (warehouse, {}))[1][tenant.id] = tenant
    return found


def _run_warehouse(
    desk: Desk,
    place: tuple[Warehouse, Mapping[str, Tenant]],
    around: tuple[Mapping[str, EltError] | None, Seen | None],
    *,
    rules: bool,
) -> Tick:
    """One warehouse.

    Args:
        around: What else is away (None: this is not the platform's own), and what Airflow shows.
    """
    (warehouse, tenants), (down, seen) = place, around
    now, scene, changed = utcnow(), _scene(desk), 0
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        scene = replace(scene, stale=fetch_stale(connection))
        connection.commit()
        is_mine = _build_is_mine(desk, tenants, is_home=down is not None)
        if run_bring_in(connection, desk.audience, scene, is_mine) or rules:
            changed = run_rules(connection, tenants, seen, now)
            found = [_find_gone(desk, connection)]
            if down is not None:
                found += _find_platform(desk, connection, (down, seen))
            changed += run_apply(connection, found, now)
            connection.commit()
        made = run_plan(Pass(connection, desk.audience, scene))
        connection.commit()
        sent = run_deliver(connection, desk.send)
        troubled = fetch_troubled(connection, now - TROUBLED_AFTER)
    return Tick(changed, made, sent, 0, len(troubled))


def _build_is_mine(
    desk: Desk, tenants: Mapping[str, Tenant], *, is_home: bool
) -> Callable[[str], bool]:
    every = desk.audience.tenants
    return lambda tenant: tenant in tenants or (is_home and tenant not in every)


def _scene(desk: Desk) -> Scene:
    tenants = {tenant.id: tenant for tenant in desk.platform.tenants}
    runbook = load_settings().runbook_url or RUNBOOK
    return Scene(tenants, build_finder(tenants), utcnow(), runbook, load_settings().console_url)


def _find_gone(desk: Desk, connection: Connection) -> Findings:
    """Alerts of tenants that have no file any more."""
    known = {tenant.id for tenant in desk.platform.tenants} | {*desk.platform.broken, PLATFORM}
    return Findings(ended=[one for one in fetch_live(connection) if one.tenant not in known])


def _find_platform(
    desk: Desk, connection: Connection, around: tuple[Mapping[str, EltError], Seen | None]
) -> list[Findings]:
    down, seen = around
    live = fetch_live(connection)
    found = [_find_broken(desk.platform, live), _find_troubled(desk, connection, live)]
    if seen:
        found.append(find_silent(seen, live))
    signals = [_build_away(name, error) for name, error in down.items()]
    found.append(build_states(signals, [one for one in live if one.type == "warehouse_down"]))
    return found


def _find_broken(platform: Platform, live: Sequence[AlertRow]) -> Findings:
    signals = []
    for stem in platform.broken:
        mine = [one for one in platform.problems if one.path.name in (f"{stem}.yaml", stem)]
        message = f"{len(mine)} problems."
        if mine:
            place = load_settings().shown(mine[0].path)
            message += f" The first: {place}:{mine[0].line or 1}: {mine[0].message}"
        signals.append(Signal("broken_tenant", stem, message, utcnow()))
    return build_states(signals, [one for one in live if one.type == "broken_tenant"])


def _find_troubled(desk: Desk, connection: Connection, live: Sequence[AlertRow]) -> Findings:
    """Receivers that take nothing; of their own one the operators could not be told anyway."""
    own = {one.receiver for one in desk.audience.operators}
    signals = [
        Signal(
            "alerting_failed",
            PLATFORM,
            f"{row['messages']} messages for channel `{row['channel']}` of `{row['tenant']}` have "
            f"not arrived: {row['last_error']}.",
            utcnow(),
            subject=f"{row['tenant']}/{row['channel']}",
        )
        for row in fetch_troubled(connection, utcnow() - TROUBLED_AFTER)
        if row["receiver"] not in own
    ]
    return build_states(signals, [one for one in live if one.type == "alerting_failed"])


def _build_away(name: str, error: EltError) -> Signal:
    return Signal(
        "warehouse_down",
        PLATFORM,
        str(error),
        utcnow(),
        subject=name or naming.WAREHOUSE_CONNECTION,
        cause=WAREHOUSE,
    )


def _run_note_away(error: EltError) -> None:
    """On disk, once for an outage."""
    signal = _build_away(HOME, error)
    if signal.fingerprint not in {one.signal.fingerprint for one in spool.load_kept()}:
        spool.run_keep(signal)
