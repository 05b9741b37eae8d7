"""What charts draw: days, and a line per source."""

from collections import defaultdict
from datetime import date
from typing import Any


def build_lines(label: str, points: list[tuple[date, str, float]]) -> dict[str, Any]:
    """What a chart of lines draws: a line per source; a day without a number is a gap."""
    days = sorted({day for day, _, _ in points})
    at = {day: number for number, day in enumerate(days)}
    found: dict[str, list[float | None]] = defaultdict(lambda: [None] * len(days))
    for day, source, value in points:
        found[source][at[day]] = value
    series = [{"name": name, "values": values} for name, values in sorted(found.items())]
    return {
        "label": label,
        "kind": "line",
        "days": [day.isoformat() for day in days],
        "series": series,
    }
