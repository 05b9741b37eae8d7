"""The small lists of a company file: what documents are filed under, how buyers pay, tax codes.

Source: Intuit's V3 schema, entities Class, Department, PaymentMethod and TaxCode.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.vendors.quickbooks.shapes import entity, reference

Row = dict[str, Any]
CLASSES = (("Online", None), ("Wholesale", None), ("Fairs", "Wholesale"))
DEPARTMENTS = (("Denver", None), ("Boulder", None), ("Boulder Outlet", "Boulder"))
METHODS = (("Cash", "NON_CREDIT_CARD"), ("Check", "NON_CREDIT_CARD"), ("Visa", "CREDIT_CARD"))


def build_lists(start: datetime, zone: ZoneInfo) -> dict[str, list[Row]]:
    """Entity -> its rows, all there from the first day; one class is no longer used."""

    def made(first: int, number: int) -> Row:
        return entity(str(first + number), start, start, zone)

    methods = [
        made(620_000, number) | {"Name": name, "Type": kind, "Active": True}
        for number, (name, kind) in enumerate(METHODS)
    ]
    codes = [
        entity(name, start, start, zone)
        | {"Name": name, "Description": text, "Active": True, "Taxable": name == "TAX"}
        | {"TaxGroup": False}
        for name, text in (("TAX", "Sales tax"), ("NON", "Not taxable"))
    ]
    return {
        "Class": _build_tree("Class", 600_000, CLASSES, made),
        "Department": _build_tree("Department", 610_000, DEPARTMENTS, made),
        "PaymentMethod": methods,
        "TaxCode": codes,
    }


def _build_tree(
    entity_name: str,
    first: int,
    entries: tuple[tuple[str, str | None], ...],
    made: Callable[[int, int], Row],
) -> list[Row]:
    """What documents are filed under; an entry below another one names it, and only then."""
    keys = {name: str(first + number) for number, (name, _) in enumerate(entries)}
    found = []
    for number, (name, parent) in enumerate(entries):
        row = made(first, number) | {
            "Name": name,
            "FullyQualifiedName": f"{parent}:{name}" if parent else name,
            f"Sub{entity_name}": parent is not None,
            "Active": name != "Fairs",
        }
        linked = {"ParentRef": reference(keys[parent], parent)} if parent else {}
        found.append(row | linked)
    return found
