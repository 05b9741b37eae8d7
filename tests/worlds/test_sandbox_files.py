"""The export files look like the real ones and hold what the truth says."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from include.sandbox.__main__ import main

END = ("--end", "2026-11-01")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    # A second, smaller state over a first one: nothing of the first may stay behind.
    main(["generate", "--out", str(out), "--size", "300", *END])
    main(["generate", "--out", str(out), "--size", "small", *END])
    return out


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((folder / "truth.json").read_bytes())
    return found


def report(folder: Path) -> list[list[str]]:
    raw = (folder / "acme/quickbooks/sales_by_customer_detail.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def cents(text: str) -> int:
    plain = text.replace("$", "").replace(",", "")
    sign = -1 if plain.startswith("(") else 1
    return sign * int(Decimal(plain.strip("()")) * 100)


def test_quickbooks_report_has_its_quirks(folder: Path) -> None:
    rows = report(folder)
    assert [row[0] for row in rows[:4]] == [
        "Acme Outdoor, Inc.",
        "Sales by Customer Detail",
        "All Dates",
        "",
    ]
    header = rows[4]
    assert header[0] == ""
    assert header.count("Transaction type") == 2
    assert rows[-1][0].startswith("Accrual Basis ")
    assert any(row[0] == "TOTAL" and row[8].startswith("$") for row in rows)
    assert any("(" in row[8] for row in rows if row[0] == "")
    assert any(row[0].endswith(" (deleted)") for row in rows)
    assert any(":Warehouse" in row[0] for row in rows)


def test_quickbooks_lines_and_totals_are_the_truth(folder: Path, truth: dict[str, Any]) -> None:
    rows = report(folder)[5:]
    details = [row for row in rows if row[1]]
    said = truth["counts"]["acme"]["quickbooks"]
    assert len(details) == said["detail_rows"]
    for kind, cell in said["documents"].items():
        of_kind = [row for row in details if row[2] == kind]
        assert sum(cents(row[8]) for row in of_kind) == cell["amount"], kind
        keys = {(row[2], row[3], row[1], row[10]) for row in of_kind}
        assert len(keys) == cell["documents"], kind
    total = next(row for row in rows if row[0] == "TOTAL")
    assert cents(total[8]) == sum(cents(row[8]) for row in details)
    sold = said["documents"]["Invoice"]["amount"] + said["documents"]["Sales Receipt"]["amount"]
    assert sold == truth["revenue"]["acme"]["quickbooks"]["total"]["total"]


def test_quickbooks_has_blank_and_reused_numbers(folder: Path, truth: dict[str, Any]) -> None:
    details = [row for row in report(folder)[5:] if row[1]]
    assert any(row[3] == "" for row in details)
    assert truth["counts"]["acme"]["quickbooks"]["blank_numbers"] > 0
    owners: dict[str, set[tuple[str, str]]] = {}
    for row in details:
        if row[2] == "Invoice":
            owners.setdefault(row[3], set()).add((row[1], row[10]))
    assert any(len(found) > 1 for found in owners.values())


def test_quickbooks_lists(folder: Path, truth: dict[str, Any]) -> None:
    text = (folder / "acme/quickbooks/customers.csv").read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[3][:3] == ["Customer full name", "Phone numbers", "Email"]
    body = [row for row in rows[4:] if row[0] and not row[0].startswith(" ")]
    said = truth["counts"]["acme"]["quickbooks"]["streams"]
    assert len(body) == len({row[0] for row in body}) == said["customers"]
    assert any("\n" in row[4] for row in body)
    assert any("Mobile:" in row[1] for row in body)
    items = list(
        csv.reader(
            io.StringIO((folder / "acme/quickbooks/products_services.csv").read_text("utf-8-sig"))
        )
    )
    assert items[0][0] == "Product/Service Name"
    assert len(items) - 1 == said["items"]
    assert any(row[2] == "" for row in items[1:])


def test_ecommerce_items_add_up_without_the_bad_rows(folder: Path, truth: dict[str, Any]) -> None:
    base = folder / "bazaar/ecommerce_csv"
    tables = {
        name: list(csv.DictReader(io.StringIO((base / f"{name}.csv").read_text("utf-8"))))
        for name in ("customers", "products", "transactions", "transaction_items")
    }
    said = truth["counts"]["bazaar"]["ecommerce_csv"]
    assert {name: len(rows) for name, rows in tables.items()} == said["rows"]
    bad = said["bad_rows"]
    wrong = set(bad["items_unknown_product"]) | set(bad["items_negative_quantity"])
    sums: dict[str, Decimal] = {}
    for row in tables["transaction_items"]:
        if row["transaction_item_id"] not in wrong:
            value = Decimal(row["unit_price"]) * int(row["quantity"])
            assert value - Decimal(row["discount"]) == Decimal(row["line_total"])
            sums[row["transaction_id"]] = sums.get(row["transaction_id"], Decimal()) + value
    sold = Decimal()
    for row in tables["transactions"]:
        if row["transaction_id"] in bad["transactions_bad_date"]:
            assert not re.fullmatch(r"20\d\d-(0\d|1[012])-[0-3]\d [\d:]{8}", row["transaction_at"])
            continue
        assert sums[row["transaction_id"]] == Decimal(row["subtotal"])
        parts = Decimal(row["subtotal"]) - Decimal(row["discount"])
        assert parts + Decimal(row["tax"]) + Decimal(row["shipping"]) == Decimal(row["total"])
        if row["status"].lower() in ("completed", "refunded"):
            sold += Decimal(row["total"])
    assert int(sold * 100) == truth["revenue"]["bazaar"]["ecommerce_csv"]["total"]["total"]
    products = {row["product_id"] for row in tables["products"]}
    unknown = {
        row["transaction_item_id"]
        for row in tables["transaction_items"]
        if row["product_id"] not in products
    }
    assert unknown == set(bad["items_unknown_product"])


def test_coresignal_companies_move_between_countries(folder: Path, truth: dict[str, Any]) -> None:
    seen: dict[int, list[tuple[str, str]]] = {}
    lines = 0
    files = sorted((folder / "acme/coresignal").glob("*/companies_*.jsonl"))
    for path in files:
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            lines += 1
            seen.setdefault(record["id"], []).append((path.parent.name, record["last_updated_at"]))
    said = truth["counts"]["acme"]["coresignal"]
    assert (len(seen), lines, len(files)) == (
        said["streams"]["companies"],
        said["lines"],
        said["files"],
    )
    twice = [found for found in seen.values() if len(found) > 1]
    assert twice
    assert all(len({c for c, _ in found}) == len({d for _, d in found}) == 2 for found in twice)


def test_uploads_come_in_dialects(folder: Path, truth: dict[str, Any]) -> None:
    uploads = folder / "acme/uploads"
    raw = (uploads / "email_campaigns.tsv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    rows = list(csv.reader(io.StringIO(raw.decode("latin-1")), delimiter=";"))
    said = truth["counts"]["acme"]["uploads"]["streams"]
    assert len(rows) - 1 == said["email_campaigns"]
    assert len((uploads / "survey.jsonl").read_text("utf-8").splitlines()) == said["survey"]
    assert (uploads / "returns/reasons_2026.csv").exists()
    book = openpyxl.load_workbook(folder / "corner/uploads/price_list.xlsx")
    assert book.sheetnames == ["Prices", "Suppliers"]
    rows_ = list(book["Prices"].iter_rows(values_only=True))
    assert rows_[0][0].startswith("Corner Shop price list")
    assert rows_[2][:2] == ("Code", "Product")
    assert len(rows_) - 3 == truth["counts"]["corner"]["uploads"]["streams"]["price_list_prices"]
