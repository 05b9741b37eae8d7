"""One ERPNext site filled from the economy: master data, papers of the trade, the stock ledger.

An order that a customer changed was cancelled and amended; some drafts were typed twice and left
lying. What came back is a credit note. Tills only move stock here.
"""

from datetime import datetime

from include.sandbox.economy.business import Business
from include.sandbox.economy.erp import Erp, ErpInvoice, ErpOrder, ErpPayment
from include.sandbox.economy.point_of_sale import StockMove
from include.sandbox.vendors.erpnext import general_ledger, masters, paying, selling
from include.sandbox.vendors.erpnext.documents import ABBR, CANCELLED, DRAFT, SUBMITTED, Json

CHILDREN = {
    "Sales Order": {"items": "Sales Order Item", "taxes": "Sales Taxes and Charges"},
    "Sales Invoice": {
        "items": "Sales Invoice Item",
        "taxes": "Sales Taxes and Charges",
        "payments": "Sales Invoice Payment",
    },
    "Payment Entry": {"references": "Payment Entry Reference"},
}
DOCTYPES = ("Customer", "Item", *CHILDREN, "Stock Ledger Entry", "GL Entry")
AMENDED_EVERY = 7
DRAFT_EVERY = 9


class ErpnextSite:
    """The documents of one site.

    Attributes:
        tables: DocType -> rows, child DocTypes included.
        customer_of: party_id -> the customer's name.
        invoice_of: sale key -> name of its invoice.
    """

    def __init__(self, business: Business, erp: Erp, now: datetime) -> None:
        self.business, self.erp, self.now = business, erp, now
        children = {child for named in CHILDREN.values() for child in named.values()}
        self.tables: dict[str, list[Json]] = {name: [] for name in (*DOCTYPES, *children)}
        self.customer_of: dict[str, str] = {}
        self.invoice_of: dict[str, str] = {}
        self._customers: dict[str, Json] = {}
        self._orders: dict[int, Json] = {}
        self._invoices: dict[int, Json] = {}
        self._credits: dict[tuple[str, datetime], str] = {}
        self._add_masters()
        for order in erp.orders:
            self._add_orders(order)
        for invoice in erp.invoices:
            self._add_invoice(invoice)
        for payment in erp.payments:
            self._add_payment(payment)
        for move in erp.stock:
            name, voucher = f"MAT-SLE-{move.at:%Y}-{move.number:05d}", self._voucher(move)
            entry = paying.build_ledger_entry(name, move, voucher)
            self.tables["Stock Ledger Entry"].append(entry)

    def _add_masters(self) -> None:
        rows = self.tables["Customer"]
        rows.append(masters.build_walk_in())
        for account in self.erp.customers:
            row = masters.build_customer(account)
            rows.append(row)
            self.customer_of[account.party.party_id] = row["name"]
            self._customers[account.party.party_id] = row
        for listing in self.business.listings:
            for variant in range(len(listing.variants)):
                self.tables["Item"].append(masters.build_item(listing, variant))

    def _add_orders(self, order: ErpOrder) -> None:
        name = f"SAL-ORD-{order.at:%Y}-{order.number:05d}"
        if order.number % DRAFT_EVERY == 0:
            self._add_order(order, f"{name[:-5]}9{name[-4:]}", DRAFT, None)
        if order.number % AMENDED_EVERY == 0:
            self._add_order(order, name, CANCELLED, None)
            self._orders[order.number] = self._add_order(order, f"{name}-1", SUBMITTED, name)
        else:
            self._orders[order.number] = self._add_order(order, name, SUBMITTED, None)

    def _add_order(
        self, order: ErpOrder, name: str, docstatus: int, amended_from: str | None
    ) -> Json:
        customer = self._customers[order.customer.party.party_id]
        row = selling.build_order(order, name, customer, docstatus, amended_from)
        sale = order.sale
        parts = selling.parts_of(sale)
        self.tables["Sales Order"].append(row)
        self.tables["Sales Order Item"] += selling.build_items(row, "Sales Order", sale, parts)
        taxes = selling.build_taxes(row, "Sales Order", sale, parts, sale.shipping)
        self.tables["Sales Taxes and Charges"] += taxes
        return row

    def _add_invoice(self, invoice: ErpInvoice) -> None:
        sale, refund = invoice.order.sale, invoice.refund
        order = self._orders[invoice.order.number]
        customer = self._customers[invoice.order.customer.party.party_id]
        prefix = "ACC-SINV" if refund is None else "ACC-SINV-RET"
        name = f"{prefix}-{invoice.at:%Y}-{invoice.number:05d}"
        against = self._invoices[invoice.returns]["name"] if invoice.returns else None
        row = selling.build_invoice(invoice, name, customer, against)
        parts = selling.parts_of(sale) if refund is None else selling.parts_of_refund(refund)
        shipping = sale.shipping if refund is None else -refund.shipping
        links = {"sales_order": order["name"], "income_account": f"Sales - {ABBR}"}
        items = selling.build_items(row, "Sales Invoice", sale, parts, **links)
        self.tables["Sales Invoice"].append(row)
        self.tables["Sales Invoice Item"] += items
        taxes = selling.build_taxes(row, "Sales Invoice", sale, parts, shipping)
        self.tables["Sales Taxes and Charges"] += taxes
        self.tables["GL Entry"] += general_ledger.post_invoice(row, taxes)
        if row["is_pos"]:
            self.tables["Sales Invoice Payment"].append(selling.build_pos_payment(row))
        self._invoices[invoice.number] = row
        if refund is None:
            self.invoice_of[sale.key] = name
        else:
            self._credits[sale.key, refund.refunded_at] = name

    def _add_payment(self, payment: ErpPayment) -> None:
        invoice = self._invoices[payment.invoice.number]
        if invoice["is_pos"]:
            return
        row = paying.build_payment(payment, invoice)
        self.tables["Payment Entry"].append(row)
        self.tables["GL Entry"] += general_ledger.post_payment(row)
        reference = paying.build_reference(row, payment, invoice)
        self.tables["Payment Entry Reference"].append(reference)

    def _voucher(self, move: StockMove) -> tuple[str, str]:
        """The document that moved it; the tills' sales leave by one stock entry a day."""
        key = move.sale_key
        if key is None:
            return "Purchase Receipt", f"MAT-PRE-{move.at:%Y%m%d}"
        back = self._credits.get((key, move.at))
        name = back if move.kind == "return" else self.invoice_of.get(key)
        return ("Sales Invoice", name) if name else ("Stock Entry", f"MAT-STE-{move.at:%Y%m%d}")
