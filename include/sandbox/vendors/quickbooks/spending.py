"""Where a company's money goes: bills paid, purchases, suppliers' credits, deposits, transfers.

Source: developer.intuit.com, entities BillPayment, Purchase, VendorCredit, Deposit and Transfer.
"""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.books import Bill, BookPayment, Books, JournalEntry, Supplier
from include.sandbox.vendors.quickbooks.shapes import entity, money, reference

Row = dict[str, Any]
USD = reference("USD", "United States Dollar")
CHECKING = reference("1", "Checking")
PAYABLE = reference("5", "Accounts Payable (A/P)")
INVENTORY = reference("3", "Inventory Asset")
RENT = reference("11", "Rent or Lease")
OFFICE_CENTS, MOVED_CENTS = 1_999, 50_000
CREDIT_EVERY = 20
# Every so many bills the company's credit card pays.
CARD = reference("13", "Business Card")
CARD_EVERY = 6


def build_spending(books: Books, zone: ZoneInfo) -> dict[str, list[Row]]:
    """Entity -> its rows by time; a later state of the books only adds."""
    monthly = [entry for entry in books.journal if entry.memo.startswith("Rent")]
    return {
        "BillPayment": [_bill_payment(bill, zone) for bill in books.bills if bill.paid_on],
        "VendorCredit": [
            _credit(bill, zone) for bill in books.bills if bill.number % CREDIT_EVERY == 0
        ],
        "Purchase": [_purchase(entry, books.suppliers[0], zone) for entry in monthly],
        "Transfer": [_transfer(entry, zone) for entry in monthly],
        "Deposit": [_deposit(payment, zone) for payment in books.payments],
    }


def _paper(key: int, at: datetime, zone: ZoneInfo, on: Any) -> Row:
    paper = entity(str(key), at, at, zone)
    return paper | {"TxnDate": on.isoformat(), "CurrencyRef": USD, "ExchangeRate": 1}


def _payee(supplier: Supplier) -> Row:
    return reference(str(500_000 + supplier.number), supplier.name)


def _paid_by(bill: Bill) -> Row:
    if bill.number % CARD_EVERY == 0:
        return {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": CARD}}
    check = {"BankAccountRef": CHECKING, "PrintStatus": "NotSet"}
    return {"PayType": "Check", "CheckPayment": check}


def _bill_payment(bill: Bill, zone: ZoneInfo) -> Row:
    assert bill.paid_on is not None
    at = datetime.combine(bill.paid_on, time(10), zone)
    linked = {"TxnId": str(4_000_000 + bill.number), "TxnType": "Bill"}
    return _paper(6_000_000 + bill.number, at, zone, bill.paid_on) | {
        "VendorRef": _payee(bill.supplier),
        **_paid_by(bill),
        "TotalAmt": money(bill.total),
        "Line": [{"Amount": money(bill.total), "LinkedTxn": [linked]}],
    }


def _expense(number: int, account: Row, memo: str, cents: int) -> Row:
    return {
        "Id": str(number),
        "Description": memo,
        "Amount": money(cents),
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": account, "BillableStatus": "NotBillable"},
    }


def _credit(bill: Bill, zone: ZoneInfo) -> Row:
    """A tenth of the bill comes back: goods arrived broken."""
    cents = bill.total // 10
    return _paper(6_200_000 + bill.number, bill.at, zone, bill.on) | {
        "DocNumber": f"VC-{bill.number}",
        "VendorRef": _payee(bill.supplier),
        "APAccountRef": PAYABLE,
        "TotalAmt": money(cents),
        "Balance": money(cents),
        "Line": [_expense(1, INVENTORY, "Damaged goods", cents)],
    }


def _purchase(entry: JournalEntry, payee: Supplier, zone: ZoneInfo) -> Row:
    return _paper(6_400_000 + entry.number, entry.at, zone, entry.on) | {
        "DocNumber": f"EXP-{entry.number}",
        "PaymentType": "CreditCard",
        "AccountRef": CARD,
        "EntityRef": _payee(payee) | {"type": "Vendor"},
        "Credit": False,
        "TotalAmt": money(OFFICE_CENTS),
        "PrivateNote": "Storage",
        "Line": [_expense(1, RENT, "Storage", OFFICE_CENTS)],
    }


def _transfer(entry: JournalEntry, zone: ZoneInfo) -> Row:
    return _paper(6_600_000 + entry.number, entry.at, zone, entry.on) | {
        "FromAccountRef": CHECKING,
        "ToAccountRef": reference("6", "Payroll Liabilities"),
        "Amount": money(MOVED_CENTS),
        "PrivateNote": "Set aside",
    }


def _deposit(payment: BookPayment, zone: ZoneInfo) -> Row:
    """The check of one payment, taken to the bank the same day."""
    linked = {"TxnId": str(3_000_000 + payment.number), "TxnType": "Payment"}
    return _paper(6_800_000 + payment.number, payment.at, zone, payment.on) | {
        "DepositToAccountRef": CHECKING,
        "TotalAmt": money(payment.amount),
        "Line": [{"Amount": money(payment.amount), "LinkedTxn": [linked | {"TxnLineId": "0"}]}],
    }
