"""Acme's QuickBooks company as a replication tool copies it into a database: here a SQLite file.

Tables and columns as dbt_quickbooks (Fivetran's copy) knows them: entities in singular, lines in
tables of their own, references as ids. Source: connectors/quickbooks facts, read 2026-11. Types
are declared and, this being SQLite, not enforced: money is stored as numbers, moments as ISO text.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.sandbox.vendors.quickbooks.company import Company

Row = dict[str, Any]
STAMPS = "created_at TIMESTAMP, updated_at TIMESTAMP, _fivetran_deleted BOOLEAN NOT NULL"
PAPER = (
    "id TEXT PRIMARY KEY, doc_number TEXT, transaction_date DATE, {}customer_id TEXT, "
    f"total_amount DECIMAL(18,2), balance DECIMAL(18,2), private_note TEXT, {STAMPS}"
)
LINE = (
    '{0}_id TEXT NOT NULL, "index" INTEGER NOT NULL, id TEXT, description TEXT, '
    "amount DECIMAL(18,2), detail_type TEXT, sales_item_item_id TEXT, "
    "sales_item_quantity DECIMAL(18,4), sales_item_unit_price DECIMAL(18,4), "
    'PRIMARY KEY ({0}_id, "index")'
)
PAPERS = {
    "invoice": "Invoice",
    "sales_receipt": "SalesReceipt",
    "credit_memo": "CreditMemo",
    "refund_receipt": "RefundReceipt",
}
APPLIED = (
    'payment_id TEXT NOT NULL, "index" INTEGER NOT NULL, amount DECIMAL(18,2), invoice_id TEXT, '
    'PRIMARY KEY (payment_id, "index")'
)
CUSTOMER = (
    "id TEXT PRIMARY KEY, display_name TEXT, fully_qualified_name TEXT, given_name TEXT, "
    "family_name TEXT, company_name TEXT, email TEXT, phone_number TEXT, active BOOLEAN, "
    f"balance DECIMAL(18,2), {STAMPS}"
)
ITEM = (
    "id TEXT PRIMARY KEY, name TEXT, fully_qualified_name TEXT, sku TEXT, type TEXT, "
    "active BOOLEAN, unit_price DECIMAL(18,4), purchase_cost DECIMAL(18,4), "
    f"quantity_on_hand DECIMAL(18,4), {STAMPS}"
)


def write_copy(path: Path, company: Company) -> dict[str, int]:
    """Write the database in place of an earlier one; returns rows by table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    connection = sqlite3.connect(draft)
    try:
        counts = dict(_write_tables(connection, company.rows))
        connection.commit()
    finally:
        connection.close()
    # A reader of the old file keeps it; the new one appears whole.
    draft.replace(path)
    return counts


def _write_tables(
    connection: sqlite3.Connection, rows: dict[str, list[Row]]
) -> Iterable[tuple[str, int]]:
    yield _write(connection, "customer", CUSTOMER, map(_customer, rows["Customer"]))
    yield _write(connection, "item", ITEM, map(_item, rows["Item"]))
    for table, name in PAPERS.items():
        due = "due_date DATE, " if table == "invoice" else ""
        yield _write(connection, table, PAPER.format(due), (_paper(r, table) for r in rows[name]))
        lines = (line for row in rows[name] for line in _lines(row))
        yield _write(connection, f"{table}_line", LINE.format(table), lines)
    yield _write(
        connection, "payment", PAPER.format(""), (_paper(row, "payment") for row in rows["Payment"])
    )
    applied = (line for row in rows["Payment"] for line in _applied(row))
    yield _write(connection, "payment_line", APPLIED, applied)


def _write(
    connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]
) -> tuple[str, int]:
    connection.execute(f"create table {table} ({columns})")
    made = list(rows)
    if made:
        marks = ", ".join("?" * len(made[0]))
        connection.executemany(f"insert into {table} values ({marks})", made)  # noqa: S608 ours
    return table, len(made)


def _stamps(row: Row) -> tuple[str, str, int]:
    told = row["MetaData"]
    return (_utc(told["CreateTime"]), _utc(told["LastUpdatedTime"]), 0)


def _utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _customer(row: Row) -> tuple[Any, ...]:
    names = ("Id", "DisplayName", "FullyQualifiedName", "GivenName", "FamilyName", "CompanyName")
    return (
        *(row.get(name) for name in names),
        (row.get("PrimaryEmailAddr") or {}).get("Address"),
        (row.get("PrimaryPhone") or {}).get("FreeFormNumber"),
        row["Active"],
        row["Balance"],
        *_stamps(row),
    )


def _item(row: Row) -> tuple[Any, ...]:
    names = ("Id", "Name", "FullyQualifiedName", "Sku", "Type", "Active", "UnitPrice")
    more = (row.get("PurchaseCost"), row.get("QtyOnHand"))
    return (*(row.get(name) for name in names), *more, *_stamps(row))


def _paper(row: Row, table: str) -> tuple[Any, ...]:
    due = (row.get("DueDate"),) if table == "invoice" else ()
    return (
        *(row["Id"], row.get("DocNumber"), row["TxnDate"], *due, row["CustomerRef"]["value"]),
        *(row["TotalAmt"], row.get("Balance"), row.get("PrivateNote"), *_stamps(row)),
    )


def _lines(row: Row) -> Iterable[tuple[Any, ...]]:
    for number, line in enumerate(row["Line"]):
        item = line.get("SalesItemLineDetail") or {}
        yield (
            *(row["Id"], number, line.get("Id"), line.get("Description"), line["Amount"]),
            *(line["DetailType"], (item.get("ItemRef") or {}).get("value")),
            *(item.get("Qty"), item.get("UnitPrice")),
        )


def _applied(row: Row) -> Iterable[tuple[Any, ...]]:
    """What a payment pays, by invoice."""
    for number, line in enumerate(row["Line"]):
        (linked,) = line["LinkedTxn"]
        yield row["Id"], number, line["Amount"], linked["TxnId"]
