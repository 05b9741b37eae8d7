"""Telling people while the books are away, and putting it into the books afterwards."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from include.alerts import spool
from include.alerts.audience import Audience, Target
from include.alerts.books import run_raise
from include.alerts.delivery import Send
from include.alerts.grouping import OPENED, Bundle
from include.alerts.life import build_raise
from include.alerts.message import Scene, build_message
from include.alerts.signal import Signal
from include.alerts.spool import Kept
from include.ledger.connection import Connection
from include.ledger.trust.alerts import notes as store
from include.ledger.trust.alerts.notes import STORM, Note
from include.ledger.trust.alerts.outbox import run_mark_sent, run_store
from include.ledger.trust.alerts.rows import AlertRow, run_update

log = logging.getLogger(__name__)

WAIT = timedelta(seconds=30)
FOLLOW_UP = timedelta(hours=24)


def run_tell_alone(
    audience: Audience, scene: Scene, send: Send, is_away: Callable[[str], bool]
) -> int:
    """One message a receiver about everything on disk; how many were sent.

    One outage is told once: what fails behind it later is counted, and told with the end.

    Args:
        is_away: Whether the books of this tenant cannot be reached; the others' are asked.
    """
    kept = [one for one in spool.load_kept() if is_away(one.signal.tenant)]
    if not kept or scene.now - max(one.signal.at for one in kept) < WAIT:
        return 0
    sent = 0
    for target, mine in _hear(audience, kept, scene).values():
        untold = [one for one in mine if target.receiver not in one.told]
        known = [one.told[target.receiver] for one in mine if target.receiver in one.told]
        if not untold:
            continue
        ids = [one.signal_id for one in untold]
        if known and scene.now - max(at for at, _ in known) < FOLLOW_UP:
            spool.run_mark_told(ids, target.receiver, known[-1][1], scene.now)
            continue
        alerts = build_rows([one.signal for one in untold])
        group = _group(alerts)
        try:
            send(target, {**_message(alerts, group, target, scene), "delivery_id": ids[0]})
        except Exception as error:
            log.warning("alert not delivered kind=%s reason=%s", target.kind, type(error).__name__)
            continue
        spool.run_mark_told(ids, target.receiver, group, scene.now)
        sent += 1
    return sent


def run_bring_in(
    connection: Connection, audience: Audience, scene: Scene, is_mine: Callable[[str], bool]
) -> int:
    """Signals from the disk into the books; how many.

    What everybody has heard of already is entered as told, so that its end is told and its
    beginning is not told again.
    """
    kept = [one for one in spool.load_kept() if is_mine(one.signal.tenant)]
    told: dict[int, Kept] = {}
    for one in kept:
        (alert_id,) = run_raise(connection, [one.signal])
        told[alert_id] = one
    for alert_id, one in told.items():
        _run_enter_told(connection, audience, scene, (alert_id, one))
    connection.commit()
    if kept:
        spool.run_forget([one.signal_id for one in kept])
    return len(kept)


def build_rows(signals: Sequence[Signal]) -> list[AlertRow]:
    """Alerts as they would be in the books, one for each fingerprint; their ids are 0."""
    found: dict[str, AlertRow] = {}
    for signal in signals:
        last = found.get(signal.fingerprint)
        values = dict(build_raise(last, signal).values)
        if last is not None:
            found[signal.fingerprint] = replace(last, **values)
            continue
        empty = dict.fromkeys(AlertRow.__dataclass_fields__)
        more = {"alert_id": 0, "count": 1, "state": "open", "reopened": 0, "is_flapping": False}
        row = {**empty, **more, "flap_gap": timedelta(), **values}
        found[signal.fingerprint] = AlertRow(**row)  # type: ignore[arg-type]
    return list(found.values())


def _hear(
    audience: Audience, kept: Sequence[Kept], scene: Scene
) -> dict[str, tuple[Target, list[Kept]]]:
    found: dict[str, tuple[Target, list[Kept]]] = {}
    for one in kept:
        (row,) = build_rows([one.signal])
        for hearing in audience.hear(row, OPENED, scene.now):
            if hearing.not_before <= scene.now and not hearing.is_digest:
                place = found.setdefault(hearing.target.receiver, (hearing.target, []))
                place[1].append(one)
    return found


def _group(alerts: Sequence[AlertRow]) -> str:
    causes = {one.cause for one in alerts}
    return causes.pop() if len(causes) == 1 else f"{STORM} disk"


def _message(
    alerts: Sequence[AlertRow], group: str, target: Target, scene: Scene
) -> dict[str, object]:
    note = Note(
        *(0, 0, target.tenant, target.channel, target.receiver, OPENED, group),
        is_digest=False, created_at=scene.now, not_before=scene.now,
    )  # fmt: skip
    return build_message(Bundle(target.receiver, OPENED, group, (note,)), alerts, scene)


def _run_enter_told(
    connection: Connection, audience: Audience, scene: Scene, which: tuple[int, Kept]
) -> None:
    alert_id, one = which
    (row,) = build_rows([one.signal])
    hearings = audience.hear(row, OPENED, scene.now)
    if not hearings or any(each.target.receiver not in one.told for each in hearings):
        return
    for each in hearings:
        target = each.target
        at, group = one.told[target.receiver]
        place = {"tenant": target.tenant, "channel": target.channel, "receiver": target.receiver}
        message = {"target": target.dump(), "title": "told while the books were away"}
        values = {**place, "kind": OPENED, "group_key": group, "message": message, "at": at}
        delivery_id = run_store(connection, values)
        run_mark_sent(connection, delivery_id, at)
        note = {**place, "alert_id": alert_id, "kind": OPENED, "group_key": group}
        store.run_insert_told(connection, {**note, "at": at, "delivery_id": delivery_id})
    run_update(connection, [alert_id], news=None, news_at=None, told_at=scene.now)
