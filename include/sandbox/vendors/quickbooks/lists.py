"""The small lists of a company file: what documents are filed under, how buyers pay, tax codes.

Source: Intuit's V3 schema, entities Class, Department, PaymentMethod and TaxCode.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.vendors.quickbooks.shapes import entity, reference

Row = dict[str, Any]
CLASSES = (("Online", None), ("Wholesale", None), ("Fairs", "Wholesale"))
DEPARTMENTS = ("Denver", "Boulder")
METHODS = (("Cash", "NON_CREDIT_CARD"), ("Check", "NON_CREDIT_CARD"), ("Visa", "CREDIT_CARD"))


def build_lists(start: datetime, zone: ZoneInfo) -> dict[str, list[Row]]:
    """Entity -> its rows, all there from the first day; one class is no longer used."""

    def made(first: int, number: int) -> Row:
        return entity(str(first + number), start, start, zone)

    keys = {name: str(600_000 + number) for number, (name, _) in enumerate(CLASSES)}
    classes = []
    for number, (name, parent) in enumerate(CLASSES):
        path = f"{parent}:{name}" if parent else name
        row = {"Name": name, "FullyQualifiedName": path, "SubClass": parent is not None}
        linked = {"ParentRef": reference(keys[parent], parent)} if parent else {}
        classes.append(made(600_000, number) | row | {"Active": name != "Fairs"} | linked)
    departments = [
        made(610_000, number)
        | {"Name": name, "FullyQualifiedName": name, "SubDepartment": False, "Active": True}
        for number, name in enumerate(DEPARTMENTS)
    ]
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
        "Class": classes,
        "Department": departments,
        "PaymentMethod": methods,
        "TaxCode": codes,
    }
