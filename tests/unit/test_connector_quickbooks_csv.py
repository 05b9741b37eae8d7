"""QuickBooks exports with the quirks of real ones: titles, groups, totals, footers, aliases."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.quickbooks_csv.cells import (
    parse_amount,
    parse_day,
    parse_phones,
    split_deleted,
)
from include.core.errors import ContractBroken, TruncatedFetch, UpstreamUnavailable
from include.core.streams import Page, Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed

BY_CUSTOMER = """\ufeff"Example Co, LLC",,,,,,,,,,,\r
Sales by Customer Detail,,,,,,,,,,,\r
"January 1, 2025-October 31, 2026",,,,,,,,,,,\r
\r
,Transaction date,Transaction type,Num,Product/Service full name,Memo/Description,Quantity,Sales price,Amount,Balance,Customer full name,Transaction type\r
Total Wine,,,,,,,,,,,\r
,02/10/2025,Invoice,5002,Gear:Tent,"2 person,\ngreen",1.00,100.00,100.00,"1,100.00",Total Wine,Invoice\r
,02/10/2025,Invoice,5002,Mat,,2.00,12.50,25.00,"1,125.00",Total Wine,Invoice\r
,02/11/2025,Credit Memo,5003,Mat,Return,-1.00,12.50,(12.50),"1,112.50",Total Wine,Credit Memo\r
Total for Total Wine,,,,,,,,"$1,112.50",,,\r
"Beta ""B"" LLC (deleted)",,,,,,,,,,,\r
,02/12/2025,Estimate,77,Tent,,1.00,100.00,100.00,100.00,"Beta ""B"" LLC (deleted)",Estimate\r
,02/13/2025,Sales Receipt,,Tent,,1.00,"1,376.00","1,376.00",1.00,"Beta ""B"" LLC (deleted)",Sales Receipt\r
,02/13/2025,Refund,9,Tent,,-1.00,50.00,-50.00,1.00,"Beta ""B"" LLC (deleted)",Refund\r
,02/14/2025,Barter,10,Tent,,1,1,1.00,1.00,"Beta ""B"" LLC (deleted)",Barter\r
"Total for Beta ""B"" LLC (deleted)",,,,,,,,"$1,426.00",,,\r
TOTAL,,,,,,,,"$2,538.50",,,\r
\r
"Accrual Basis Wednesday, September 30, 2026 01:47 PM GMT-05:00",,,,,,,,,,,\r
"""  # noqa: E501

BY_PRODUCT = """Example Co
Sales by Product/Service Detail
All Dates

,Date,Transaction Type,Num,Customer,Memo/Description,Qty,Sales Price,Amount,Balance
Tent,,,,,,,,,
,02/10/2025,Invoice,5002,Acme,,1,100.00,100.00,100.00
Total for Tent,,,,,,,,$100.00,
Mat,,,,,,,,,
,02/10/2025,Invoice,5002,Acme,,2,12.50,25.00,25.00
Total for Mat,,,,,,,,$25.00,
TOTAL,,,,,,,,$125.00,
"""


def _read(folder: Path, stream: str, **options: Any) -> tuple[list[dict[str, Any]], list[Page]]:
    feed = build_feed("quickbooks_csv", path=str(folder), **options)
    pages = list(build_source(feed, Credentials("c")).read(stream, Window()))
    return [record for page in pages for record in page.records], pages


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    (tmp_path / "sales_by_customer_detail.csv").write_bytes(BY_CUSTOMER.encode())
    return tmp_path


def test_documents_are_put_together_and_totals_never_loaded(sales: Path) -> None:
    records, pages = _read(sales, "invoices")
    assert len(records) == 1
    invoice = records[0]
    assert invoice["document_number"] == "5002"
    assert invoice["transaction_on"] == "2025-02-10"
    assert invoice["customer_name"] == "Total Wine"
    assert Decimal(invoice["total_amount"]) == Decimal("125.00")
    assert invoice["lines"] == [
        {"item_name": "Gear:Tent", "description": "2 person,\ngreen", "quantity": "1.00",
         "unit_amount": "100.00", "amount": "100.00"},
        {"item_name": "Mat", "quantity": "2.00", "unit_amount": "12.50", "amount": "25.00"},
    ]  # fmt: skip
    # An estimate is no sale, and an unknown type is not dropped silently.
    assert sum(page.filtered for page in pages) == 1
    rejects = [reject for page in pages for reject in page.rejects]
    assert [r.reason for r in rejects] == ["unknown_document_type"]
    assert rejects[0].key.startswith("sales_by_customer_detail.csv:")


@pytest.mark.parametrize(
    ("stream", "total", "number"),
    [
        ("credit_memos", "-12.50", "5003"),
        ("sales_receipts", "1376.00", None),
        ("refund_receipts", "-50.00", "9"),
    ],
)
def test_other_types_are_streams_of_their_own(
    sales: Path, stream: str, total: str, number: str | None
) -> None:
    records, pages = _read(sales, stream)
    assert [(r["total_amount"], r["document_number"]) for r in records] == [(total, number)]
    assert sum(page.filtered + len(page.rejects) for page in pages) == 0


def test_a_deleted_customer_keeps_the_name(sales: Path) -> None:
    record = _read(sales, "sales_receipts")[0][0]
    assert (record["customer_name"], record["is_customer_deleted"]) == ('Beta "B" LLC', True)
    assert "Beta" not in record["document_key"]


def test_by_product_reports_give_the_same_document(tmp_path: Path) -> None:
    """Lines of one invoice stand in different groups; old header wording."""
    (tmp_path / "sales_by_product_detail.csv").write_text(BY_PRODUCT)
    records, _ = _read(tmp_path, "invoices")
    assert [(r["customer_name"], r["total_amount"], r["line_count"]) for r in records] == [
        ("Acme", "125.00", 2)
    ]
    assert [line["item_name"] for line in records[0]["lines"]] == ["Tent", "Mat"]


def test_both_reports_in_one_folder_count_once(sales: Path) -> None:
    """A folder with both reports once doubled all revenue."""
    (sales / "sales_by_product_detail.csv").write_text(BY_PRODUCT)
    assert len(_read(sales, "invoices")[0]) == 1


def test_a_later_export_replaces_the_document(tmp_path: Path) -> None:
    (tmp_path / "sales_by_product_detail_1.csv").write_text(BY_PRODUCT)
    changed = BY_PRODUCT.replace("2,12.50,25.00,25.00", "4,12.50,50.00,50.00")
    (tmp_path / "sales_by_product_detail_2.csv").write_text(changed)
    records, pages = _read(tmp_path, "invoices")
    assert [r["total_amount"] for r in records] == ["150.00"]
    assert sum(page.filtered for page in pages) == 1


def test_day_first(tmp_path: Path) -> None:
    (tmp_path / "sales_by_product_detail.csv").write_text(BY_PRODUCT)
    assert _read(tmp_path, "invoices", dates="day_first")[0][0]["transaction_on"] == "2025-10-02"


def test_customers_of_a_windows_export(tmp_path: Path) -> None:
    text = (
        "Example Co\nCustomer Contact List\n\n"
        "Customer full name,Phone numbers,Email,Full name,Bill address,Ship address\n"
        'Café Löwe,Phone: (555) 010-1234 Mobile: 555 0199,a@x.example,Zoë,"1 Main St\nDenver",\n'
        "Monday Motors,,,,,\n"
        "Old One (deleted),5550100,,,,\n\n"
        '" Wednesday, September 30, 2026 01:46 PM GMT-05:00",,,,,\n'
    )
    (tmp_path / "customers.csv").write_bytes(text.encode("cp1252"))
    records, _ = _read(tmp_path, "customers")
    assert [r["customer_name"] for r in records] == ["Café Löwe", "Monday Motors", "Old One"]
    assert (records[0]["phone"], records[0]["mobile"]) == ("(555) 010-1234", "555 0199")
    assert records[0]["billing_address"] == "1 Main St\nDenver"
    assert [r["is_deleted"] for r in records] == [False, False, True]
    assert records[2]["phone"] == "5550100"


def test_items(tmp_path: Path) -> None:
    header = (
        "Product/Service Name,Sales Description,SKU,Type,Sales Price / Rate,Taxable,"
        "Income Account,Purchase Cost,Quantity On Hand,Quantity as-of Date"
    )
    rows = (
        'Gear:Tent,,00123,Inventory,"1,376.00",yes,Sales,800,-208,01/31/2025\n'
        "Off,,,Other,7.5%,no,,,,\n"
    )
    (tmp_path / "products_services.csv").write_text(f"{header}\n{rows}")
    tent, discount = _read(tmp_path, "items")[0]
    assert (tent["category"], tent["sku"], tent["sales_price"]) == ("Gear", "00123", "1376.00")
    assert (tent["quantity_on_hand"], tent["is_taxable"]) == ("-208", "true")
    assert tent["quantity_as_of_on"] == "2025-01-31"
    assert (discount["sales_price"], discount["sales_price_percent"]) == (None, "7.5%")


def test_what_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(UpstreamUnavailable, match="no file matches"):
        _read(tmp_path, "customers")
    (tmp_path / "customers.csv").write_text("a,b,c\n1,2,3\n")
    with pytest.raises(ContractBroken, match="no header row"):
        _read(tmp_path, "customers")
    (tmp_path / "customers.csv").write_text("")
    with pytest.raises(TruncatedFetch):
        _read(tmp_path, "customers")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1,376.00", "1376.00"), ("$3,025.00", "3025.00"), ("-40.00", "-40.00"), ("(40.00)", "-40.00"),
     ("($1,234.56)", "-1234.56"), ("-$5", "-5"), ("", None), (None, None), ("n/a", "n/a"),
     ("1.2.3", "1.2.3"), ("50,00", "50.00"), ("1.234,56 €", "1234.56"), ("1,234", "1,234"),
     ("1.234", "1.234"), ("12.5-", "-12.5"), ("1,000", "1,000")],
)  # fmt: skip
def test_amounts(text: str | None, expected: str | None) -> None:
    assert parse_amount(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("02/10/2025", "2025-02-10"), ("2/3/2025 11:22:33 PM", "2025-02-03"),
     ("31/12/2025", "31/12/2025"),
     ("", None), ("soon", "soon")],
)  # fmt: skip
def test_days(text: str, expected: str | None) -> None:
    assert parse_day(text, day_first=False) == expected


def test_phones_and_names() -> None:
    assert parse_phones("Phone: 1 Mobile: 2 Fax: 3") == {"phone": "1", "mobile": "2", "fax": "3"}
    assert parse_phones("") == {}
    assert split_deleted("A (deleted)") == ("A", True)
    assert split_deleted("A") == ("A", False)


PLAIN_HEADER = (
    "Transaction date,Transaction type,Num,Product/Service full name,Quantity,Sales price,Amount,"
    "Customer full name\n"
)


@pytest.mark.parametrize(
    ("rows", "lines", "days"),
    [
        (
            '03/04/2026,Invoice,1,Tent,2,"12,50","25,00",Meyer\n'
            '04/04/2026,Invoice,2,Nail,"1.000","0,05","1.050,00",Schulz\n',
            [("2", "12.50", "25.00"), ("1000", "0.05", "1050.00")],
            ["2026-04-03", "2026-04-04"],
        ),
        (
            '03/04/2026,Invoice,1,Tent,"1,000",12.50,"12,500.00",Meyer\n',
            [("1000", "12.50", "12500.00")],
            ["2026-03-04"],
        ),
        (
            "25/04/2026,Invoice,1,Tent,2,12.50,25.00,Meyer\n"
            "03/04/2026,Invoice,2,Tent,2,12.50,25.00,Meyer\n",
            [("2", "12.50", "25.00")] * 2,
            ["2026-04-25", "2026-04-03"],
        ),
    ],
)
def test_a_company_writes_as_its_exports_show(
    tmp_path: Path, rows: str, lines: list[tuple[str, ...]], days: list[str]
) -> None:
    """`50,00` was five thousand and `0,05` five; every day was read the American way."""
    (tmp_path / "sales_by_customer_detail.csv").write_text(PLAIN_HEADER + rows)
    (tmp_path / "items.csv").write_text("Product/Service Name,Sales Price / Rate\nTent,12.5\n")
    records, pages = _read(tmp_path, "invoices")
    names = ("quantity", "unit_amount", "amount")
    found = [tuple(line[n] for n in names) for r in records for line in r["lines"]]
    assert found == lines
    assert [record["transaction_on"] for record in records] == days
    is_proven = any(day[8:] > "12" for day in days)
    assert any("`dates`" in n for page in pages for n in page.notices) is not is_proven


CUSTOMERS = "Customer full name,Phone numbers,Email,Open balance\n{}"


def test_what_was_guessed_is_told_as_for_any_file(tmp_path: Path) -> None:
    """The reader of exports dropped what the reader of files says of encodings and line ends."""
    text = CUSTOMERS.format('Zoë Łucja,,z@mail.example,"1,50"\nJörg Weiß,,j@mail.example,"2,00"\n')
    (tmp_path / "customer_contact_list.csv").write_bytes(
        text.replace("Ł", "L").replace("\n", "\r").encode("cp1252")
    )
    records, pages = _read(tmp_path, "customers")
    assert [one["customer_name"] for one in records] == ["Zoë Lucja", "Jörg Weiß"]
    told = " ".join(notice for page in pages for notice in page.notices)
    assert "read as `cp1252`" in told
    assert "carriage return alone" in told


def test_wide_letters_prove_how_numbers_are_written_too(tmp_path: Path) -> None:
    """Of an export in UTF-16 nothing was seen, so `1,50` stayed undecided."""
    text = CUSTOMERS.format('Ann,,a@mail.example,"1.250,50"\nBob,,b@mail.example,"2,00"\n')
    (tmp_path / "customer_contact_list.csv").write_bytes(text.encode("utf-16"))
    records, _ = _read(tmp_path, "customers")
    assert [one["open_balance"] for one in records] == ["1250.50", "2.00"]


def test_exports_no_stream_knows_are_told_once(tmp_path: Path) -> None:
    """An export in another language has another name: its stream was last month's for ever."""
    (tmp_path / "customer_contact_list.csv").write_text(CUSTOMERS.format("Ann,,,1.00\n"))
    (tmp_path / "Kundenliste.csv").write_text("x\n")
    told = [
        stream
        for stream in ("customers",)
        for page in _read(tmp_path, stream)[1]
        for notice in page.notices
        if "`Kundenliste.csv`" in notice
    ]
    assert told == []
    first = min(build_feed("quickbooks_csv", path=str(tmp_path)).streams)
    (tmp_path / "sales_by_customer_detail.csv").write_text(BY_CUSTOMER)
    pages = _read(tmp_path, first)[1]
    assert any("`Kundenliste.csv`" in notice for page in pages for notice in page.notices)
