"""Every kind of file that real sources sent, through a feed without a hint into a warehouse.

`cases_*.py` make each of them in code and say what is right. Open documents (x_ods) and workbooks
with a password are in test_files_workbooks.py, quickbooks_csv (qb_de) in
tests/unit/test_connector_quickbooks_csv.py. Real .xls and .xlsb (x_xls) are in
test_files_other_books.py.
"""

from pathlib import Path

import pytest

from tests.integration.cases_books import BOOKS
from tests.integration.cases_layouts import ENCODINGS, HEADERS, LAYOUTS
from tests.integration.cases_strange import STRANGE
from tests.integration.cases_values import AGAIN, COLUMNS, DAYS, JSON, NUMBERS
from tests.integration.file_case import FileCase
from tests.integration.files_case import FilesCase, build_files_case

ALL = {**COLUMNS, **DAYS, **NUMBERS, **JSON, **HEADERS, **LAYOUTS, **ENCODINGS, **BOOKS, **AGAIN}
ALL |= STRANGE


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_changed_in_silence(tmp_path: Path, warehouse: str, name: str) -> None:
    """Values under their own header as written, no record that is none, a word for each guess."""
    wanted = ALL[name]
    case = build_files_case(warehouse, tmp_path, **wanted.options)
    notices: list[str] = []
    for delivery in wanted.deliveries:
        for file, content in delivery.items():
            if content is None:
                (tmp_path / file).unlink()
            else:
                (tmp_path / file).write_bytes(
                    content.encode() if isinstance(content, str) else content
                )
        done = case.run()
        assert set(done.failed) == set(wanted.red), {k: str(v) for k, v in done.failed.items()}
        notices = [notice for result in done.loaded.values() for notice in result.notices]
    for stream, words in wanted.red.items():
        assert words in done.failed[stream].message
    for stream, (columns, rows) in wanted.rows.items():
        assert _stored(case, stream, columns) == [tuple(map(_text, row)) for row in rows]
    assert bool(notices) == bool(wanted.told), notices
    for words in wanted.told:
        assert any(words in notice for notice in notices), notices
    assert _aside(case) == wanted.aside
    _require_still(case, wanted)


def _stored(case: FilesCase, stream: str, columns: str) -> list[tuple[str | None, ...]]:
    return [tuple(map(_text, row)) for row in case.rows(stream, columns)]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _aside(case: FilesCase) -> tuple[str, ...]:
    tenant = case.feed.tenant.id
    found = case.query(
        f"select reason from elt_ops.quarantine where tenant = '{tenant}' order by 1"
    )
    return tuple(reason for (reason,) in found)


def _require_still(case: FilesCase, wanted: FileCase) -> None:
    """A second run of the same files reads nothing."""
    again = case.run()
    assert set(again.failed) == set(wanted.red)
    assert not any(result.read for result in again.loaded.values())
