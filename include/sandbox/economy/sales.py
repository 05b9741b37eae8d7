"""Sales of one source of one tenant: who bought what, after which touch, and what came back."""

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.sandbox.economy.records import Account, Listing, Party, Refund, Sale, SaleLine, Touch
from include.sandbox.seeded_random import between, build_dice, build_zipf, pick, shop_hours

LINES_WEIGHTS = (17, 25, 22, 15, 10, 6, 5)
TOUCHES = (
    (Touch("direct", "(direct)", "(none)", None), 22),
    (Touch("organic_search", "google", "organic", None), 24),
    (Touch("paid_search", "google", "cpc", "brand_search"), 12),
    (Touch("paid_search", "google", "cpc", "generic_outdoor"), 9),
    (Touch("paid_social", "facebook", "paid_social", "prospecting_video"), 10),
    (Touch("paid_social", "instagram", "paid_social", "retargeting_carousel"), 7),
    (Touch("email", "newsletter", "email", "weekly_digest"), 9),
    (Touch("referral", "partner-blog.example", "referral", None), 5),
    (Touch("phone", "callrail", "call", "brand_search"), 2),
)
# What prices shown to buyers of these countries hold; the largest shops of both price like this.
VAT_BP = {"DE": 1_900, "GB": 2_000}
CODES = ("WELCOME10", "SUMMER15", "VIP20")


@dataclass(frozen=True, slots=True)
class Plan:
    """How one source sells.

    Attributes:
        refund_ratio, cancel_ratio, test_ratio: Shares of sales, 0..1.
        full_refunds: Refunds always give everything back.
        taxed, shipped: Whether tax and shipping are charged.
        unit_percent: Unit price in percent of the list price (wholesale is cheaper).
        max_quantity: Most pieces of one product in a sale.
        guest_ratio: Share of sales without an account.
        pay_lag_days: Longest time to payment; 0 pays at once.
        unpaid_ratio: Share never paid.
        tax_inside: Prices of buyers in a country with VAT hold it, that of shipping, too.
    """

    tenant: str
    source: str
    channel: str
    count: int
    refund_ratio: float = 0.06
    cancel_ratio: float = 0.0
    test_ratio: float = 0.0
    full_refunds: bool = False
    taxed: bool = True
    shipped: bool = True
    unit_percent: int = 100
    max_quantity: int = 4
    guest_ratio: float = 0.0
    pay_lag_days: int = 0
    unpaid_ratio: float = 0.0
    discount_ratio: float = 0.18
    methods: tuple[tuple[str, float], ...] = (("card", 1.0),)
    tax_inside: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """start <= main sales < end <= tail sales < horizon."""

    start: datetime
    end: datetime
    horizon: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be bought, most wanted first, with the sums of their weights."""

    goods: list[Listing]
    weights: list[float]


def build_sales(
    seed: int,
    plan: Plan,
    accounts: list[Account],
    listings: list[Listing],
    strangers: list[Party],
    span: Span,
) -> list[Sale]:
    """`plan.count` sales before `span.end` plus a tail at the same rate, numbered by placement."""
    ranked = sorted(
        accounts,
        key=lambda a: build_dice(
            seed, plan.source, plan.channel, "rank", a.party.party_id, a.number
        ).random(),
    )
    main = [account for account in ranked if account.created_at < span.end]
    goods = list(listings)
    build_dice(seed, plan.tenant, plan.channel, "popular").shuffle(goods)
    days = max((span.end - span.start).days, 1)
    tail = plan.count * (span.horizon - span.end).days // days
    weights = {len(group): build_zipf(len(group)) for group in (main, ranked, goods)}
    shelf = Shelf(goods, weights[len(goods)])
    found = []
    for position in range(plan.count + tail):
        dice = build_dice(seed, plan.tenant, plan.source, plan.channel, "sale", position)
        late = position >= plan.count
        group = ranked if late else main
        buyer = group[_rank(dice, weights[len(group)])]
        first = max(buyer.created_at, span.end) if late else buyer.created_at
        last = span.horizon if late else span.end
        placed = shop_hours(dice, between(dice, first, last))
        # Moving to shop hours may leave the interval; then the buyer came at once.
        placed = placed if first <= placed < last else first
        found.append(_build_sale(dice, plan, buyer, shelf, strangers, placed))
    found.sort(key=lambda sale: (sale.placed_at, sale.party.party_id))
    for number, sale in enumerate(found, 1):
        sale.number = number
    return found


def _rank(dice: random.Random, cumulative: list[float]) -> int:
    return min(bisect_right(cumulative, dice.random() * cumulative[-1]), len(cumulative) - 1)


def _build_sale(
    dice: random.Random,
    plan: Plan,
    buyer: Account,
    shelf: Shelf,
    strangers: list[Party],
    placed: datetime,
) -> Sale:
    guest = bool(strangers) and dice.random() < plan.guest_ratio
    party = dice.choice(strangers) if guest else buyer.party
    homes = [address for since, address in party.addresses if since <= placed]
    sale = Sale(
        tenant=plan.tenant,
        source=plan.source,
        channel=plan.channel,
        number=0,
        party=party,
        account=None if guest else buyer,
        placed_at=placed,
        ship_to=homes[-1] if homes else party.addresses[0][1],
        lines=_build_lines(dice, plan, shelf, placed),
        shipping=0,
        payment_method=pick(dice, plan.methods),
        touch=pick(dice, TOUCHES),
        paid_at=placed,
        discount_code=None,
    )
    _price(dice, plan, sale)
    _settle(dice, plan, sale)
    return sale


def _build_lines(dice: random.Random, plan: Plan, shelf: Shelf, placed: datetime) -> list[SaleLine]:
    goods = shelf.goods
    count = min(dice.choices(range(1, 8), LINES_WEIGHTS)[0], len(goods))
    chosen: list[Listing] = []
    while len(chosen) < count:
        listing = goods[_rank(dice, shelf.weights)]
        if listing in chosen or (listing.archived_at and listing.archived_at <= placed):
            listing = goods[dice.randrange(len(goods))]
        if listing not in chosen:
            chosen.append(listing)
    most = plan.max_quantity
    return [
        SaleLine(
            listing=listing,
            variant=dice.randrange(len(listing.variants)),
            quantity=1 if most <= 4 and dice.random() < 0.7 else dice.randint(1, most),
            unit=max(listing.price_at(placed) * plan.unit_percent // 100, 1),
            discount=0,
        )
        for listing in chosen
    ]


def _price(dice: random.Random, plan: Plan, sale: Sale) -> None:
    """Discount, shipping and tax; tax per line, half up, on what the line costs."""
    if dice.random() < plan.discount_ratio:
        percent = dice.choice((10, 15, 20))
        sale.discount_code = {10: CODES[0], 15: CODES[1], 20: CODES[2]}[percent]
        for line in sale.lines:
            line.discount = line.gross * percent // 100
    goods = sale.gross - sale.discount
    if plan.shipped and goods < 15_000:
        sale.shipping = dice.choice((495, 795, 995))
    if plan.tax_inside and sale.ship_to.country_code in VAT_BP:
        sale.vat_bp = VAT_BP[sale.ship_to.country_code]
        _take_tax_out(sale)
    elif plan.taxed:
        for line in sale.lines:
            line.tax = (line.net * sale.ship_to.tax_bp + 5_000) // 10_000
    if sale.ship_to.country_code == "DE" and dice.random() < 0.5:
        sale.presentment = "EUR"


def _take_tax_out(sale: Sale) -> None:
    """Prices, discounts and shipping hold the tax: from here on it stands beside them."""
    for line in sale.lines:
        paid = line.net
        line.tax = tax_inside(paid, sale.vat_bp)
        untaxed = (line.discount * (paid - line.tax) * 2 + paid) // (2 * paid)
        line.tax_in_discount = line.discount - untaxed
        line.discount = untaxed
        line.tax_in_price = line.tax + line.tax_in_discount
    sale.shipping_tax = tax_inside(sale.shipping, sale.vat_bp)
    sale.shipping -= sale.shipping_tax


def tax_inside(cents: int, rate_bp: int) -> int:
    """The tax that a price holds, half up."""
    whole = 10_000 + rate_bp
    return (cents * rate_bp * 2 + whole) // (2 * whole)


def _settle(dice: random.Random, plan: Plan, sale: Sale) -> None:
    """Payment, cancellation, fulfilment, refunds and later edits."""
    if plan.pay_lag_days:
        sale.paid_at = sale.placed_at + timedelta(
            seconds=dice.randrange(60, plan.pay_lag_days * 86_400)
        )
    if dice.random() < plan.unpaid_ratio:
        sale.paid_at = None
        return
    sale.is_test = dice.random() < plan.test_ratio
    if dice.random() < plan.cancel_ratio:
        sale.cancelled_at = sale.placed_at + timedelta(minutes=dice.randrange(5, 2_000))
        return
    sale.fulfilled_at = sale.placed_at + timedelta(hours=dice.randrange(4, 120))
    if dice.random() < plan.refund_ratio and not sale.is_test:
        after = (sale.paid_at or sale.placed_at) + timedelta(hours=dice.randrange(130, 24 * 40))
        sale.refunds.append(build_refund(dice, sale, after, plan.full_refunds))
    if dice.random() < 0.03:
        sale.edited_at.append(sale.placed_at + timedelta(hours=dice.randrange(48, 24 * 120)))


def build_refund(dice: random.Random, sale: Sale, at: datetime, full: bool = False) -> Refund:
    """Everything, or some pieces of some lines; never more than was paid for them."""
    if full or dice.random() < 0.4:
        lines = [(i, line.quantity, line.net, line.tax) for i, line in enumerate(sale.lines)]
        whole = Refund(at, lines, sale.shipping, "customer changed mind", sale.shipping_tax)
        whole.duty = sale.duty
        return whole
    chosen = sorted(dice.sample(range(len(sale.lines)), dice.randint(1, len(sale.lines))))
    lines = []
    for index in chosen:
        line = sale.lines[index]
        quantity = dice.randint(1, line.quantity)
        part = (line.net * quantity // line.quantity, line.tax * quantity // line.quantity)
        lines.append((index, quantity, *part))
    return Refund(at, lines, 0, dice.choice(("damaged", "wrong size", "late delivery")))
