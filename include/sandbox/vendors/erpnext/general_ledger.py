"""What the site posts to its general ledger: debits and credits of invoices and payments.

Source: ERPNext 15.90.0, DocType GL Entry.
"""

from collections.abc import Iterable, Iterator

from include.sandbox.vendors.erpnext.documents import ABBR, COMPANY, SUBMITTED, Json

DEBTORS, CASH, SALES = f"Debtors - {ABBR}", f"Cash - {ABBR}", f"Sales - {ABBR}"


def post_invoice(row: Json, taxes: Iterable[Json]) -> Iterator[Json]:
    """A credit note turns the sides round, as its amounts are negative."""
    parts = [(DEBTORS, row["grand_total"]), (SALES, -row["net_total"])]
    parts += [(tax["account_head"], -tax["base_tax_amount"]) for tax in taxes]
    if row["is_pos"]:
        parts += [(CASH, row["grand_total"]), (DEBTORS, -row["grand_total"])]
    yield from _post("Sales Invoice", row, row["customer"], parts)


def post_payment(row: Json) -> Iterator[Json]:
    """From one account to another."""
    parts = [(row["paid_to"], row["received_amount"]), (row["paid_from"], -row["paid_amount"])]
    yield from _post("Payment Entry", row, row["party"], parts)


def _post(doctype: str, row: Json, party: str, parts: list[tuple[str, float]]) -> Iterator[Json]:
    for position, (account, value) in enumerate(parts):
        debit, credit = max(value, 0.0), max(-value, 0.0)
        is_debtor = account == DEBTORS
        yield {
            "name": f"GLE-{row['name']}-{position + 1}",
            "owner": row["owner"],
            "creation": row["creation"],
            "modified": row["creation"],
            "modified_by": row["owner"],
            "docstatus": SUBMITTED,
            "idx": 0,
            "posting_date": row["posting_date"],
            "account": account,
            "party_type": "Customer" if is_debtor else None,
            "party": party if is_debtor else None,
            "cost_center": f"Main - {ABBR}",
            "debit": debit,
            "credit": credit,
            "account_currency": "USD",
            "debit_in_account_currency": debit,
            "credit_in_account_currency": credit,
            "against": None if is_debtor else party,
            "against_voucher_type": doctype if is_debtor else None,
            "against_voucher": row["name"] if is_debtor else None,
            "voucher_type": doctype,
            "voucher_no": row["name"],
            "voucher_detail_no": None,
            "is_opening": "No",
            "is_advance": "No",
            "fiscal_year": row["posting_date"][:4],
            "company": COMPANY,
            "is_cancelled": 0,
            "to_rename": 0,
        }
