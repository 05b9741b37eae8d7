"""Which feeds a transform run waits for. Pure: instants and states in, names out.

A feed that is loading is waited for, whatever started it: a burst of manual runs makes one
transform. A feed whose cron ticks soon after the trigger is waited for too, "soon" being the
tenant's grace but at most a twentieth of the feed's own period (3 minutes for an hourly one), else
hourly feeds would for ever wait for each other. Nothing is waited for longer than the grace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A due run that does not exist after this will not come: its DAG is paused or was never parsed.
START_SLACK = timedelta(minutes=5)
SOON = 20


class Arrival(StrEnum):
    """How a feed stands when the sensor looks."""

    ARRIVED = "arrived"  # its data is newer than its last due instant, or it found nothing new
    LOADING = "loading"  # a run is queued or running
    EXPECTED = "expected"  # due about now, not started yet
    FAILED = "failed"  # its due run ended without new data
    NOT_STARTED = "not started"  # was due, no run ever came
    NOT_DUE = "not due"  # manual feeds, and feeds whose next tick is far away


WAITED_FOR = frozenset({Arrival.LOADING, Arrival.EXPECTED})
MISSING = frozenset({Arrival.LOADING, Arrival.EXPECTED, Arrival.FAILED, Arrival.NOT_STARTED})


@dataclass(frozen=True, slots=True)
class FeedState:
    """What Airflow knows of one feed.

    Attributes:
        due_at: The feed's tick this cycle is about (`find_due`); None when it is not due.
        last_event: Newest event of its raw asset; None before the first.
        is_active: A run of its DAG is queued or running.
        has_ended: The scheduled run of `due_at` exists and has ended.
        has_delivered: Its newest event belongs to the burst that triggered this run.
        has_succeeded: That scheduled run ended well; it tells of no event when nothing was new.
    """

    due_at: datetime | None
    last_event: datetime | None
    is_active: bool
    has_ended: bool
    has_delivered: bool = False
    has_succeeded: bool = False


def build_arrival(state: FeedState, now: datetime) -> Arrival:
    """One feed's standing; loading outranks all, for its rows are about to change."""
    if state.is_active:
        return Arrival.LOADING
    if state.has_delivered:
        return Arrival.ARRIVED
    if state.due_at is None:
        return Arrival.NOT_DUE
    if state.last_event is not None and state.last_event >= state.due_at:
        return Arrival.ARRIVED
    if state.has_succeeded:
        return Arrival.ARRIVED
    if state.has_ended:
        return Arrival.FAILED
    return Arrival.EXPECTED if now < state.due_at + START_SLACK else Arrival.NOT_STARTED


def find_due(
    last_tick: datetime, next_tick: datetime, triggered_at: datetime, grace: timedelta
) -> datetime | None:
    """The tick that belongs to the cycle of this trigger: the next one if soon, else the last.

    None when the last one is longer ago than the grace: that feed's cycle is another one.

    Args:
        last_tick: Latest tick at or before the trigger.
        next_tick: First tick after it.
    """
    if next_tick - triggered_at <= min(grace, (next_tick - last_tick) / SOON):
        return next_tick
    return last_tick if triggered_at - last_tick <= grace else None


def find_waited(arrivals: dict[str, Arrival], now: datetime, give_up_at: datetime) -> list[str]:
    """Feeds still worth waiting for, sorted; none once the grace is over."""
    if now >= give_up_at:
        return []
    return sorted(feed for feed, arrival in arrivals.items() if arrival in WAITED_FOR)


def find_late(arrivals: dict[str, Arrival]) -> list[str]:
    """Feeds this run goes without although their data was due, sorted."""
    return sorted(feed for feed, arrival in arrivals.items() if arrival in MISSING)


def is_nothing_new(newest_raw: datetime | None, last_transformed: datetime | None) -> bool:
    """True when a finished transform has already seen the newest raw event.

    Airflow queues one run for the events that came in while the last run waited, although that run
    read their rows: events are queued per asset and nothing takes them back.

    Args:
        last_transformed: Newest raw event the last finished transform knew of; None when none did.
    """
    if last_transformed is None:
        return False
    return newest_raw is None or newest_raw <= last_transformed
