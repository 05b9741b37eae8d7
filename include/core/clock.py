"""The only clock. Tests replace it with `frozen`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

# A column's `format`: its instants name their zone, and one that does not is refused.
ZONED = "zoned"
_frozen_at: datetime | None = None


def utcnow() -> datetime:
    """Now, aware, UTC."""
    return _frozen_at or datetime.now(tz=UTC)


def agreed(instant: datetime) -> datetime:
    """An instant another clock has told (the database's), or ours where tests hold it."""
    return _frozen_at or instant


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold `utcnow` at an aware instant inside the block (tests)."""
    global _frozen_at
    before, _frozen_at = _frozen_at, instant
    try:
        yield
    finally:
        _frozen_at = before


def parse_moment(text: str) -> datetime:
    """ISO 8601 text to a datetime, aware where it names an offset.

    Raises:
        ValueError: If the text is not ISO 8601, or a week: `2026-W09` is seven days.
    """
    if "W" in text:
        raise ValueError("a week is no moment")
    return datetime.fromisoformat(text)


def parse_instant(text: str) -> datetime:
    """ISO 8601 text to an aware UTC datetime; text without offset is taken as UTC.

    Raises:
        ValueError: As `parse_moment`.
    """
    value = parse_moment(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def format_instant(value: datetime) -> str:
    """Aware datetime to ISO 8601 UTC with `Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
