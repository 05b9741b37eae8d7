"""Corner's tills: where an in-shop sale was rung up, who is known by name, and what lies where.

The sales themselves are `business.sales["square"]`, known customers `business.accounts["square"]`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from include.sandbox.economy.business import Business
from include.sandbox.economy.records import Listing, Sale
from include.sandbox.seeded_random import build_dice

BATCH = 24
RELEVANT = (("square", "counter"), ("stripe", "invoice"))


@dataclass(frozen=True, slots=True)
class Place:
    """A location with its own stock; sales happen before `closed_at`."""

    number: int
    name: str
    street: str
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StockMove:
    """Pieces in (positive) or out (negative) at one place.

    Attributes:
        number: 1-based over all moves, by time.
        kind: receipt, sale or return.
        on_hand: Pieces there after the move; never negative.
        unit_cost: Cents.
        sale_key: `Sale.key` behind a sale or return.
    """

    number: int
    at: datetime
    kind: str
    listing: Listing
    variant: int
    place: Place
    quantity: int
    on_hand: int
    unit_cost: int
    sale_key: str | None


@dataclass(slots=True)
class Tills:
    """In-shop business of one tenant.

    Attributes:
        sales: In-shop sales by time; `place_of` has their place, `tip_of` their tip in cents.
        moves: Stock moves by time, of in-shop sales and of invoiced deliveries (from the shop).
        levels: (listing number, variant, place number) -> pieces now.
    """

    places: tuple[Place, ...]
    sales: list[Sale]
    place_of: dict[str, Place]
    tip_of: dict[str, int]
    moves: list[StockMove]
    levels: dict[tuple[int, int, int], int]


PLACES = (
    Place(1, "Corner Store", "12 Bleecker Street"),
    Place(2, "Saturday Market Stall", "Union Square West"),
    Place(3, "Station Kiosk", "89 East 42nd Street", datetime(2025, 7, 1, tzinfo=UTC)),
)


def find_place(seed: int, sale: Sale) -> Place:
    """Where a sale was rung up; the kiosk only while it was open, invoices ship from the shop."""
    if sale.source != "square":
        return PLACES[0]
    roll = build_dice(seed, "square", "place", sale.key).random()
    if roll < 0.12 and sale.placed_at < (PLACES[2].closed_at or sale.placed_at):
        return PLACES[2]
    return PLACES[1] if roll < 0.3 else PLACES[0]


def find_tip(seed: int, sale: Sale) -> int:
    """Cents; one card sale in eight tips."""
    dice = build_dice(seed, "square", "tip", sale.key)
    tips = sale.payment_method == "card" and not sale.is_test and dice.random() < 0.12
    return max(sale.total * dice.choice((10, 15, 18)) // 100, 50) if tips else 0


def build_tills(seed: int, business: Business, start: datetime, now: datetime) -> Tills:
    """Tills and stock at `now`; a later `now` only adds moves."""
    sales = sorted(business.sales["square"], key=lambda sale: (sale.placed_at, sale.number))
    moving = [
        sale
        for found in business.sales.values()
        for sale in found
        if (sale.source, sale.channel) in RELEVANT and sale.cancelled_at is None
    ]
    moves, levels = _build_moves(seed, moving, business.listings, start, now)
    return Tills(
        places=PLACES,
        sales=sales,
        place_of={sale.key: find_place(seed, sale) for sale in sales},
        tip_of={sale.key: find_tip(seed, sale) for sale in sales},
        moves=moves,
        levels=levels,
    )


class _Change(NamedTuple):
    """Pieces in or out; sorted by time, sale and line."""

    at: datetime
    sale_key: str
    line: int
    kind: str
    listing: Listing
    variant: int
    place: Place
    pieces: int


def _changes(seed: int, sales: Iterable[Sale], now: datetime) -> list[_Change]:
    """What was sold or returned."""
    found = []
    for sale in sales:
        place = find_place(seed, sale)
        for position, line in enumerate(sale.lines):
            if line.is_gift_card:
                continue
            out = (line.listing, line.variant, place, -line.quantity)
            found.append(_Change(sale.placed_at, sale.key, position, "sale", *out))
        for refund in sale.refunds:
            for position, quantity, _, _ in refund.lines:
                line = sale.lines[position]
                if line.is_gift_card:
                    continue
                back = (line.listing, line.variant, place, quantity)
                found.append(_Change(refund.refunded_at, sale.key, position, "return", *back))
    return sorted((row for row in found if row[0] < now), key=lambda row: row[:4])


def _build_moves(
    seed: int, sales: list[Sale], listings: list[Listing], start: datetime, now: datetime
) -> tuple[list[StockMove], dict[tuple[int, int, int], int]]:
    """Opening stock, sales and returns, with a batch received when stock would run out."""
    levels: dict[tuple[int, int, int], int] = {}
    found: list[StockMove] = []

    def move(change: _Change) -> None:
        cell = (change.listing.number, change.variant, change.place.number)
        levels[cell] = levels.get(cell, 0) + change.pieces
        found.append(
            StockMove(
                0,
                change.at,
                change.kind,
                *(change.listing, change.variant, change.place, change.pieces),
                levels[cell],
                change.listing.cost,
                change.sale_key or None,
            )
        )

    shop = PLACES[0]
    openings = [
        _Change(max(item.created_at, start), "", position, "receipt", item, variant, shop, BATCH)
        for position, item in enumerate(listings)
        if item.created_at < now
        for variant in range(len(item.variants))
    ]
    every = sorted(openings + _changes(seed, sales, now), key=lambda row: row[:4])
    for change in every:
        cell = (change.listing.number, change.variant, change.place.number)
        short = -change.pieces - levels.get(cell, 0)
        if short > 0:
            batch = BATCH * (1 + short // BATCH)
            move(change._replace(kind="receipt", pieces=batch, sale_key=""))
        move(change)
    for number, row in enumerate(found, 1):
        object.__setattr__(row, "number", number)
    return found, levels
