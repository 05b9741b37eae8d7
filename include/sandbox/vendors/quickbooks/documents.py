"""Documents of the books: sales, payments, bills and journal entries as the API shows them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.books import BookPayment, Books
from include.sandbox.exports.quickbooks_csv import Document
from include.sandbox.vendors.quickbooks.shapes import entity, money, reference

Row = dict[str, Any]
ENTITY_OF = {
    "Invoice": "Invoice",
    "Sales Receipt": "SalesReceipt",
    "Credit Memo": "CreditMemo",
    "Refund": "RefundReceipt",
}
USD = reference("USD", "United States Dollar")


class Scribe:
    """Writes documents; ids follow from the numbers in the books, so they last."""

    def __init__(self, zone: ZoneInfo, customers: dict[str, str], items: dict[str, str]) -> None:
        self._zone, self._customers, self._items = zone, customers, items

    def build_sales(self, books: Books) -> dict[str, list[Row]]:
        """Invoices, receipts, credit memos and refunds; estimates are another entity."""
        paid = {payment.invoice.sale.key: payment for payment in books.payments}
        found: dict[str, list[Row]] = {name: [] for name in ENTITY_OF.values()}
        taken_back: dict[str, int] = {}
        for doc in books.documents:
            if doc.kind not in ENTITY_OF:
                continue
            key = 1_000_000 + doc.sale.number
            at = doc.sale.placed_at
            if doc.kind in ("Credit Memo", "Refund"):
                nth = taken_back[doc.sale.key] = taken_back.get(doc.sale.key, 0) + 1
                key = 2_000_000 + doc.sale.number * 10 + nth
                at = doc.sale.refunds[nth - 1].refunded_at
            found[ENTITY_OF[doc.kind]].append(self._sale(doc, str(key), at, paid))
        return found

    def _sale(self, doc: Document, key: str, at: datetime, paid: dict[str, BookPayment]) -> Row:
        payment = paid.get(doc.sale.key) if doc.kind == "Invoice" else None
        row = self._paper(key, at, payment.at if payment else at, doc.number, doc.on)
        total = abs(doc.amount)
        row |= {
            "CustomerRef": reference(self._customers[doc.customer], doc.customer),
            "Line": self._lines(doc),
            "TxnTaxDetail": {"TotalTax": 0},
            "TotalAmt": money(total),
            "Balance": money(total if doc.kind == "Invoice" and payment is None else 0),
        }
        if doc.sale.number % 40 == 0 or doc.kind in ("Credit Memo", "Refund"):
            row["PrivateNote"] = "checked with the customer"
        if doc.kind == "Invoice":
            row |= {
                "DueDate": (doc.on + timedelta(days=30)).isoformat(),
                "EmailStatus": "EmailSent",
                "GlobalTaxCalculation": "NotApplicable",
            }
            if payment:
                linked = {"TxnId": str(3_000_000 + payment.number), "TxnType": "Payment"}
                row["LinkedTxn"] = [linked]
        if doc.kind in ("Sales Receipt", "Refund"):
            row["DepositToAccountRef"] = reference("1", "Checking")
        return row

    def _paper(self, key: str, at: datetime, changed: datetime, number: str, on: Any) -> Row:
        row = entity(key, at, changed, self._zone)
        row |= {"DocNumber": number} if number else {}
        return row | {"TxnDate": on.isoformat(), "CurrencyRef": USD, "ExchangeRate": 1}

    def _lines(self, doc: Document) -> list[Row]:
        lines: list[Row] = []
        for number, line in enumerate(doc.lines, 1):
            row: Row = {
                "Id": str(number), "LineNum": number, "Description": line.memo,
                "Amount": money(abs(line.amount)),
            }  # fmt: skip
            if line.item:
                row["DetailType"] = "SalesItemLineDetail"
                row["SalesItemLineDetail"] = {
                    "ItemRef": reference(self._items[line.item], line.item),
                    "UnitPrice": money(line.price or 0),
                    "Qty": abs(line.quantity or 0),
                    "TaxCodeRef": reference("NON"),
                }
            else:
                gross = sum(one.amount for one in doc.lines if one.item)
                row["DetailType"] = "DiscountLineDetail"
                row["DiscountLineDetail"] = {
                    "PercentBased": True,
                    "DiscountPercent": round(abs(line.amount) * 100 / gross, 2),
                    "DiscountAccountRef": reference("8", "Discounts given"),
                }
            lines.append(row)
        goods = sum(abs(line.amount) for line in doc.lines if line.item)
        # Without an Id: it repeats what stands above it.
        subtotal = {"Amount": money(goods), "DetailType": "SubTotalLineDetail"}
        return [*lines, subtotal | {"SubTotalLineDetail": {}}]

    def build_estimates(self, books: Books) -> list[Row]:
        """What was offered; an estimate is no sale, whatever became of it."""
        found = []
        for doc in books.documents:
            if doc.kind == "Estimate":
                key, at = str(1_500_000 + doc.sale.number), doc.sale.placed_at
                row = self._sale(doc, key, at, {})
                # An estimate is never owed.
                del row["Balance"]
                row["TxnStatus"] = ("Pending", "Accepted", "Rejected")[doc.sale.number % 3]
                if row["TxnStatus"] == "Accepted":
                    row["AcceptedDate"] = doc.on.isoformat()
                row["ExpirationDate"] = (doc.on + timedelta(days=30)).isoformat()
                found.append(row)
        return found

    def build_payments(self, books: Books) -> list[Row]:
        return [self._payment(payment) for payment in books.payments]

    def _payment(self, payment: BookPayment) -> Row:
        invoice = payment.invoice
        row = self._paper(str(3_000_000 + payment.number), payment.at, payment.at, "", payment.on)
        linked = {"TxnId": str(1_000_000 + invoice.sale.number), "TxnType": "Invoice"}
        return row | {
            "CustomerRef": reference(self._customers[invoice.customer], invoice.customer),
            "TotalAmt": money(payment.amount),
            "UnappliedAmt": 0,
            "DepositToAccountRef": reference("1", "Checking"),
            "Line": [{"Amount": money(payment.amount), "LinkedTxn": [linked]}],
        }

    def build_bills(self, books: Books) -> list[Row]:
        """Bills of suppliers; a paid one changed on the day it was paid."""
        found = []
        for bill in books.bills:
            changed = bill.at
            if bill.paid_on:
                changed = bill.at + (bill.paid_on - bill.on)
            key = str(4_000_000 + bill.number)
            row = self._paper(key, bill.at, changed, f"B-{bill.number}", bill.on)
            lines = [
                {
                    "Id": str(number), "LineNum": number, "Description": memo,
                    "Amount": money(cents), "DetailType": "AccountBasedExpenseLineDetail",
                    "AccountBasedExpenseLineDetail": {
                        "AccountRef": reference(str(account.number), account.name),
                        "BillableStatus": "NotBillable",
                    },
                }
                for number, (memo, account, cents) in enumerate(bill.lines, 1)
            ]  # fmt: skip
            found.append(row | {
                "DueDate": bill.due_on.isoformat(),
                "VendorRef": reference(str(500_000 + bill.supplier.number), bill.supplier.name),
                "APAccountRef": reference("5", "Accounts Payable (A/P)"),
                "TotalAmt": money(bill.total),
                "Balance": 0 if bill.paid_on else money(bill.total),
                "Line": lines,
            })  # fmt: skip
        return found

    def build_journal(self, books: Books) -> list[Row]:
        """Journal entries, whose debits equal their credits."""
        found = []
        for entry in books.journal:
            key = str(5_000_000 + entry.number)
            row = self._paper(key, entry.at, entry.at, f"J-{entry.number}", entry.on)
            lines = []
            for number, (account, debit, credit) in enumerate(entry.lines):
                detail = {
                    "PostingType": "Debit" if debit else "Credit",
                    "AccountRef": reference(str(account.number), account.name),
                }
                lines.append({
                    "Id": str(number), "Description": entry.memo,
                    "Amount": money(debit or credit), "DetailType": "JournalEntryLineDetail",
                    "JournalEntryLineDetail": detail,
                })  # fmt: skip
            found.append(row | {"Adjustment": False, "PrivateNote": entry.memo, "Line": lines})
        return found
