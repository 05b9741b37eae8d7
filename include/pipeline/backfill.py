"""A backfill's interval cut into chunks. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from include.config.connector_spec import Stream
from include.core.errors import ConfigError
from include.core.streams import Window

DAY = timedelta(days=1)
WORDS = ("day", "week", "month")
MAX_CHUNKS = 20_000


def build_chunks(window: Window, size: str) -> list[Window]:
    """Windows that cover the interval without gap or overlap, earliest first.

    Args:
        window: Both sides given.
        size: `day`, `week` (from Monday), `month`, by the UTC calendar; or `10d`, counted from the
            interval's start.

    Raises:
        ConfigError: If the size is none of these, or there would be too many chunks.
    """
    assert window.start is not None
    assert window.end is not None
    found: list[Window] = []
    since = window.start
    for border in _borders(since, size):
        until = min(border, window.end)
        found.append(Window(since, until))
        if until == window.end:
            return found
        if len(found) == MAX_CHUNKS:
            break
        since = until
    raise ConfigError(
        f"`--chunk {size}` cuts the interval into more than {MAX_CHUNKS} chunks. "
        "Expected a larger size."
    )


def _borders(start: datetime, size: str) -> Iterator[datetime]:
    """Ends of the chunks after `start`, without end."""
    days = re.fullmatch(r"([1-9]\d{0,3})d", size)
    if days is None and size not in WORDS:
        raise ConfigError(
            f"`--chunk {size}` is no size. Expected {', '.join(WORDS)} or a number of days, `10d`."
        )
    border = start if days else start.replace(hour=0, minute=0, second=0, microsecond=0)
    if size == "week":
        border -= timedelta(days=border.weekday())
    if size == "month":
        border = border.replace(day=1)
    while True:
        if days:
            border += timedelta(days=int(days[1]))
        elif size == "month":
            border = (border + timedelta(days=32)).replace(day=1)
        else:
            border += DAY if size == "day" else 7 * DAY
        yield border


def find_time_streams(streams: Mapping[str, Stream]) -> tuple[list[str], list[str]]:
    """Streams a backfill can read, and those without a time cursor, both sorted."""
    by_time = sorted(n for n, one in streams.items() if one.cursor and not one.stateful)
    return by_time, sorted(set(streams) - set(by_time))
