"""Deterministic later events of a served business: edited customers, refunds, edits, orders."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from include.sandbox.dice import build_dice
from include.sandbox.economy.records import Account, Business, Sale
from include.sandbox.economy.sales import build_refund


@dataclass(slots=True)
class Changes:
    """What an advance touched."""

    accounts: list[Account] = field(default_factory=list)
    edited: list[Sale] = field(default_factory=list)
    refunded: list[Sale] = field(default_factory=list)
    placed: list[Sale] = field(default_factory=list)


def run_changes(business: Business, seed: int, count: int, first: datetime) -> Changes:
    """Change the business in place: in turn a customer, a refund, an edited order, a new order.

    A shop has no other edits than refunds at the counter, so the third kind is a refund there too.
    """
    source, channel = (
        ("shopify", "online") if "shopify" in business.sales else ("stripe", "counter")
    )
    sales = [sale for sale in business.sales[source] if sale.channel == channel]
    done = Changes()
    for position in range(count):
        at = first + timedelta(seconds=position)
        dice = build_dice(seed, "advance", business.tenant, at.isoformat())
        kind = position % 4
        if kind == 0:
            account = dice.choice(business.accounts[source])
            account.phone = f"+1303555{dice.randrange(10_000):04d}"
            account.edits.append((at, "phone", "new phone number"))
            done.accounts.append(account)
        elif kind == 3:
            placed = _build_repeat(dice.choice(sales), max(sale.number for sale in sales) + 1, at)
            business.sales[source].append(placed)
            sales.append(placed)
            done.placed.append(placed)
        else:
            open_sales = [s for s in sales if s.counts and not s.refunds and s not in done.placed]
            sale = dice.choice(open_sales)
            if kind == 1 or source == "stripe":
                sale.refunds.append(build_refund(dice, sale, at))
                done.refunded.append(sale)
            else:
                sale.edited_at.append(at)
                done.edited.append(sale)
    return done


def _build_repeat(like: Sale, number: int, at: datetime) -> Sale:
    """The same buyer orders the same again."""
    return replace(
        like,
        number=number,
        placed_at=at,
        paid_at=at,
        lines=[replace(line) for line in like.lines],
        refunds=[],
        edited_at=[],
        cancelled_at=None,
        fulfilled_at=None,
        is_test=False,
    )
