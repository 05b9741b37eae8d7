"""One message for many pieces of news: who waits for whom, and what goes together. Pure.

What has one cause goes together; what comes in great numbers at once goes together too, whatever
it is: nobody reads three hundred messages. A message waits a little for others of its kind, and
what follows a message of the same cause waits longer: the receiver knows of that trouble already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.ledger.trust.alerts.notes import STORM, Known, Note

MORE_WAITS = 4  # so many times the wait, while new ones keep coming
FOLLOW_UP = timedelta(hours=1)
STORM_SIZE = 5
STORM_UP = timedelta(minutes=15)
RESOLVED, PARTLY, DIGEST, OPENED = "resolved", "partly", "digest", "opened"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Notes that make one message."""

    receiver: str
    kind: str
    group_key: str
    notes: tuple[Note, ...]


def build_bundles(
    notes: Sequence[Note], known: Known, waits: Mapping[str, timedelta], now: datetime
) -> list[Bundle]:
    """Messages that are due now; the other notes go on waiting.

    Args:
        waits: Receiver -> how long its messages wait for others of the same cause.
    """
    found: list[Bundle] = []
    receivers = sorted({note.receiver for note in notes})
    for receiver in receivers:
        mine = [note for note in notes if note.receiver == receiver and note.not_before <= now]
        digest = [note for note in mine if note.is_digest]
        if digest:
            found.append(Bundle(receiver, DIGEST, DIGEST, tuple(digest)))
        rest = [note for note in mine if not note.is_digest]
        ended = [note for note in rest if note.kind == RESOLVED]
        begun = [note for note in rest if note.kind != RESOLVED]
        found += _begun(receiver, begun, known, (waits[receiver], now))
        found += _ended(receiver, ended, known, now)
    return found


def _begun(
    receiver: str, notes: list[Note], known: Known, when: tuple[timedelta, datetime]
) -> list[Bundle]:
    wait, now = when
    if not notes or not _is_ready(notes, wait, now):
        return []
    storm = known.told.get((receiver, STORM))
    if storm and now - storm < STORM_UP:
        return []
    ready = []
    for (kind, group), mine in sorted(_by_group(notes).items()):
        last = known.told.get((receiver, group))
        # Only news of the same trouble waits; that something is back or grave is new.
        goes_on = (receiver, group) in known.still_open
        if kind == OPENED and goes_on and last and now - last < FOLLOW_UP:
            continue
        ready.append(Bundle(receiver, kind, group, tuple(mine)))
    if len(ready) > STORM_SIZE:
        together = tuple(note for bundle in ready for note in bundle.notes)
        return [Bundle(receiver, OPENED, _storm_key(together), together)]
    return ready


def _ended(receiver: str, notes: list[Note], known: Known, now: datetime) -> list[Bundle]:
    """One message when all of a group have ended, or after an hour those that have."""
    ready = []
    for (kind, group), mine in sorted(_by_group(notes).items()):
        goes_on = (receiver, group) in known.still_open
        if goes_on and now - _first(mine) < FOLLOW_UP:
            continue
        ready.append(Bundle(receiver, PARTLY if goes_on else kind, group, tuple(mine)))
    over = [bundle for bundle in ready if bundle.kind == RESOLVED]
    if len(over) > STORM_SIZE:
        together = tuple(note for bundle in over for note in bundle.notes)
        rest = [bundle for bundle in ready if bundle.kind == PARTLY]
        return [*rest, Bundle(receiver, RESOLVED, _storm_key(together), together)]
    return ready


def _storm_key(notes: tuple[Note, ...]) -> str:
    return f"{STORM} {min(note.alert_id for note in notes)}"


def _by_group(notes: list[Note]) -> dict[tuple[str, str], list[Note]]:
    found: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        found.setdefault((note.kind, note.group_key), []).append(note)
    return found


def _is_ready(notes: list[Note], wait: timedelta, now: datetime) -> bool:
    newest = max(note.not_before for note in notes)
    return now - newest >= wait or now - _first(notes) >= wait * MORE_WAITS


def _first(notes: list[Note]) -> datetime:
    return min(note.not_before for note in notes)
