"""Acme's QuickBooks Online exports, with the quirks real reports have.

Source: header rows and quirks of QBO exports, connectors/quickbooks facts, read 2026-11.
Dates are plain dates in the company's time zone; no amount carries tax.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from include.sandbox.economy.business import Business
from include.sandbox.economy.confusions.labels import spell_sku, spell_title
from include.sandbox.economy.records import Account, Listing, Refund, Sale
from include.sandbox.exports.delimited import build_delimited, write_text
from include.sandbox.seeded_random import build_dice

COMPANY = "Acme Outdoor, Inc."
BOM = "\ufeff"
CRLF = "\r\n"
ITEM_HEADER = (
    "Product/Service Name",
    "Sales Description",
    "SKU",
    "Type",
    "Sales Price / Rate",
    "Taxable",
    "Income Account",
    "Purchase Description",
    "Purchase Cost",
    "Expense Account",
    "Quantity On Hand",
    "Reorder Point",
    "Inventory Asset Account",
    "Quantity as-of Date",
)
CUSTOMER_HEADER = (
    "Customer full name",
    "Phone numbers",
    "Email",
    "Full name",
    "Bill address",
    "Ship address",
    "Company",
    "Created on",
)
SALES_HEADER = (
    "",
    "Transaction date",
    "Transaction type",
    "Num",
    "Product/Service full name",
    "Memo/Description",
    "Quantity",
    "Sales price",
    "Amount",
    "Balance",
    "Customer full name",
    "Transaction type",
)
WALK_IN = "Walk-in customer"
TYPES = {"wholesale": "Invoice", "retail": "Sales Receipt", "estimate": "Estimate"}
BACK = {"wholesale": "Credit Memo", "retail": "Refund"}


@dataclass(frozen=True, slots=True)
class Line:
    """One detail row."""

    item: str
    memo: str
    quantity: int | None
    price: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the books; `sale` is the sale it books or takes back."""

    kind: str
    number: str
    on: date
    customer: str
    lines: tuple[Line, ...]
    sale: Sale

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


def grouped(cents: int) -> str:
    """Thousands commas, as in detail rows: 137600 -> "1,376.00"."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def dollars(cents: int) -> str:
    """With sign and parentheses, as in total rows: -123456 -> "($1,234.56)"."""
    return f"({'$' + grouped(-cents)})" if cents < 0 else f"${grouped(cents)}"


def bracketed(cents: int) -> str:
    """Negative detail amounts stand in parentheses."""
    return f"({grouped(-cents)})" if cents < 0 else grouped(cents)


def us_date(on: date) -> str:
    return on.strftime("%m/%d/%Y")


def build_names(business: Business) -> dict[int, str]:
    """Display name by account number: unique, some inactive (`(deleted)`), some sub-customers."""
    taken: Counter[str] = Counter()
    found = {}
    for account in business.accounts["quickbooks"]:
        name = account.name
        taken[name.lower()] += 1
        if taken[name.lower()] > 1:
            name = f"{name} ({taken[name.lower()]})"
        if account.number % 14 == 0:
            name = f"{name} (deleted)"
        elif account.company_name and account.number % 9 == 0:
            name = f"{name}:Warehouse"
        found[account.number] = name
    return found


def item_name(listing: Listing) -> str:
    return f"{listing.category}:{spell_title('quickbooks', listing)}"


def _book_lines(sale: Sale) -> tuple[Line, ...]:
    lines = [
        Line(item_name(line.listing), line.listing.title, line.quantity, line.unit, line.gross)
        for line in sale.lines
    ]
    if sale.discount:
        lines.append(Line("", f"Discount {sale.discount_code}", None, None, -sale.discount))
    return tuple(lines)


def _back_lines(sale: Sale, refund: Refund) -> tuple[Line, ...]:
    """Returned goods at what was paid for them; the price column shows the original price."""
    return tuple(
        Line(
            item_name(sale.lines[i].listing),
            f"Return: {refund.reason}",
            -quantity,
            sale.lines[i].unit,
            -subtotal,
        )
        for i, quantity, subtotal, _ in refund.lines
    )


def build_documents(business: Business, seed: int) -> list[Document]:
    """All documents by date; numbers are per type, a few blank or reused."""
    zone = ZoneInfo(business.timezone)
    names = build_names(business)
    found = []
    for sale in business.sales["quickbooks"]:
        customer = names[sale.account.number] if sale.account else WALK_IN
        kind, on = TYPES[sale.channel], sale.placed_at.astimezone(zone).date()
        number = {
            "Invoice": f"{1000 + sale.number}",
            "Sales Receipt": f"SR-{sale.number:05d}",
            "Estimate": f"E{sale.number}",
        }[kind]
        found.append(Document(kind, number, on, customer, _book_lines(sale), sale))
        for position, refund in enumerate(sale.refunds):
            returned = refund.refunded_at.astimezone(zone).date()
            lines = _back_lines(sale, refund)
            number_back = f"{'CM' if kind == 'Invoice' else 'RF'}-{sale.number}{'abc'[position]}"
            found.append(Document(BACK[sale.channel], number_back, returned, customer, lines, sale))
    return _disturb_numbers(sorted(found, key=lambda doc: (doc.on, doc.kind, doc.sale.number)))


def _disturb_numbers(documents: list[Document]) -> list[Document]:
    """Blank and reuse a few numbers; (type, number, date, customer) stays unique."""
    seen: Counter[tuple[str, date, str]] = Counter(
        (doc.kind, doc.on, doc.customer) for doc in documents
    )
    found, last_number, blanks, reused = [], "", 0, 0
    for position, doc in enumerate(documents):
        alone = seen[doc.kind, doc.on, doc.customer] == 1
        number = doc.number
        if doc.kind == "Sales Receipt" and alone and position % 97 == 3 and blanks < 5:
            number, blanks = "", blanks + 1
        elif doc.kind == "Invoice" and alone and last_number and position % 89 == 5 and reused < 3:
            number, reused = last_number, reused + 1
        elif doc.kind == "Invoice":
            last_number = number
        found.append(Document(doc.kind, number, doc.on, doc.customer, doc.lines, doc.sale))
    return found


def build_sales_detail(documents: list[Document], as_of: datetime) -> str:
    """Sales by Customer Detail: grouped by customer with totals, running balance, footer."""
    width = len(SALES_HEADER)
    blank: tuple[object, ...] = ("",) * width

    def wide(*cells: object) -> tuple[object, ...]:
        return (*cells, *blank[len(cells) :])

    rows = [wide(COMPANY), wide("Sales by Customer Detail"), wide("All Dates"), blank, SALES_HEADER]
    groups: dict[str, list[Document]] = {}
    for doc in documents:
        groups.setdefault(doc.customer, []).append(doc)
    grand = 0
    for customer in sorted(groups):
        rows.append(wide(customer))
        balance = 0
        for doc in groups[customer]:
            for line in doc.lines:
                balance += line.amount
                rows.append(
                    (
                        "",
                        us_date(doc.on),
                        doc.kind,
                        doc.number,
                        line.item,
                        line.memo,
                        "" if line.quantity is None else grouped(line.quantity * 100),
                        "" if line.price is None else grouped(line.price),
                        bracketed(line.amount),
                        bracketed(balance),
                        customer,
                        doc.kind,
                    )
                )
        rows.append(wide(f"Total for {customer}", "", "", "", "", "", "", "", dollars(balance)))
        grand += balance
    rows.append(wide("TOTAL", "", "", "", "", "", "", "", dollars(grand)))
    rows += [blank, wide(f"Accrual Basis {_footer_time(as_of)}")]
    return BOM + build_delimited(rows, newline=CRLF)


def _footer_time(as_of: datetime) -> str:
    return f"{as_of:%A, %B} {as_of.day}, {as_of:%Y} 01:47 PM GMT-06:00"


def build_customer_list(business: Business, as_of: datetime) -> str:
    """Customer Contact List: addresses with line breaks, several phones in one cell."""
    names = build_names(business)
    blank: tuple[object, ...] = ("",) * len(CUSTOMER_HEADER)
    rows: list[tuple[object, ...]] = [
        (COMPANY, *blank[1:]),
        ("Customer Contact List", *blank[1:]),
        blank,
        CUSTOMER_HEADER,
    ]
    zone = ZoneInfo(business.timezone)
    for account in sorted(
        business.accounts["quickbooks"], key=lambda account: names[account.number]
    ):
        rows.append(_customer_row(account, names[account.number], zone))
    rows.append((WALK_IN, "", "", "", "", "", "", "01/01/2025"))
    rows += [blank, (f" {_footer_time(as_of)}", *blank[1:])]
    return BOM + build_delimited(rows, newline=CRLF)


def _customer_row(account: Account, name: str, zone: ZoneInfo) -> tuple[object, ...]:
    address = account.address
    lines = [
        address.street,
        address.street2,
        f"{address.city}, {address.state_code} {address.postal_code}",
    ]
    billing = "\n".join(line for line in lines if line)
    if address.country_code != "US":
        billing += f"\n{address.country}"
    phones = ""
    if account.phone:
        phones = f"Phone: {account.phone}"
        if account.number % 5 == 0:
            phones += f" Mobile: {account.party.phone}"
    person = f"{account.first_name} {account.last_name}"
    created = us_date(account.created_at.astimezone(zone).date())
    return (
        name,
        phones,
        account.email or "",
        person,
        billing,
        billing if account.number % 3 else "",
        account.company_name,
        created,
    )


def build_item_list(business: Business, seed: int, as_of: datetime) -> str:
    """Products/services list: header in the first row; some SKUs blank or typed differently."""
    rows: list[tuple[object, ...]] = [ITEM_HEADER]
    day = us_date((as_of - timedelta(days=1)).date())
    for listing in sorted(business.listings, key=item_name):
        dice = build_dice(seed, "quickbooks", "item", listing.number)
        rows.append(
            (
                item_name(listing),
                listing.title,
                spell_sku("quickbooks", listing),
                "Inventory",
                grouped(listing.price),
                "Yes",
                "Sales of Product Income",
                "",
                grouped(listing.cost),
                "Cost of Goods Sold",
                f"{dice.randint(-5, 1500):,}",
                10,
                "Inventory Asset",
                day,
            )
        )
    rows.append(
        (
            "Installation",
            "Installation of goods",
            "",
            "Service",
            "45.00",
            "No",
            "Services",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
        )
    )
    return BOM + build_delimited(rows, newline=CRLF)


def write_books(folder: Path, business: Business, seed: int, as_of: datetime) -> list[Document]:
    """Write the three files; returns the documents for the truth."""
    documents = build_documents(business, seed)
    write_text(folder / "customers.csv", build_customer_list(business, as_of))
    write_text(folder / "products_services.csv", build_item_list(business, seed, as_of))
    write_text(folder / "sales_by_customer_detail.csv", build_sales_detail(documents, as_of))
    return documents
