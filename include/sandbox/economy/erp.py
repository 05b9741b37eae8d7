"""Corner's ERP: orders, invoices and payments of its trade customers, and its stock ledger.

The same sales as the invoices in Stripe (`business.sales["stripe"]`, channel `invoice`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from include.sandbox.economy.accounts import System, build_account
from include.sandbox.economy.business import Business
from include.sandbox.economy.point_of_sale import StockMove, Tills
from include.sandbox.economy.records import Account, Refund, Sale
from include.sandbox.seeded_random import build_dice


@dataclass(frozen=True, slots=True)
class ErpOrder:
    """A sales order; `delivered_at` None while open."""

    number: int
    sale: Sale
    customer: Account
    at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ErpInvoice:
    """A sales invoice, or with `refund` a return against `returns` (amounts are negative then).

    Attributes:
        total: Cents with tax; negative for a return.
        outstanding: Cents still owed.
        changed_at: Last change: posting or payment.
    """

    number: int
    order: ErpOrder
    at: datetime
    due_on: date
    total: int
    outstanding: int
    changed_at: datetime
    refund: Refund | None = None
    returns: int | None = None


@dataclass(frozen=True, slots=True)
class ErpPayment:
    """Money received for one invoice, or paid back for a return (`amount` is positive)."""

    number: int
    invoice: ErpInvoice
    at: datetime
    amount: int
    is_payout: bool


@dataclass(slots=True)
class Erp:
    """Everything in the ERP, oldest first.

    Attributes:
        customers: As the ERP spells them; trade customers, plus regulars known by name.
        stock: The stock ledger, the same moves as at the tills.
    """

    customers: list[Account]
    orders: list[ErpOrder]
    invoices: list[ErpInvoice]
    payments: list[ErpPayment]
    stock: list[StockMove]


def build_erp(seed: int, business: Business, tills: Tills, horizon: datetime, now: datetime) -> Erp:
    """The ERP at `now`."""
    sales = [s for s in business.sales["stripe"] if s.channel == "invoice" and s.account]
    sales.sort(key=lambda sale: (sale.placed_at, sale.number))
    customers = _build_customers(seed, business, sales, horizon, now)
    by_party = {account.party.party_id: account for account in customers}
    orders = []
    for number, sale in enumerate(sales, 1):
        dice = build_dice(seed, "erp", sale.key)
        sent = sale.placed_at + timedelta(hours=dice.randrange(3, 90))
        customer = by_party[sale.party.party_id]
        orders.append(
            ErpOrder(number, sale, customer, sale.placed_at, sent if sent < now else None)
        )
    invoices, payments = _build_invoices(orders)
    return Erp(customers, orders, invoices, payments, tills.moves)


def _build_customers(
    seed: int, business: Business, sales: list[Sale], horizon: datetime, now: datetime
) -> list[Account]:
    """One record per party, at the latest when it first bought on invoice."""
    first: dict[str, Account] = {}
    for sale in sales:
        assert sale.account is not None
        first.setdefault(sale.party.party_id, sale.account)
    for account in business.accounts["stripe"]:
        if account.number % 3 == 0:
            first.setdefault(account.party.party_id, account)
    found = []
    system = System(seed, "corner", "erpnext")
    for account in first.values():
        born = account.created_at
        made = build_account(system, account.party, born, horizon)
        made.addresses = [v for v in made.addresses if v[0] < now]
        made.edits = [edit for edit in made.edits if edit[0] < now]
        found.append(made)
    found.sort(key=lambda account: (account.created_at, account.party.party_id))
    for number, account in enumerate(found, 1):
        account.number = number
    return found


def _build_invoices(orders: list[ErpOrder]) -> tuple[list[ErpInvoice], list[ErpPayment]]:
    """An invoice per order the same day, a return per refund; payments when the sale was paid."""
    drafts: list[tuple[datetime, ErpOrder, Refund | None]] = []
    for order in orders:
        drafts.append((order.at + timedelta(minutes=5), order, None))
        drafts += [(refund.refunded_at, order, refund) for refund in order.sale.refunds]
    drafts.sort(key=lambda draft: (draft[0], draft[1].number))
    invoices: list[ErpInvoice] = []
    of_order: dict[int, int] = {}
    for number, (at, order, refund) in enumerate(drafts, 1):
        paid = order.sale.paid_at if refund is None else at
        total = order.sale.total if refund is None else -refund.total
        if refund is None:
            of_order[order.number] = number
        invoices.append(
            ErpInvoice(
                number=number,
                order=order,
                at=at,
                due_on=(at + timedelta(days=30)).date(),
                total=total,
                outstanding=0 if paid else total,
                changed_at=max(at, paid or at),
                refund=refund,
                returns=of_order.get(order.number) if refund else None,
            )
        )
    paid_for = [invoice for invoice in invoices if invoice.outstanding == 0]
    paid_for.sort(key=lambda invoice: (invoice.changed_at, invoice.number))
    payments = [
        ErpPayment(
            number, invoice, invoice.changed_at, abs(invoice.total), invoice.refund is not None
        )
        for number, invoice in enumerate(paid_for, 1)
    ]
    return invoices, payments
