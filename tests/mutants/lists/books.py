"""Faults in the ledger and in the pipeline that keeps it."""

from tests.mutants.fault import Fault

_INBOX = "include/ledger/stores/inbox.py"
_DRAIN = "include/pipeline/webhook_drain.py"
_REJECTS = "include/ledger/rejects.py"
_QUARANTINE = "include/ledger/quarantine.py"
_CURSORS = "include/ledger/cursors.py"
_RETENTION = "include/ledger/retention.py"
_WINDOW = "include/pipeline/window.py"
_BACKFILL = "include/pipeline/backfill.py"
_DRAIN_TESTS = ("tests/integration/test_webhook_drain.py",)
_REPLAY_TESTS = ("tests/integration/test_quarantine_replay.py",)
_CURSOR_TESTS = ("tests/integration/test_cursors.py", "tests/integration/test_load_clocks.py")
_OPS_TESTS = ("tests/integration/test_pipeline_ops.py", "tests/integration/test_webhook_drain.py")
_WINDOW_TESTS = ("tests/unit/test_pipeline_window.py",)
_CHUNK_TESTS = ("tests/unit/test_backfill_chunks.py",)

FAULTS = (
    Fault(
        "poisoned events are settled as done",
        _INBOX,
        "when coalesce(%(poison)s, reason) is null then 'drained' else 'poison' end",
        "else 'drained' end",
        _DRAIN_TESTS,
    ),
    Fault(
        "an event of two streams forgets that one was poisoned",
        _INBOX,
        "when coalesce(%(poison)s, reason) is null then",
        "when %(poison)s::text is null then",
        _DRAIN_TESTS,
    ),
    Fault(
        "an event is settled by the first of its streams",
        _INBOX,
        "state = case when not %(streams)s::text[] <@ (done || %(stream)s::text) then state",
        "state = case when false then state",
        _DRAIN_TESTS,
    ),
    Fault(
        "another tenant's events are settled",
        _INBOX,
        "where tenant = %(tenant)s and feed = %(feed)s and state = 'new' and event_id",
        "where feed = %(feed)s and state = 'new' and event_id",
        _DRAIN_TESTS,
    ),
    Fault(
        "events are read in no order",
        _INBOX,
        "order by inbox_id limit",
        "order by inbox_id desc limit",
        _DRAIN_TESTS,
    ),
    Fault(
        "the last event of a batch is read again",
        _INBOX,
        "inbox_id > %(after)s",
        "inbox_id >= %(after)s",
        _DRAIN_TESTS,
    ),
    Fault(
        "an event is set aside one try too early",
        _DRAIN,
        "event.tries + 1 < TRIES",
        "event.tries + 2 < TRIES",
        _DRAIN_TESTS,
    ),
    Fault(
        "two drains of one inbox at once",
        _DRAIN,
        "        if is_alone:\n",
        "        if is_alone or True:\n",
        _DRAIN_TESTS,
    ),
    Fault(
        "a drain goes on with a stream that failed",
        _DRAIN,
        "                if stream not in self.result.failed:\n",
        "                if True:\n",
        _DRAIN_TESTS,
    ),
    Fault(
        "a dropped record is opened again",
        _REJECTS,
        "state = case when q.state = 'dropped' then q.state else 'open' end",
        "state = 'open'",
        _REPLAY_TESTS,
    ),
    Fault(
        "a dropped record loses its reason",
        _REJECTS,
        "resolution = case when q.state = 'dropped' then q.resolution end",
        "resolution = null",
        _REPLAY_TESTS,
    ),
    Fault(
        "a record seen again is not counted",
        _REJECTS,
        "seen_count = q.seen_count + excluded.seen_count",
        "seen_count = q.seen_count",
        ("tests/integration/test_load_books.py", "tests/integration/test_load_semantics.py"),
    ),
    Fault(
        "dropped records count against the quarantine's limit",
        _REJECTS,
        "(%(tenant)s, %(feed)s, %(stream)s, 'dropped')",
        "(%(tenant)s, %(feed)s, %(stream)s, 'no state')",
        (*_REPLAY_TESTS, "tests/integration/test_quarantine_limit.py"),
    ),
    Fault(
        "another stream's records are closed",
        _REJECTS,
        "where (q.tenant, q.feed, q.stream, q.state) = (%(tenant)s, %(feed)s, %(stream)s, 'open')\n"
        "and not exists (select 1 from {rejects} as r where r.fingerprint",
        "where (q.tenant, q.feed, q.state) = (%(tenant)s, %(feed)s, 'open')\n"
        "and not exists (select 1 from {rejects} as r where r.fingerprint",
        (*_REPLAY_TESTS, "tests/integration/test_load_books.py"),
    ),
    Fault(
        "one tenant sees another's record by its number",
        _QUARANTINE,
        '"where (tenant, quarantine_id) = (%s, %s)"',
        "\"where %s <> '' and quarantine_id = %s\"",
        _REPLAY_TESTS,
    ),
    Fault(
        "one tenant replays another's record by its number",
        _QUARANTINE,
        "where tenant = %s and quarantine_id = any(%s) order by",
        "where %s <> '' and quarantine_id = any(%s) order by",
        _REPLAY_TESTS,
    ),
    Fault(
        "closed records are dropped",
        _QUARANTINE,
        "{WHERE} and state = 'open'\"",
        '{WHERE}"',
        _REPLAY_TESTS,
    ),
    Fault(
        "a cursor goes back when an earlier load commits later",
        _CURSORS,
        '"where excluded.value::timestamptz >= c.value::timestamptz "\n        "or',
        '"where excluded.value::timestamptz is not null "\n        "or',
        _CURSOR_TESTS,
    ),
    Fault(
        "a rewind takes no lock",
        _CURSORS,
        "    run_lock_stream(connection, *place)\n    before",
        "    before",
        _CURSOR_TESTS,
    ),
    Fault(
        "a load that was reading undoes a rewind",
        _CURSORS,
        "return now is None or parse_instant(now) < parse_instant(planned_from)",
        "return now is None",
        _CURSOR_TESTS,
    ),
    Fault(
        "a rewind keeps the checkpoint of a broken read",
        _CURSORS,
        "dropped = run_drop_checkpoint(connection, *place)",
        "dropped = 0",
        _CURSOR_TESTS,
    ),
    Fault(
        "the newest load of a stream is forgotten",
        _RETENTION,
        "            and newer.load_id > l.load_id\n",
        "",
        _OPS_TESTS,
    ),
    Fault(
        "a load that wrote rows is forgotten",
        _RETENTION,
        "or l.inserted + l.updated + l.deleted = 0",
        "or true or true",
        _OPS_TESTS,
    ),
    Fault(
        "open quarantined records are forgotten",
        _RETENTION,
        "where state <> 'open' and last_seen < %(cutoff)s",
        "where last_seen < %(cutoff)s",
        _OPS_TESTS,
    ),
    Fault(
        "events that nobody has drained are forgotten",
        _RETENTION,
        "where state <> 'new' and settled_at < %(cutoff)s",
        "where received_at < %s",
        _OPS_TESTS,
    ),
    Fault(
        "a scheduled read goes before the feed's start",
        _WINDOW,
        "since = min(max(since, start), now)",
        "since = min(since, now)",
        _WINDOW_TESTS,
    ),
    Fault(
        "a backfill moves the cursor",
        _WINDOW,
        "interval.end or max(now, since)), None)",
        "interval.end or max(now, since)), now.isoformat())",
        _WINDOW_TESTS,
    ),
    Fault(
        "a lookback is added instead of taken off",
        _WINDOW,
        "reached - timedelta(hours=stream.lookback_h)",
        "reached + timedelta(hours=stream.lookback_h)",
        _WINDOW_TESTS,
    ),
    Fault(
        "a sweep asks for a day the source no longer keeps",
        _WINDOW,
        "timedelta(days=stream.cursor.keep_days - 1)",
        "timedelta(days=stream.cursor.keep_days)",
        _WINDOW_TESTS,
    ),
    Fault(
        "a cursor at the edge of the tolerance is not believed",
        _WINDOW,
        "parse_instant(cursor) > now + CLOCK_TOLERANCE",
        "parse_instant(cursor) >= now + CLOCK_TOLERANCE",
        _WINDOW_TESTS,
    ),
    Fault(
        "a feed does not start at its own midnight",
        _WINDOW,
        "    if start > now:\n"
        '        return Skipped(f"the feed starts on {start:%Y-%m-%d}, which is in the future")\n'
        "    if stream.cursor is None:",
        "    if start >= now:\n"
        '        return Skipped(f"the feed starts on {start:%Y-%m-%d}, which is in the future")\n'
        "    if stream.cursor is None:",
        _WINDOW_TESTS,
    ),
    Fault(
        "chunks leave a day between them",
        _BACKFILL,
        "        since = until\n",
        "        since = until + DAY\n",
        _CHUNK_TESTS,
    ),
    Fault(
        "a chunk ends after the interval",
        _BACKFILL,
        "until = min(border, window.end)",
        "until = border",
        _CHUNK_TESTS,
    ),
)
