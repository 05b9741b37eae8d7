"""Marts that were not built, or not for long although rows wait for them."""

from datetime import timedelta

from include.alerts.rules.findings import Findings, Ground
from include.alerts.signal import Signal
from include.core.clock import format_instant
from include.ledger.trust.alerts.facts import BUILT_AT, WAITING_FOR_MARTS, fetch_facts

# A transform wakes with each feed; twelve hours and its grace are many chances missed.
MISSED = timedelta(hours=12)
LOOK_BACK = timedelta(days=14)


def find_transforms(ground: Ground) -> Findings:
    """A failed build is over with the next complete one; a skipped one is a state that holds."""
    tenants = list(ground.tenants)
    built = {r["tenant"]: r["built_at"] for r in fetch_facts(ground.connection, BUILT_AT, tenants)}
    ended = [
        one
        for one in ground.of("transform_failed")
        if one.tenant in built and built[one.tenant] > one.last_at
    ]
    failing = {one.tenant for one in ground.of("transform_failed")} - {one.tenant for one in ended}
    since = ground.now - LOOK_BACK
    held, waiting = [], set()
    for row in fetch_facts(ground.connection, WAITING_FOR_MARTS, tenants, since):
        tenant = ground.tenants[row["tenant"]]
        patience = MISSED + timedelta(minutes=tenant.spec.grace_minutes)
        if ground.now - row["waiting_since"] < patience or not tenant.feeds:
            continue
        waiting.add(tenant.id)
        if tenant.id in failing:
            continue
        built_at = format_instant(row["built_at"]) if row["built_at"] else "never"
        message = (
            f"rows wait for the marts since `{format_instant(row['waiting_since'])}`; they were "
            f"last built in full `{built_at}`."
        )
        held.append(Signal("transform_skipped", tenant.id, message, ground.now))
    ended += [
        one
        for one in ground.of("transform_skipped")
        if one.tenant in ground.tenants and one.tenant not in waiting
    ]
    return Findings(held=held, ended=ended)
