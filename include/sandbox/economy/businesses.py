"""The three demo tenants: what each sells, to whom and through which systems."""

from datetime import datetime

from include.sandbox.economy.accounts import System, build_accounts
from include.sandbox.economy.business import Business
from include.sandbox.economy.catalogue import Product, build_listings
from include.sandbox.economy.money_cases import (
    build_gift_card,
    run_capture_cases,
    run_cash_rounding,
    run_duties,
    run_till_cases,
    run_web_cases,
)
from include.sandbox.economy.records import Account, Listing, Party, Sale
from include.sandbox.economy.sales import Plan, Span, build_sales
from include.sandbox.economy.subscriptions import build_membership, build_subscriptions
from include.sandbox.seeded_random import build_dice

CARD = (("card", 1.0),)
SHOP = (("card", 0.7), ("cash", 0.25), ("check", 0.05))
WEB = (("credit_card", 0.55), ("paypal", 0.25), ("bank_transfer", 0.12), ("gift_card", 0.08))


def draw(seed: int, tenant: str, source: str, pool: list[Party], count: int) -> list[Party]:
    """`count` of the pool, another draw for every source, so that sources overlap in part."""
    chosen = build_dice(seed, tenant, source, "draw").sample(pool, min(count, len(pool)))
    return sorted(chosen, key=lambda p: build_dice(seed, source, "order", p.party_id).random())


def build_acme(
    seed: int,
    size: int,
    people: list[Party],
    companies: list[Party],
    products: list[Product],
    span: Span,
) -> Business:
    """Outdoor retailer: web shop (Shopify, paid by Stripe), club, wholesale and shop (books)."""
    listings = build_listings(seed, "acme", products, max(size // 5, 20), span.start, span.horizon)
    window = (span.start, span.end, span.horizon)
    online = draw(seed, "acme", "shopify", people, size * 7 // 10)
    online += draw(seed, "acme", "shopify", companies, size // 20)
    shoppers = draw(seed, "acme", "quickbooks", people, size * 3 // 20)
    buyers = draw(seed, "acme", "quickbooks", companies, size * 3 // 20)
    web = build_accounts(System(seed, "acme", "shopify"), online, *window)
    books = build_accounts(System(seed, "acme", "quickbooks"), shoppers + buyers, *window)
    trade = [account for account in books if account.party.is_company]
    walk_in = [account for account in books if not account.party.is_company]
    shop = Plan(
        "acme", "shopify", "online", size * 4, 0.07, 0.025, 0.005, guest_ratio=0.12, tax_inside=True
    )
    strangers = draw(seed, "acme", "guests", people, size // 4)
    groups = {"wholesale": (trade, []), "retail": (walk_in, strangers), "estimate": (trade, [])}
    booked = [
        sale
        for plan in _book_plans(size)
        for sale in build_sales(
            seed, plan, groups[plan.channel][0], listings, groups[plan.channel][1], span
        )
    ]
    sold = build_sales(seed, shop, web, listings, strangers, span)
    run_duties(sold)
    run_web_cases(sold, build_gift_card("acme", span.start))
    # The club is billed by Stripe itself, beside the web shop: members pay a little every month.
    members = [account for account in web if not account.party.is_company]
    club = build_subscriptions(seed, members, [build_membership(span)], max(size // 25, 6), span)
    return Business(
        tenant="acme",
        timezone="America/Denver",
        listings=listings,
        accounts={"shopify": web, "quickbooks": books},
        sales={
            "shopify": sold,
            "quickbooks": booked,
            "stripe": [sale for member in club for sale in member.sales],
        },
        subscriptions=club,
    )


def _book_plans(size: int) -> tuple[Plan, ...]:
    """What acme sells beside its web shop; QuickBooks holds it."""
    return (
        Plan(
            "acme",
            "quickbooks",
            "wholesale",
            size * 6 // 10,
            0.05,
            unit_percent=65,
            max_quantity=40,
            taxed=False,
            shipped=False,
            discount_ratio=0.08,
            methods=(("invoice", 1.0),),
            pay_lag_days=45,
        ),
        Plan(
            "acme",
            "quickbooks",
            "retail",
            size * 14 // 10,
            0.04,
            taxed=False,
            shipped=False,
            guest_ratio=0.35,
            discount_ratio=0.05,
            methods=SHOP,
        ),
        Plan(
            "acme",
            "quickbooks",
            "estimate",
            max(size // 10, 5),
            0.0,
            unit_percent=65,
            max_quantity=40,
            taxed=False,
            shipped=False,
            unpaid_ratio=1.0,
        ),
    )


def build_bazaar(
    seed: int,
    size: int,
    people: list[Party],
    companies: list[Party],
    products: list[Product],
    span: Span,
) -> Business:
    """The e-commerce company whose only source is four CSV files."""
    listings = build_listings(
        seed, "bazaar", products, max(size // 2, 50), span.start, span.horizon
    )
    parties = draw(seed, "bazaar", "ecommerce_csv", people, size)
    parties += draw(seed, "bazaar", "ecommerce_csv", companies, size * 20 // 19 + 2 - len(parties))
    accounts = build_accounts(
        System(seed, "bazaar", "ecommerce_csv"), parties, span.start, span.end, span.horizon
    )
    plan = Plan(
        "bazaar",
        "ecommerce_csv",
        "online",
        size * 10,
        0.05,
        0.04,
        full_refunds=True,
        pay_lag_days=2,
        unpaid_ratio=0.005,
        methods=WEB,
    )
    return Business(
        tenant="bazaar",
        timezone="Europe/Berlin",
        listings=listings,
        accounts={"ecommerce_csv": accounts},
        sales={"ecommerce_csv": build_sales(seed, plan, accounts, listings, [], span)},
    )


def build_corner(
    seed: int,
    size: int,
    people: list[Party],
    companies: list[Party],
    products: list[Product],
    span: Span,
) -> Business:
    """Small shop: counter sales, invoices and coffee subscriptions through Stripe, tills."""
    listings = build_listings(
        seed, "corner", products, max(size // 20, 12), span.start, span.horizon
    )
    regulars = draw(seed, "corner", "stripe", people, max(size // 5, 10))
    offices = draw(seed, "corner", "stripe", companies, max(size // 20, 5))
    accounts = build_accounts(
        System(seed, "corner", "stripe"), regulars + offices, span.start, span.end, span.horizon
    )
    trade = [account for account in accounts if account.party.is_company]
    walk_in = [account for account in accounts if not account.party.is_company]
    strangers = draw(seed, "corner", "guests", people, max(size // 5, 10))
    counter = Plan(
        "corner",
        "stripe",
        "counter",
        size * 12 // 10,
        0.03,
        shipped=False,
        guest_ratio=0.4,
        discount_ratio=0.05,
    )
    billed = Plan(
        "corner",
        "stripe",
        "invoice",
        max(size // 5, 10),
        0.03,
        shipped=False,
        max_quantity=12,
        pay_lag_days=30,
        unpaid_ratio=0.08,
    )
    sales = build_sales(seed, counter, walk_in, listings, strangers, span)
    run_capture_cases(sales)
    sales += build_sales(seed, billed, trade, listings, [], span)
    coffee = [item for item in listings if item.subcategory == "Coffee"] or listings[:1]
    subscriptions = build_subscriptions(seed, walk_in, coffee, max(size // 33, 4), span)
    sales += [sale for subscription in subscriptions for sale in subscription.sales]
    known, rung = _build_tills(seed, size, people, strangers, listings, span)
    return Business(
        tenant="corner",
        timezone="America/New_York",
        listings=listings,
        accounts={"stripe": accounts, "square": known},
        sales={"stripe": sales, "square": rung},
        subscriptions=subscriptions,
    )


def _build_tills(
    seed: int,
    size: int,
    people: list[Party],
    strangers: list[Party],
    listings: list[Listing],
    span: Span,
) -> tuple[list[Account], list[Sale]]:
    """What the Square tills rang up: mostly walk-ins, some known by name, a good part in cash."""
    known = draw(seed, "corner", "square", people, max(size // 6, 10))
    accounts = build_accounts(
        System(seed, "corner", "square"), known, span.start, span.end, span.horizon
    )
    plan = Plan(
        "corner",
        "square",
        "counter",
        size * 15 // 10,
        0.03,
        shipped=False,
        guest_ratio=0.55,
        discount_ratio=0.06,
        methods=(("card", 0.72), ("cash", 0.24), ("wallet", 0.04)),
    )
    rung = build_sales(seed, plan, accounts, listings, strangers, span)
    run_till_cases(rung, build_gift_card("corner", span.start))
    run_cash_rounding(rung)
    return accounts, rung


def run_trim(business: Business, as_of: datetime) -> None:
    """Forget everything at or after `as_of`: what is left is what a system knows on that day."""
    for source, accounts in business.accounts.items():
        known = [account for account in accounts if account.created_at < as_of]
        for account in known:
            account.addresses = [v for v in account.addresses if v[0] < as_of]
            account.edits = [edit for edit in account.edits if edit[0] < as_of]
        business.accounts[source] = known
    for source, sales in business.sales.items():
        business.sales[source] = [sale for sale in sales if sale.placed_at < as_of]
        for sale in business.sales[source]:
            _trim_sale(sale, as_of)
    for listing in business.listings:
        listing.prices = [version for version in listing.prices if version[0] < as_of]
        listing.archived_at = _before(listing.archived_at, as_of)
    business.subscriptions = [s for s in business.subscriptions if s.started_at < as_of]
    for subscription in business.subscriptions:
        subscription.cancelled_at = _before(subscription.cancelled_at, as_of)
        subscription.sales = [sale for sale in subscription.sales if sale.placed_at < as_of]


def _before(instant: datetime | None, as_of: datetime) -> datetime | None:
    return instant if instant is not None and instant < as_of else None


def _trim_sale(sale: Sale, as_of: datetime) -> None:
    sale.paid_at = _before(sale.paid_at, as_of)
    sale.cancelled_at = _before(sale.cancelled_at, as_of)
    sale.withdrawn_at = _before(sale.withdrawn_at, as_of)
    sale.fulfilled_at = _before(sale.fulfilled_at, as_of)
    sale.refunds = [refund for refund in sale.refunds if refund.refunded_at < as_of]
    sale.edited_at = [at for at in sale.edited_at if at < as_of]
