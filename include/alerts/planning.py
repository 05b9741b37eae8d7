"""From news to messages in the outbox: one pass over one warehouse's alerts, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.alerts.audience import Audience, Hearing, Target
from include.alerts.grouping import Bundle, build_bundles
from include.alerts.message import Scene, build_message
from include.core import naming
from include.core.alert_types import NEWS
from include.ledger.connection import Connection
from include.ledger.trust.alerts import notes as store
from include.ledger.trust.alerts.notes import Note
from include.ledger.trust.alerts.outbox import run_store
from include.ledger.trust.alerts.rows import AlertRow, fetch_news, fetch_where, run_update

LEAST_WAIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: the books, who there is, and when it is."""

    connection: Connection
    audience: Audience
    scene: Scene

    @property
    def now(self) -> datetime:
        return self.scene.now


def run_plan(each: Pass) -> int:
    """Repeat, escalate, spread, group, store; how many messages were made.

    One at a time for a warehouse: who comes second finds nothing to do and does not wait.
    """
    key = naming.lock_key(naming.OPS_SCHEMA, "alerts", "plan")
    row = each.connection.execute("select pg_try_advisory_xact_lock(%s)", [key]).fetchone()
    if not (row and row[0]):
        return 0
    _run_end_mutes(each)
    _run_repeat(each)
    _run_spread(each)
    store.run_drop_stale(each.connection)
    return _run_bundle(each)


def _run_end_mutes(each: Pass) -> None:
    each.connection.execute(
        "update elt_ops.alerts set state = 'open', until = null, because = null, told_at = null, "
        "news = 'opened', news_at = %s where state = 'muted' and until <= %s",
        [each.now, each.now],
    )


def _run_repeat(each: Pass) -> None:
    """What stays wrong is told again, and what nobody takes up is escalated."""
    rows = fetch_where(
        each.connection,
        "state = 'open' and news is null and told_at is not null and not is_flapping "
        "and type <> all(%s)",
        [list(NEWS)],
    )
    for row in rows:
        block = each.audience.block(row.tenant)
        news = None
        assert row.told_at is not None
        untold = (each.now - row.told_at) / timedelta(hours=1)
        hours = block.escalate.after_hours if block.escalate else None
        # Counted from its beginning; one that was just told (a mute has ended) has its time, too.
        is_old = hours and each.now - row.opened_at >= timedelta(hours=hours)
        if is_old and not row.escalated_at and untold >= min(hours or 0, block.repeat_hours):
            news = "escalated"
        elif untold >= block.repeat_hours:
            news = "repeated"
        if news:
            more = {"escalated_at": each.now} if news == "escalated" else {}
            run_update(each.connection, [row.alert_id], news=news, news_at=each.now, **more)


def _run_spread(each: Pass) -> None:
    """Each piece of news to each who hears of it, as notes."""
    alerts = fetch_news(each.connection, each.now)
    told = store.fetch_groups_told(each.connection, [one.alert_id for one in alerts])
    rows: list[dict[str, object]] = []
    for alert in alerts:
        known = {key[1]: value for key, value in told.items() if key[0] == alert.alert_id}
        if alert.news == "resolved":
            for receiver, (tenant, channel, group) in known.items():
                place = {"tenant": tenant, "channel": channel, "receiver": receiver}
                rows.append(_note(alert, each.now, {**place, "group_key": group}))
            continue
        for hearing in each.audience.hear(alert, str(alert.news), each.now):
            values = _hearing_values(hearing)
            if alert.news != "opened" and hearing.target.receiver in known:
                # The incident a receiver knows already keeps its name.
                values["group_key"] = known[hearing.target.receiver][2]
            rows.append(_note(alert, each.now, values))
    store.run_insert_notes(each.connection, rows)
    if alerts:
        run_update(each.connection, [one.alert_id for one in alerts], news=None, news_at=None)
        begun = [one.alert_id for one in alerts if one.news != "resolved"]
        run_update(each.connection, begun, told_at=each.now)


def _hearing_values(hearing: Hearing) -> dict[str, object]:
    return {
        "tenant": hearing.target.tenant,
        "channel": hearing.target.channel,
        "receiver": hearing.target.receiver,
        "not_before": hearing.not_before,
        "is_digest": hearing.is_digest,
    }


def _note(alert: AlertRow, now: datetime, values: Mapping[str, object]) -> dict[str, object]:
    return {
        "alert_id": alert.alert_id,
        "kind": alert.news,
        "group_key": alert.cause,
        "is_digest": False,
        "created_at": now,
        "not_before": now,
        **values,
    }


def _run_bundle(each: Pass) -> int:
    notes = store.fetch_waiting(each.connection, each.now)
    if not notes:
        return 0
    receivers = {note.receiver for note in notes}
    known = store.fetch_known(each.connection, receivers, each.now)
    waits = {note.receiver: _wait(each.audience, note) for note in notes}
    bundles = build_bundles(notes, known, waits, each.now)
    for bundle in bundles:
        _run_store_bundle(each, bundle)
    return len(bundles)


def _wait(audience: Audience, note: Note) -> timedelta:
    tenant = audience.tenants.get(note.tenant)
    return timedelta(seconds=tenant.spec.alerts.group_wait_s) if tenant else LEAST_WAIT


def _run_store_bundle(each: Pass, bundle: Bundle) -> None:
    ids = sorted({note.alert_id for note in bundle.notes})
    alerts = fetch_where(each.connection, "alert_id = any(%s) order by alert_id", [ids])
    note = bundle.notes[0]
    message = build_message(bundle, alerts, each.scene)
    message["target"] = _target(each.audience, note).dump()
    values = {
        "tenant": note.tenant,
        "channel": note.channel,
        "receiver": bundle.receiver,
        "kind": bundle.kind,
        "group_key": bundle.group_key,
        "message": message,
        "at": each.now,
    }
    delivery_id = run_store(each.connection, values)
    told = [one.note_id for one in bundle.notes]
    store.run_mark_told(each.connection, told, delivery_id, bundle.group_key)


def _target(audience: Audience, note: Note) -> Target:
    """Where the note goes; of a channel that has left the file since, as far as its words say."""
    from include.alerts.audience import build_targets

    tenant = audience.tenants.get(note.tenant)
    known: Sequence[Target] = [*(build_targets(tenant).values() if tenant else ())]
    for target in (*known, *audience.operators):
        if target.receiver == note.receiver:
            return target
    kind, connection, *to = note.receiver.split(" ")
    return Target(note.tenant, note.channel, kind, connection, tuple(to))
