"""What Airflow cannot notice itself: that it is silent, lacks a DAG, or keeps one paused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from include.alerts.rules.findings import Findings, Ground, build_states
from include.alerts.signal import Signal
from include.core import naming
from include.core.alert_types import PLATFORM
from include.core.clock import format_instant, utcnow
from include.ledger.trust.alerts.facts import LOADED_AT, fetch_facts
from include.ledger.trust.alerts.rows import AlertRow

PAUSED_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at Airflow.

    Attributes:
        silent: Component -> what it looks like, for those that have been silent for a while.
        paused: DAG id -> whether it is paused, of all DAGs; None: they cannot be asked for.
    """

    silent: Mapping[str, str] = field(default_factory=dict)
    paused: Mapping[str, bool] | None = None


def find_silent(seen: Seen, live: Sequence[AlertRow]) -> Findings:
    """One alert a component."""
    signals = [
        Signal("airflow_silent", PLATFORM, f"`{name}` {words}.", utcnow(), subject=name)
        for name, words in seen.silent.items()
    ]
    return build_states(signals, [one for one in live if one.type == "airflow_silent"])


def find_missing(ground: Ground, seen: Seen) -> Findings:
    """Feeds and transforms of valid tenants that Airflow does not know."""
    if seen.paused is None or seen.silent:
        return Findings()  # of an Airflow that is silent that is told already
    signals = []
    for tenant in ground.tenants.values():
        wanted = {feed.dag_id: feed.name for feed in tenant.feeds}
        is_built = tenant.feeds and tenant.spec.destination.builds_marts
        transform = {naming.transform_dag_id(tenant.id): None} if is_built else {}
        for dag_id, feed in {**wanted, **transform}.items():
            if dag_id not in seen.paused:
                message = f"Airflow has no DAG `{dag_id}`, so it never runs."
                signals.append(
                    Signal("dag_missing", tenant.id, message, ground.now, feed, subject=dag_id)
                )
    return build_states(signals, ground.of("dag_missing"))


def find_paused(ground: Ground, seen: Seen) -> Findings:
    """Feeds that once loaded and have been paused for days; one that never ran is being set up."""
    if seen.paused is None:
        return Findings()
    rows = fetch_facts(ground.connection, LOADED_AT, list(ground.tenants))
    last: dict[tuple[str, str], datetime] = {}
    for row in rows:
        place = (row["tenant"], row["feed"])
        last[place] = max(row["loaded_at"], last.get(place, row["loaded_at"]))
    signals = []
    for (tenant, name), at in sorted(last.items()):
        feed = ground.feed(tenant, name)
        if feed is None or feed.schedule is None or not seen.paused.get(feed.dag_id):
            continue
        if ground.now - at > PAUSED_FOR:
            message = f"`{feed.dag_id}` is paused and last loaded `{format_instant(at)}`."
            signals.append(Signal("dag_paused", tenant, message, ground.now, name))
    return build_states(signals, ground.of("dag_paused"))
