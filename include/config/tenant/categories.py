"""A tenant's own names for its sources' categories: `<tenant>.categories.csv` beside its file.

    source_connector,feed,source_category,category
    quickbooks,books,Apparel,Tees

`elt categories TENANT` prints the file with what it suggests and how sure it is; further columns
are not read, and a row without a `category` is not decided. A slip stops no feed: the list counts
as a whole or not at all, and the last good one stays in force.
"""

import csv
import io
from pathlib import Path

from include.config.models import Problem
from include.config.tenant.identity import CategoryName
from include.config.walls.plain_files import load_plain

COLUMNS = ("source_connector", "feed", "source_category", "category")
KEPT = "Until it is mended, the last good list stays in force."
_LARGEST = 5_000_000


def build_categories_path(tenant_file: Path) -> Path:
    """Where a tenant's categories are named."""
    return tenant_file.with_name(f"{tenant_file.stem}.categories.csv")


def load_categories(tenant_file: Path) -> tuple[tuple[CategoryName, ...] | None, list[Problem]]:
    """The decided names, sorted; None with every problem of the file, each with its line.

    Without a file nothing is decided.
    """
    path = build_categories_path(tenant_file)
    try:
        data = load_plain(path, _LARGEST)
    except FileNotFoundError:
        return (), []
    except OSError as error:
        return None, [Problem(path, None, f"cannot be read: {error.strerror}. {KEPT}")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem(path, line, f"is no UTF-8. Expected a CSV in UTF-8. {KEPT}")]
    return _read(path, text)


def _read(path: Path, text: str) -> tuple[tuple[CategoryName, ...] | None, list[Problem]]:
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","  # half of Europe's spreadsheets
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: dict[tuple[str, ...], tuple[CategoryName, int]] = {}
    problems: list[Problem] = []
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            said = f"lacks the column `{missing[0]}`. Expected {', '.join(COLUMNS)}. {KEPT}"
            return None, [Problem(path, 1, said)]
        for row in rows:
            _take(path, rows.line_num, row, found, problems)
    except csv.Error as error:
        problems.append(Problem(path, rows.line_num, f"is no CSV: {error}. {KEPT}"))
    names = tuple(sorted(name for name, _ in found.values()))
    return (None, problems) if problems else (names, [])


def _take(
    path: Path,
    line: int,
    row: dict[str, str | None],
    found: dict[tuple[str, ...], tuple[CategoryName, int]],
    problems: list[Problem],
) -> None:
    values = [(row[name] or "").strip() for name in COLUMNS]
    if not any(values) or not values[-1]:
        return
    if not all(values):
        empty = COLUMNS[values.index("")]
        problems.append(Problem(path, line, f"`{empty}` is empty. Expected a value. {KEPT}"))
        return
    name = CategoryName(*values)
    first, at = found.setdefault(tuple(values[:-1]), (name, line))
    if first != name:
        said = (
            f"names `{name.source_category}` of `{name.feed}` `{name.category}`, and line {at} "
            f"`{first.category}`. Expected one name. {KEPT}"
        )
        problems.append(Problem(path, line, said))
