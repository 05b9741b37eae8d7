"""Bazaar's four CSV exports, with the mess of a real shop database dump.

Timestamps are `YYYY-MM-DD HH:MM:SS`, UTC. Invalid rows are additional: without them every
transaction's items add up to its subtotal and discount exactly.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include.sandbox.economy.business import Business
from include.sandbox.economy.records import Account, Listing, Sale
from include.sandbox.exports.delimited import amount, build_delimited, write_text
from include.sandbox.seeded_random import build_dice

CUSTOMERS = (
    "customer_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "address",
    "city",
    "state",
    "postal_code",
    "country",
    "signup_date",
    "updated_at",
)
PRODUCTS = (
    "product_id",
    "product_name",
    "category",
    "subcategory",
    "brand",
    "unit_price",
    "cost",
    "currency",
    "is_active",
    "updated_at",
)
TRANSACTIONS = (
    "transaction_id",
    "customer_id",
    "transaction_at",
    "status",
    "payment_method",
    "subtotal",
    "discount",
    "tax",
    "shipping",
    "total",
    "currency",
    "updated_at",
)
ITEMS = (
    "transaction_item_id",
    "transaction_id",
    "product_id",
    "quantity",
    "unit_price",
    "discount",
    "line_total",
)
BAD_DATES = ("2025-13-45 10:00:00", "not a date", "0000-00-00 00:00:00")
ORPHAN_ITEMS, NEGATIVE_ITEMS = 5, 3

Row = tuple[object, ...]


@dataclass(slots=True)
class Export:
    """The rows of the four files and the mess counted for the truth."""

    customers: list[Row]
    products: list[Row]
    transactions: list[Row]
    items: list[Row]
    bad_rows: dict[str, object]


def stamp(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def customer_key(account: Account) -> str:
    return f"C{account.number:06d}"


def product_key(listing: Listing) -> str:
    return f"P{listing.number:05d}"


def transaction_key(sale: Sale) -> str:
    return f"T{sale.number:07d}"


def sale_status(sale: Sale) -> str:
    """The shop's word for where a sale stands."""
    if sale.cancelled_at:
        return "cancelled"
    if sale.refunds:
        return "refunded"
    return "completed" if sale.paid_at else "pending"


def _customer_row(seed: int, account: Account) -> Row:
    dice = build_dice(seed, "bazaar", "mess", account.number)
    first, last, email = account.first_name, account.last_name, account.email or ""
    if account.company_name:
        first, last = account.company_name, ""
    if dice.random() < 0.04:
        first, last = f" {first}", f"{last} "
    if dice.random() < 0.04:
        email = email.upper() if dice.random() < 0.5 else f"{email} "
    address = account.address
    street = f"{address.street}, {address.street2}" if address.street2 else address.street
    country = address.country_code if dice.random() < 0.8 else address.country
    return (
        customer_key(account),
        first,
        last,
        email,
        account.phone or "",
        street,
        address.city,
        address.state_code,
        address.postal_code,
        country,
        account.created_at.strftime("%Y-%m-%d"),
        stamp(account.updated_at),
    )


def _older_row(row: Row, account: Account) -> Row:
    """The row as it was before the last change: an export written while rows changed holds both."""
    before = account.addresses[-2][1] if len(account.addresses) > 1 else account.address
    changed = list(row)
    changed[5:10] = [
        before.street,
        before.city,
        before.state_code,
        before.postal_code,
        before.country_code,
    ]
    changed[11] = stamp(account.created_at)
    return tuple(changed)


def _product_row(listing: Listing) -> Row:
    return (
        product_key(listing),
        listing.title,
        listing.category,
        listing.subcategory,
        listing.brand,
        amount(listing.price),
        amount(listing.cost),
        "USD",
        "false" if listing.archived_at else "true",
        stamp(listing.updated_at),
    )


def _transaction_row(seed: int, sale: Sale) -> Row:
    dice = build_dice(seed, "bazaar", "tx-mess", sale.number)
    status, method = sale_status(sale), sale.payment_method
    if dice.random() < 0.02:
        status = status.upper()
    if dice.random() < 0.02:
        method = method.replace("_", " ").title()
    assert sale.account is not None
    return (
        transaction_key(sale),
        customer_key(sale.account),
        stamp(sale.placed_at),
        status,
        method,
        amount(sale.gross),
        amount(sale.discount),
        amount(sale.tax),
        amount(sale.shipping),
        amount(sale.total),
        "USD",
        stamp(sale.updated_at),
    )


def build_export(seed: int, business: Business) -> Export:
    """All rows of all files, invalid ones included."""
    accounts = business.accounts["ecommerce_csv"]
    sales = business.sales["ecommerce_csv"]
    customers: list[Row] = []
    repeated = 0
    for account in accounts:
        row = _customer_row(seed, account)
        customers.append(row)
        if build_dice(seed, "bazaar", "repeat", account.number).random() < 0.02:
            customers.append(_older_row(row, account))
            repeated += 1
    items: list[Row] = []
    for sale in sales:
        for line in sale.lines:
            items.append(
                (
                    f"I{len(items) + 1:08d}",
                    transaction_key(sale),
                    product_key(line.listing),
                    line.quantity,
                    amount(line.unit),
                    amount(line.discount),
                    amount(line.net),
                )
            )
    transactions = [_transaction_row(seed, sale) for sale in sales]
    bad = _add_bad_rows(seed, business, transactions, items)
    products = [_product_row(listing) for listing in business.listings]
    return Export(customers, products, transactions, items, bad | {"customers_repeated": repeated})


def _add_bad_rows(
    seed: int, business: Business, transactions: list[Row], items: list[Row]
) -> dict[str, object]:
    """Append orphans, negative quantities and bad dates; ids `X...` tell tests which they are."""
    dice = build_dice(seed, "bazaar", "bad")
    # The first sales exist in every later state too, so bad rows never move between states.
    sales = business.sales["ecommerce_csv"][:50]
    listing = business.listings[0]
    orphans, negatives, dates = [], [], []
    for number in range(ORPHAN_ITEMS):
        orphans.append(f"X1{number:07d}")
        items.append(
            (
                orphans[-1],
                transaction_key(dice.choice(sales)),
                f"P9{number:04d}9",
                1,
                "9.99",
                "0.00",
                "9.99",
            )
        )
    for number in range(NEGATIVE_ITEMS):
        negatives.append(f"X2{number:07d}")
        cents = listing.prices[0][1]
        items.append(
            (
                negatives[-1],
                transaction_key(dice.choice(sales)),
                product_key(listing),
                -1,
                amount(cents),
                "0.00",
                amount(-cents),
            )
        )
    for number, text in enumerate(BAD_DATES):
        sale = dice.choice(sales)
        dates.append(f"X3{number:06d}")
        assert sale.account is not None
        transactions.append(
            (
                dates[-1],
                customer_key(sale.account),
                text,
                "completed",
                "credit_card",
                "10.00",
                "0.00",
                "0.00",
                "0.00",
                "10.00",
                "USD",
                stamp(sale.placed_at),
            )
        )
    return {
        "items_unknown_product": orphans,
        "items_negative_quantity": negatives,
        "transactions_bad_date": dates,
    }


def write_export(folder: Path, export: Export) -> None:
    """Four CSV files, as the shop system writes them."""
    tables = (
        ("customers", CUSTOMERS, export.customers),
        ("products", PRODUCTS, export.products),
        ("transactions", TRANSACTIONS, export.transactions),
        ("transaction_items", ITEMS, export.items),
    )
    for name, header, rows in tables:
        write_text(folder / f"{name}.csv", build_delimited([header, *rows]))
