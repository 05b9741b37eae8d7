"""Acme's books: the documents of the CSV exports, and what the exports do not show.

Payments, suppliers, bills and journal entries. Dates are those of the company's time zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from include.sandbox.economy.business import Business
from include.sandbox.economy.records import Account, Listing
from include.sandbox.exports.quickbooks_csv import Document, build_documents, build_names
from include.sandbox.seeded_random import build_dice


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """Chart of accounts; `kind` and `group` in QuickBooks' words."""

    number: int
    name: str
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """One brand acme buys from."""

    number: int
    name: str
    email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BookPayment:
    """Money for one invoice; `amount` cents is what the invoice came to."""

    number: int
    on: date
    at: datetime
    invoice: Document
    account: Account | None
    amount: int


@dataclass(frozen=True, slots=True)
class Bill:
    """Goods of one supplier for a month: (memo, account, cents) a line; `paid_on` None unpaid."""

    number: int
    supplier: Supplier
    on: date
    due_on: date
    at: datetime
    lines: tuple[tuple[str, LedgerAccount, int], ...]
    paid_on: date | None

    @property
    def total(self) -> int:
        return sum(amount for _, _, amount in self.lines)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """(account, debit cents, credit cents) lines; debits equal credits."""

    number: int
    on: date
    at: datetime
    memo: str
    lines: tuple[tuple[LedgerAccount, int, int], ...]


@dataclass(slots=True)
class Books:
    """The company file.

    Attributes:
        names: Account number -> display name, as in the CSV exports: unique, some ` (deleted)`.
        documents: Invoices, sales receipts, credit memos, refunds and estimates by date.
    """

    accounts: tuple[LedgerAccount, ...]
    customers: list[Account]
    names: dict[int, str]
    items: list[Listing]
    documents: list[Document]
    payments: list[BookPayment]
    suppliers: list[Supplier]
    bills: list[Bill]
    journal: list[JournalEntry]


CHART = tuple(
    LedgerAccount(number, *row)
    for number, row in enumerate(
        (
            ("Checking", "Bank", "Asset"),
            ("Accounts Receivable (A/R)", "Accounts Receivable", "Asset"),
            ("Inventory Asset", "Other Current Asset", "Asset"),
            ("Accumulated Depreciation", "Fixed Asset", "Asset"),
            ("Accounts Payable (A/P)", "Accounts Payable", "Liability"),
            ("Payroll Liabilities", "Other Current Liability", "Liability"),
            ("Sales of Product Income", "Income", "Revenue"),
            ("Discounts given", "Income", "Revenue"),
            ("Cost of Goods Sold", "Cost of Goods Sold", "Expense"),
            ("Payroll Expenses", "Expense", "Expense"),
            ("Rent or Lease", "Expense", "Expense"),
            ("Depreciation", "Other Expense", "Expense"),
            ("Business Card", "Credit Card", "Liability"),
        ),
        1,
    )
)
BY_NAME = {account.name: account for account in CHART}


def build_books(seed: int, business: Business, start: datetime, now: datetime) -> Books:
    """The company file at `now`; a later `now` only adds, except that bills get paid."""
    zone = ZoneInfo(business.timezone)
    documents = build_documents(business, seed)
    brands = sorted({listing.brand for listing in business.listings})
    suppliers = [
        Supplier(
            number,
            brand,
            f"orders@{brand.lower().replace(' ', '')}.example",
            start - timedelta(days=number),
        )
        for number, brand in enumerate(brands, 1)
    ]
    return Books(
        accounts=CHART,
        customers=business.accounts["quickbooks"],
        names=build_names(business),
        items=business.listings,
        documents=documents,
        payments=_build_payments(documents, zone),
        suppliers=suppliers,
        bills=_build_bills(seed, documents, suppliers, zone, now),
        journal=_build_journal(seed, zone, start, now),
    )


def _build_payments(documents: list[Document], zone: ZoneInfo) -> list[BookPayment]:
    paid = [
        (doc.sale.paid_at, doc)
        for doc in documents
        if doc.kind == "Invoice" and doc.sale.paid_at is not None
    ]
    paid.sort(key=lambda pair: (pair[0], pair[1].sale.number))
    return [
        BookPayment(number, at.astimezone(zone).date(), at, doc, doc.sale.account, doc.amount)
        for number, (at, doc) in enumerate(paid, 1)
    ]


def _build_bills(
    seed: int,
    documents: list[Document],
    suppliers: list[Supplier],
    zone: ZoneInfo,
    now: datetime,
) -> list[Bill]:
    """Per supplier and month what was sold of its goods, billed on the 3rd of the next month."""
    by_brand = {supplier.name: supplier for supplier in suppliers}
    costs: dict[tuple[date, str], dict[str, int]] = {}
    for doc in documents:
        if doc.kind in ("Invoice", "Sales Receipt"):
            billed = _third_of_next_month(doc.on)
            for line in doc.sale.lines:
                cell = costs.setdefault((billed, line.listing.brand), {})
                title = line.listing.title
                cell[title] = cell.get(title, 0) + line.quantity * line.listing.cost
    found: list[Bill] = []
    for (billed, brand), lines in sorted(costs.items()):
        at = datetime(billed.year, billed.month, billed.day, 10, tzinfo=zone)
        if at >= now:
            continue
        dice = build_dice(seed, "bill", billed.isoformat(), brand)
        paid = billed + timedelta(days=dice.randrange(10, 40))
        entered_at = datetime(paid.year, paid.month, paid.day, 10, tzinfo=zone)
        found.append(
            Bill(
                number=len(found) + 1,
                supplier=by_brand[brand],
                on=billed,
                due_on=billed + timedelta(days=30),
                at=at,
                lines=tuple(
                    (title, BY_NAME["Inventory Asset"], cents)
                    for title, cents in sorted(lines.items())
                ),
                paid_on=paid if entered_at < now else None,
            )
        )
    return found


def _third_of_next_month(on: date) -> date:
    return date(on.year + on.month // 12, on.month % 12 + 1, 3)


def _build_journal(seed: int, zone: ZoneInfo, start: datetime, now: datetime) -> list[JournalEntry]:
    """On the 28th of every month: payroll, rent, depreciation."""
    found: list[JournalEntry] = []
    on = date(start.year, start.month, 28)
    while (at := datetime(on.year, on.month, on.day, 17, tzinfo=zone)) < now:
        dice = build_dice(seed, "journal", on.isoformat())
        wages = dice.randrange(1_800_000, 2_300_000)
        for memo, debit, credit, cents in (
            ("Payroll", "Payroll Expenses", "Payroll Liabilities", wages),
            ("Rent", "Rent or Lease", "Checking", 640_000),
            ("Depreciation", "Depreciation", "Accumulated Depreciation", 85_000),
        ):
            lines = ((BY_NAME[debit], cents, 0), (BY_NAME[credit], 0, cents))
            found.append(JournalEntry(len(found) + 1, on, at, f"{memo} {on:%B %Y}", lines))
        on = _third_of_next_month(on).replace(day=28)
    return found
