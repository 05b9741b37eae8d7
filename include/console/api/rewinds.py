"""A stream's cursor set back: first what would be read again, then the setting."""

from typing import Annotated

from fastapi import APIRouter, Query

from include.config.load import start_instant
from include.config.models import Feed
from include.console.answers import Refusal, not_found
from include.console.api import models
from include.console.api.repeatable import RepeatableRoute
from include.console.api.routes import Asking, ledger
from include.console.api.writes import REFUSALS, changing
from include.core.clock import format_instant, parse_instant
from include.ledger.connection import Connection
from include.ledger.cursors import fetch_cursor, run_rewind

router = APIRouter(prefix="/api/v1", route_class=RepeatableRoute, responses=REFUSALS)
START = "start"
BELOW = "/tenants/{tenant}/feeds/{feed}/streams/{stream}/rewind"
_AGAIN = """
select count(*), coalesce(sum(read), 0), coalesce(sum(seconds), 0), min(window_start)
from elt_ops.loads
where (tenant, feed, stream) = (%(tenant)s, %(feed)s, %(stream)s) and state = 'loaded'
    and (%(to)s::timestamptz is null or window_end > %(to)s::timestamptz)
"""


@router.get(BELOW)
def preview_rewind(
    visitor: Asking,
    tenant: str,
    feed: str,
    stream: str,
    to: Annotated[str, Query(max_length=40)] = START,
) -> models.RewindPreview:
    """What the next run would read again, by what the loads of that span have read."""
    found = visitor.see_feed(tenant, feed)
    with ledger(visitor, tenant) as connection:
        before, value = find_span(connection, found, stream, to)
        asked = {"tenant": tenant, "feed": feed, "stream": stream, "to": value}
        row = connection.execute(_AGAIN.encode(), asked).fetchone()
    assert row is not None
    begins = value or format_instant(start_instant(found))
    return models.RewindPreview(
        stream=stream,
        cursor=before,
        to=begins,
        days=_days(begins, before),
        loads=int(row[0]),
        records=int(row[1]),
        seconds=float(row[2]),
    )


@router.post(BELOW)
def rewind_cursor(
    visitor: Asking, tenant: str, feed: str, stream: str, body: models.RewindIn
) -> models.Done:
    """Set a cursor back: the next run reads again from there."""
    found = visitor.see_feed(tenant, feed)
    about = {"feed": feed, "stream": stream, "to": body.to, "reason": body.reason}
    with changing(visitor, tenant, "cursor.rewind", about) as connection:
        _, value = find_span(connection, found, stream, body.to)
        why = f"{visitor.person.name}: {body.reason}"
        run_rewind(connection, tenant, feed, stream, value, why)
    return models.Done(done="rewound")


def find_span(connection: Connection, feed: Feed, stream: str, to: str) -> tuple[str, str | None]:
    """The cursor as it is, and as it would be; None: the stream starts over.

    Raises:
        Refusal: 404 for a stream without a cursor; 422 when `to` is not before it.
    """
    before = fetch_cursor(connection, feed.tenant.id, feed.name, stream)
    if before is None:
        raise not_found()
    if to != START and _days(before, before) is None:
        words = ("This stream's cursor is its source's own and no instant.", "Send `start`.")
        raise Refusal(422, "invalid", *words)
    value = None if to == START else _parse(to)
    if value is not None and (value > before or value < format_instant(start_instant(feed))):
        words = ("`to` is not between the feed's start and the cursor.", "Choose another.")
        raise Refusal(422, "invalid", *words)
    return before, value


def _days(begins: str, ends: str) -> float | None:
    """None where a source keeps a state of its own as the cursor."""
    try:
        span = parse_instant(ends) - parse_instant(begins)
    except (ValueError, OverflowError):
        return None
    return round(max(0.0, span.total_seconds()) / 86_400, 1)


def _parse(text: str) -> str:
    try:
        return format_instant(parse_instant(text))
    except (ValueError, OverflowError):
        words = ("`to` is no instant.", "Expected `2026-10-01T06:00:00Z` or `start`.")
        raise Refusal(422, "invalid", *words) from None
