"""The property's facts: the economy's visits as tables a report can be made of.

Each table is rows of (dimension values, what is summed). A report is answered from the first table
that has all its fields; fields of no common table are incompatible, as session and item scopes are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from include.sandbox.economy.visits import AudienceDay, VisitDay, Visits
from include.sandbox.seeded_random import build_dice

KEY_EVENTS = ("purchase", "generate_lead", "click_to_call")
REGIONS = {
    "Denver": "Colorado",
    "New York": "New York",
    "Chicago": "Illinois",
    "Toronto": "Ontario",
    "Berlin": "Berlin",
    "London": "England",
}
SYSTEMS = {
    "mobile": (("iOS", "Safari"), ("Android", "Chrome")),
    "desktop": (("Windows", "Chrome"), ("Macintosh", "Safari")),
    "tablet": (("iOS", "Safari"), ("Android", "Chrome")),
}
# A purchase takes up to two days to be in the reports.
SETTLING = timedelta(hours=48)


@dataclass(slots=True)
class Table:
    """Rows of one scope; `dimensions` and `totals` are what a report may ask of it."""

    dimensions: frozenset[str]
    totals: frozenset[str]
    rows: list[tuple[dict[str, str], dict[str, int]]]
    _by_day: dict[str, list[tuple[dict[str, str], dict[str, int]]]] = field(default_factory=dict)

    def between(self, low: str, high: str) -> Iterator[tuple[dict[str, str], dict[str, int]]]:
        """Rows of the days from `low` to `high` (YYYYMMDD), both inside."""
        if not self._by_day:
            for row in self.rows:
                self._by_day.setdefault(row[0]["date"], []).append(row)
        for day, rows in self._by_day.items():
            if low <= day <= high:
                yield from rows


def build_tables(visits: Visits, seed: int, now: datetime) -> list[Table]:
    """All tables of a property, the coarsest first."""
    users = _sum_by_day((row.day, row.users) for row in visits.days)
    return [
        _build_days(visits, users),
        _build(_sessions, visits.days),
        _build(_audience, visits.audience),
        _build_events(visits, users),
        _build_transactions(visits, seed, now),
    ]


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def channel_group(source: str, medium: str, campaign: str) -> str:
    """Google's default rules, as far as the economy's sources need them."""
    if medium == "cpc":
        return "Cross-network" if "pmax" in campaign else "Paid Search"
    found = {
        "paid_social": "Paid Social",
        "organic": "Organic Search",
        "email": "Email",
        "referral": "Referral",
        "affiliate": "Affiliates",
        "social": "Organic Social",
    }
    return "Direct" if source == "(direct)" else found.get(medium, "Unassigned")


def _traffic(row: VisitDay) -> dict[str, str]:
    return {
        "date": _day(row.day),
        "sessionSource": row.source,
        "sessionMedium": row.medium,
        "sessionCampaignName": row.campaign,
        "sessionDefaultChannelGroup": channel_group(row.source, row.medium, row.campaign),
    }


def _sessions(row: VisitDay) -> tuple[dict[str, str], dict[str, int]]:
    return _traffic(row), {
        "sessions": row.sessions,
        "engaged": row.engaged,
        "bounced": row.sessions - row.engaged,
        "seconds": row.seconds,
        "views": row.views,
        "users": row.users,
        "new_users": row.new_users,
    }


def _audience(row: AudienceDay) -> tuple[dict[str, str], dict[str, int]]:
    system, browser = SYSTEMS[row.device][len(row.city) % 2]
    return {
        "date": _day(row.day),
        "country": row.country,
        "region": REGIONS.get(row.city, "(not set)"),
        "city": row.city,
        "deviceCategory": row.device,
        "operatingSystem": system,
        "browser": browser,
    }, {"users": row.users, "new_users": row.new_users, "sessions": row.sessions}


def _build(
    shape: Callable[..., tuple[dict[str, str], dict[str, int]]],
    rows: Iterable[VisitDay | AudienceDay],
) -> Table:
    made = [shape(row) for row in rows]
    dimensions, totals = made[0] if made else ({}, {})
    return Table(frozenset(dimensions), frozenset(totals), made)


def _sum_by_day(pairs: Iterable[tuple[date, int]]) -> dict[date, int]:
    found: dict[date, int] = {}
    for day, value in pairs:
        found[day] = found.get(day, 0) + value
    return found


def _build_days(visits: Visits, users: dict[date, int]) -> Table:
    """People active on a day, and in the weeks up to it; some of them came more than once."""
    rows = []
    for day in sorted(users):
        last = [users.get(day - timedelta(days=back), 0) for back in range(28)]
        rows.append(
            (
                {"date": _day(day)},
                {
                    "active_1": users[day],
                    "active_7": max(users[day], sum(last[:7]) * 8 // 10),
                    "active_28": max(users[day], sum(last[:7]) * 8 // 10, sum(last) * 6 // 10),
                },
            )
        )
    totals = frozenset({"active_1", "active_7", "active_28"})
    return Table(frozenset({"date"}), totals, rows)


def _build_events(visits: Visits, users: dict[date, int]) -> Table:
    rows = []
    for row in visits.days:
        for name, times in sorted(row.events.items()):
            totals = {
                "events": times,
                "event_value": row.revenue if name == "purchase" else 0,
                "key_events": times if name in KEY_EVENTS else 0,
                "day_users": row.users,
            }
            rows.append((_traffic(row) | {"eventName": name}, totals))
    dimensions = frozenset(
        {"date", "eventName", "sessionSource", "sessionMedium", "sessionCampaignName"}
        | {"sessionDefaultChannelGroup"}
    )
    return Table(dimensions, frozenset({"events", "event_value", "key_events", "day_users"}), rows)


def _build_transactions(visits: Visits, seed: int, now: datetime) -> Table:
    """Seen purchases that have been processed by now."""
    rows, zone = [], ZoneInfo(visits.timezone)
    blank = {"organic": "(organic)", "(none)": "(direct)", "referral": "(referral)"}
    for happening in visits.tracked:
        delay = SETTLING * build_dice(seed, "settling", happening.key).random() ** 3
        if happening.event != "purchase" or happening.at + delay > now:
            continue
        touch = happening.touch
        campaign = touch.campaign or blank.get(touch.medium, "(not set)")
        day = happening.at.astimezone(zone).date()
        dimensions = {
            "date": _day(day),
            "transactionId": happening.transaction_id,
            "sessionSource": touch.source,
            "sessionMedium": touch.medium,
            "sessionCampaignName": campaign,
            "sessionDefaultChannelGroup": channel_group(touch.source, touch.medium, campaign),
        }
        rows.append((dimensions, {"transactions": 1, "revenue": happening.value}))
    names = ("date", "transactionId", "sessionSource", "sessionMedium", "sessionCampaignName")
    return Table(
        frozenset({*names, "sessionDefaultChannelGroup"}),
        frozenset({"transactions", "revenue"}),
        rows,
    )
