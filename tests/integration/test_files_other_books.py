"""Real workbooks of the older and the binary kind, and workbooks under another's extension."""

import gzip
from pathlib import Path

import pytest

from tests.integration.file_case import build_sheet
from tests.integration.files_case import build_files_case
from tests.integration.old_books import build_locked_xls, build_xls, build_xlsb

SALES = [
    (1, "00712", "2026-04-03", "12.5", True),
    (2, "00713", "2026-04-13", "-1234.56", False),
]
SHOWN = "id, sku, sold::text, amount::text, paid"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sales.xls", build_xls()),
        ("sales.xlsb", build_xlsb()),
        ("sales.xls.gz", gzip.compress(build_xls())),
        ("sales.xlsx", build_xls()),
        ("sales.xls", build_xlsb()),
        ("sales.ods", build_xls()),
    ],
)
def test_older_and_binary_workbooks_are_read_by_what_they_are(
    tmp_path: Path, warehouse: str, name: str, content: bytes
) -> None:
    """`export.xls` of many programs is a newer workbook: it was refused for its extension."""
    (tmp_path / name).write_bytes(content)
    case = build_files_case(warehouse, tmp_path)
    done = case.run()
    assert not done.failed
    assert case.rows("sales", SHOWN) == SALES
    types = case.query(
        "select column_name, data_type from information_schema.columns where table_name = 'sales'"
        f" and table_schema = '{case.feed.raw_schema}' and column_name in ('sold', 'sku', 'paid')"
        " order by 1"
    )
    assert types == [("paid", "boolean"), ("sku", "text"), ("sold", "date")]


def test_an_old_workbook_with_a_password_says_so(tmp_path: Path, warehouse: str) -> None:
    (tmp_path / "locked.xls").write_bytes(build_locked_xls())
    (tmp_path / "cut.xls").write_bytes(build_xls()[:2000])
    (tmp_path / "cut.xlsb").write_bytes(build_xlsb()[:400])
    (tmp_path / "good.xls").write_bytes(build_xls())
    done = build_files_case(warehouse, tmp_path).run()
    assert list(done.loaded) == ["good"]
    assert "needs a password" in done.failed["locked"].message
    assert len(done.failed) == 3


def test_a_newer_workbook_under_an_older_extension_keeps_its_marks_and_bounds(
    tmp_path: Path, warehouse: str
) -> None:
    """What is looked at before it is opened goes by the content, too: a stray cell is refused."""
    (tmp_path / "sales.xls").write_bytes(build_sheet([("id", "n"), (1, "a")]))
    far = build_sheet([("id", "n"), (1, "a"), *[(None,)] * 700_000, *[(2,) + (None,) * 20 + (3,)]])
    (tmp_path / "far.xls").write_bytes(far)
    done = build_files_case(warehouse, tmp_path).run()
    assert list(done.loaded) == ["sales"]
    assert "reaches to row" in done.failed["far"].message


def test_long_numbers_and_hidden_sheets_are_told(tmp_path: Path, warehouse: str) -> None:
    """Excel keeps 15 digits: a 16-digit code typed as a number has lost its last one."""
    (tmp_path / "cards.xlsx").write_bytes(
        build_sheet([("id", "card"), (1, 4111111111111110), (2, 411111111111111)])
    )
    case = build_files_case(warehouse, tmp_path)
    notices = case.load("cards").notices
    assert [n for n in notices if "more than 15 digits" in n and ": B2;" in n]
    assert case.rows("cards", "card") == [(411111111111111,), (4111111111111110,)]
