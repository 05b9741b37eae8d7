"""Learned bands as they were day by day, beside the numbers they judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from include.config.models import Tenant
from include.ledger.connection import Connection
from include.ledger.trust.metrics import fetch_histories
from include.quality.bands.band import judge
from include.quality.bands.holiday import build_holidays, find_country
from include.quality.bands.model import WINDOW
from include.quality.learned import build_check_name, build_series

SHOWN = 28
AS_USUAL = "_as_usual"


@dataclass(frozen=True)
class Place:
    """A learned check: of which feed's stream, by its name."""

    feed: str
    stream: str
    check_name: str


def find_places(checks: Sequence[dict[str, Any]]) -> list[Place]:
    """Learned checks among these, those that do not pass first."""
    rows = [one for one in checks if one["check_name"].endswith(AS_USUAL) and one["stream"]]
    rows = sorted(rows, key=lambda one: one["state"] != "failed")
    return [Place(one["feed"] or "", one["stream"], one["check_name"]) for one in rows]


def fetch_band(
    connection: Connection, tenant: Tenant, place: Place, today: date
) -> dict[str, Any] | None:
    """What the chart of a band draws: each day's number between the lowest and the highest that
    would have been no surprise, by the days before it; None: nothing was counted.

    A day without a band (still learning, a holiday) has the number alone.
    """
    known = fetch_histories(connection, tenant.id, place.feed, today, WINDOW + SHOWN)
    for (_, stream, metric), points in known.items():
        if stream != place.stream or build_check_name(metric) != place.check_name:
            continue
        country = tenant.spec.country or find_country(tenant.spec.timezone)
        holiday = build_holidays(country)
        drawn, words = [], ""
        for number, (day, value) in enumerate(points):
            if day <= today - timedelta(days=SHOWN):
                continue
            judged = judge(build_series((stream, metric), points[:number], holiday), day, value)
            drawn.append((day.isoformat(), value, judged.low, judged.high))
            words = judged.words
        if drawn:
            return _build(place, drawn, words)
    return None


def _build(place: Place, drawn: list[tuple[Any, ...]], words: str) -> dict[str, Any]:
    days, values, lows, highs = (list(column) for column in zip(*drawn, strict=True))
    where = f"{place.feed} {place.stream}".strip()
    names = ("seen", "lowest usual", "highest usual")
    return {
        "label": f"{where}: {place.check_name.replace('_', ' ')}",
        "kind": "band",
        "days": days,
        "words": words,
        "series": [
            {"name": name, "values": column}
            for name, column in zip(names, (values, lows, highs), strict=True)
        ],
    }
