"""Stripe: the lists of amounts in an invoice as the sums that are compared with its total.

Source: docs.stripe.com/api/invoices/object, API version 2026-10-28, read 2026-11.
"""

from collections.abc import Iterable
from typing import Any

Record = dict[str, Any]


def prepare_invoices(record: Record) -> Record:
    """`sums`: discounts, tax on top and inside, and billing credits, in minor units.

    Credits stand beside discounts in one list, told apart by their type.
    """
    taxes = _rows(record, "total_taxes")
    credits = _rows(record, "total_pretax_credit_amounts")
    return record | {
        "sums": {
            "discount": _sum(_rows(record, "total_discount_amounts")),
            "exclusive_tax": _sum(one for one in taxes if one.get("tax_behavior") == "exclusive"),
            "inclusive_tax": _sum(one for one in taxes if one.get("tax_behavior") == "inclusive"),
            "billing_credit": _sum(
                one for one in credits if one.get("type") == "credit_balance_transaction"
            ),
        }
    }


def _rows(record: Record, name: str) -> list[Record]:
    """The list; null and left out are empty."""
    return [one for one in record.get(name) or [] if isinstance(one, dict)]


def _sum(rows: Iterable[Record]) -> int:
    return sum(int(one.get("amount") or 0) for one in rows)
