"""The site's wall clock: ERPNext writes every moment without an offset, in the site's time zone.

When clocks go back, an hour repeats and its texts mean two moments. Each text is taken as the first
of them: a fixed rule, so that a record is in one window only; the streams' lookback of two hours
reads again what was stamped during the second pass.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.core.clock import format_instant

_WRITTEN = "%Y-%m-%d %H:%M:%S.%f"


def build_instant(text: str, zone: ZoneInfo) -> str | None:
    """`2026-11-03 14:05:11.123456` of the site as ISO UTC; None when it is no such text."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    if wall.tzinfo is None:
        wall = wall.replace(tzinfo=zone, fold=0)
    return format_instant(wall)


def build_wall_start(instant: datetime, zone: ZoneInfo) -> str:
    """Earliest text that may mean this instant or a later one."""
    return instant.astimezone(zone).strftime(_WRITTEN)


def build_wall_end(instant: datetime, zone: ZoneInfo) -> str:
    """First text that cannot mean an earlier instant.

    Inside the repeated hour the texts up to its end still count as the first pass.
    """
    wall = instant.astimezone(zone)
    return (wall + timedelta(hours=1) if wall.fold else wall).strftime(_WRITTEN)


def set_instants(record: dict[str, Any], fields: frozenset[str], zone: ZoneInfo) -> None:
    """Replace the site's texts by UTC instants; unreadable ones stay for the loader to refuse."""
    for name in fields & record.keys():
        value = record[name]
        if isinstance(value, str) and value:
            record[name] = build_instant(value, zone) or value
