"""Streams whose rows are older than their schedule allows, and records that wait in quarantine."""

from include.alerts.rules.findings import Findings, Ground
from include.alerts.rules.loads import LIMIT
from include.alerts.signal import Signal
from include.core.clock import format_instant
from include.ledger.trust.alerts.facts import LOADED_AT, NEWEST_LOADS, QUARANTINED, fetch_facts
from include.pipeline.health.tenant_health import ERROR, build_freshness

MANY = 100
SHARE = 0.01


def find_late(ground: Ground) -> Findings:
    """A stream is late once; while its feed fails, the failure is what is told."""
    rows = fetch_facts(ground.connection, LOADED_AT, list(ground.tenants))
    failing = {(one.tenant, one.feed) for one in ground.of("load_failed")}
    held, late = [], set()
    for row in rows:
        feed = ground.feed(row["tenant"], row["feed"])
        if feed is None:
            continue
        if build_freshness(feed, row["stream"], row["loaded_at"], ground.now) != ERROR:
            continue
        late.add((row["tenant"], row["feed"], row["stream"]))
        if (row["tenant"], row["feed"]) in failing:
            continue
        last = format_instant(row["loaded_at"])
        message = f"the last complete read ended `{last}`. Expected one within the feed's schedule."
        held.append(
            Signal("late_feed", row["tenant"], message, ground.now, row["feed"], row["stream"])
        )
    ended = [
        one
        for one in ground.of("late_feed")
        if one.stream
        and one.tenant in ground.tenants
        and (one.tenant, one.feed, one.stream) not in late
    ]
    return Findings(held=held, ended=ended)


def find_quarantined(ground: Ground) -> Findings:
    """Streams with many open records, or a hundredth of what was read last."""
    tenants = list(ground.tenants)
    last = {
        (row["tenant"], row["feed"], row["stream"]): row
        for row in fetch_facts(ground.connection, NEWEST_LOADS, tenants, ground.since)
    }
    held, many = [], set()
    for row in fetch_facts(ground.connection, QUARANTINED, tenants):
        place = (row["tenant"], row["feed"], row["stream"])
        load = last.get(place)
        share = load["quarantined"] / load["read"] if load and load["read"] else 0.0
        is_much = row["records"] >= MANY or share >= SHARE
        was_told = any((a.tenant, a.feed, a.stream) == place for a in ground.of("quarantine"))
        if not is_much and not was_told:
            continue
        many.add(place)
        message = (
            f"{row['records']} records are in quarantine, the oldest since "
            f"`{format_instant(row['since'])}`. Nothing of them is in the tables."
        )
        if is_much:
            held.append(Signal("quarantine", place[0], message, ground.now, place[1], place[2]))
    ended = [
        one
        for one in ground.of("quarantine")
        if one.subject != LIMIT
        and one.tenant in ground.tenants
        and (one.tenant, str(one.feed), str(one.stream)) not in many
    ]
    return Findings(held=held, ended=ended)
