"""Web analytics: sessions per day and where they came from, and the purchases they led to.

Most visits never buy. Some purchases are never seen (refused consent, blockers): see `tracked`.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from include.sandbox.economy.campaigns import SEASON
from include.sandbox.economy.records import Sale, Touch
from include.sandbox.seeded_random import build_dice

UNSEEN = 0.07
DEVICES = (("mobile", 58), ("desktop", 36), ("tablet", 6))
PLACES = (
    ("United States", "Denver", 22),
    ("United States", "New York", 20),
    ("United States", "Chicago", 18),
    ("United States", "(not set)", 15),
    ("Canada", "Toronto", 9),
    ("Germany", "Berlin", 8),
    ("United Kingdom", "London", 8),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something the website saw: a purchase or a lead.

    Attributes:
        key: `Sale.key` or `Prospect.key`.
        event: purchase, generate_lead or click_to_call.
        transaction_id: Order number without `#`; empty for leads.
        value, tax, shipping: Cents; value is what the buyer paid in all.
        items: (sku, title, quantity, unit cents).
        tracked: Whether analytics saw it: not by phone, not before the property's first day.
    """

    key: str
    at: datetime
    touch: Touch
    event: str
    transaction_id: str = ""
    value: int = 0
    tax: int = 0
    shipping: int = 0
    items: tuple[tuple[str, str, int, int], ...] = ()
    tracked: bool = True


@dataclass(slots=True)
class VisitDay:
    """One date, source, medium and campaign.

    Attributes:
        campaign: As analytics writes it: `(organic)`, `(direct)`, `(referral)` without one.
        engaged: Sessions that lasted, or converted; at most `sessions`.
        users, new_users: People; at most `sessions`.
        events: Event name -> count; `session_start` is `sessions`.
        purchases, revenue: Tracked only; revenue in cents.
    """

    day: date
    source: str
    medium: str
    campaign: str
    sessions: int = 0
    engaged: int = 0
    users: int = 0
    new_users: int = 0
    views: int = 0
    seconds: int = 0
    purchases: int = 0
    revenue: int = 0
    events: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class AudienceDay:
    """The same users and sessions of a day by country, city and device."""

    day: date
    country: str
    city: str
    device: str
    users: int
    new_users: int
    sessions: int


@dataclass(slots=True)
class Visits:
    """One tenant's property.

    Attributes:
        days: By day, source, medium, campaign; only combinations with sessions.
        audience: Adds up to the same sessions, users and new users per day.
        happenings: Purchases and leads, seen or not, by time.
    """

    tenant: str
    timezone: str
    days: list[VisitDay]
    audience: list[AudienceDay]
    happenings: list[Happening]

    @property
    def tracked(self) -> list[Happening]:
        return [happening for happening in self.happenings if happening.tracked]


def build_purchase(seed: int, sale: Sale) -> Happening:
    """A web order as the shop's page reports it."""
    return Happening(
        key=sale.key,
        at=sale.placed_at,
        touch=sale.touch,
        event="purchase",
        transaction_id=str(1000 + sale.number),
        value=sale.total,
        tax=sale.tax,
        shipping=sale.shipping,
        items=tuple(
            (line.listing.variant_sku(line.variant), line.listing.title, line.quantity, line.unit)
            for line in sale.lines
        ),
        tracked=build_dice(seed, "consent", sale.key).random() >= UNSEEN,
    )


@dataclass(frozen=True, slots=True)
class Website:
    """One tenant's site, in a world of this seed.

    Attributes:
        daily: Mean sessions a day; from the world's size only, so that history never changes.
        touches: Where visits come from, with weights.
    """

    seed: int
    tenant: str
    timezone: str
    daily: float
    touches: tuple[tuple[Touch, float], ...]


def build_visits(
    website: Website, happenings: Iterable[Happening], start: datetime, now: datetime
) -> Visits:
    """Every day from the property's first (1 January 2025 there) to `now`'s, which is partial."""
    tenant, timezone = website.tenant, website.timezone
    zone = ZoneInfo(timezone)
    first = start.date()
    known = [_track(h, zone, first) for h in happenings if h.at < now]
    known.sort(key=lambda h: (h.at, h.key))
    by_day: dict[date, list[Happening]] = {}
    for happening in known:
        if happening.tracked:
            by_day.setdefault(happening.at.astimezone(zone).date(), []).append(happening)
    web = [(touch, weight) for touch, weight in website.touches if touch.channel != "phone"]
    days: list[VisitDay] = []
    audience: list[AudienceDay] = []
    day = first
    while day <= now.astimezone(zone).date():
        dice = build_dice(website.seed, tenant, "visits", day.isoformat())
        found = _build_day(dice, day, website.daily, web, by_day.get(day, []))
        days += found
        audience += _build_audience(dice, day, found)
        day += timedelta(days=1)
    return Visits(tenant, timezone, days, audience, known)


def _track(happening: Happening, zone: ZoneInfo, first: date) -> Happening:
    unseen = happening.touch.channel == "phone" or happening.at.astimezone(zone).date() < first
    return replace(happening, tracked=False) if unseen else happening


def _names(touch: Touch) -> tuple[str, str, str]:
    blank = {"organic": "(organic)", "(none)": "(direct)", "referral": "(referral)"}
    return touch.source, touch.medium, touch.campaign or blank.get(touch.medium, "(not set)")


def _build_day(
    dice: random.Random,
    day: date,
    daily: float,
    touches: list[tuple[Touch, float]],
    happenings: list[Happening],
) -> list[VisitDay]:
    found: dict[tuple[str, str, str], VisitDay] = {}
    count = int(daily * SEASON[day.month - 1] * dice.uniform(0.8, 1.2) + dice.random())
    chosen = dice.choices(
        [touch for touch, _ in touches], [weight for _, weight in touches], k=count
    )
    names = [_names(touch) for touch in chosen] + [_names(h.touch) for h in happenings]
    for name in names:
        row = found.setdefault(name, VisitDay(day, *name))
        row.sessions += 1
    for name, row in found.items():
        mine = [h for h in happenings if _names(h.touch) == name]
        _fill(dice, row, mine)
    return [found[name] for name in sorted(found)]


def _fill(dice: random.Random, row: VisitDay, happenings: list[Happening]) -> None:
    """The other numbers of a row, never smaller than what surely happened."""
    count, sure = row.sessions, len(happenings)
    row.engaged = max(sure, min(count, round(count * dice.uniform(0.45, 0.7))))
    row.users = max(1, round(count * dice.uniform(0.8, 1.0)))
    row.new_users = round(row.users * dice.uniform(0.5, 0.8))
    row.views = count + sum(min(int(dice.paretovariate(1.2)), 15) for _ in range(row.engaged))
    row.seconds = row.engaged * dice.randrange(25, 160)
    looked = max(sure, round(row.engaged * 0.6))
    row.events = {
        "session_start": count,
        "page_view": row.views,
        "first_visit": row.new_users,
        "user_engagement": row.engaged,
        "view_item": looked,
    }
    bought = [h for h in happenings if h.event == "purchase"]
    if bought or not happenings:
        carts = len(bought) + round(looked * 0.15)
        row.events["add_to_cart"] = carts
        row.events["begin_checkout"] = len(bought) + round(carts * 0.2)
    for happening in happenings:
        row.events[happening.event] = row.events.get(happening.event, 0) + 1
    row.events = {name: times for name, times in row.events.items() if times}
    row.purchases, row.revenue = len(bought), sum(h.value for h in bought)


def _build_audience(dice: random.Random, day: date, rows: list[VisitDay]) -> list[AudienceDay]:
    """Deal the day's sessions out to places and devices; users and new users go with them."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    cells = [
        ((country, city, device), share * part)
        for country, city, share in PLACES
        for device, part in DEVICES
    ]
    names, weights = [cell for cell, _ in cells], [weight for _, weight in cells]
    for row in rows:
        for position, name in enumerate(dice.choices(names, weights, k=row.sessions)):
            cell = counts.setdefault(name, [0, 0, 0])
            cell[0] += position < row.users
            cell[1] += position < row.new_users
            cell[2] += 1
    return [AudienceDay(day, *name, *counts[name]) for name in sorted(counts)]
