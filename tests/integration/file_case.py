"""What a folder of files looked like, and what is right for it."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

Content = str | bytes
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class FileCase:
    """A folder, delivered once or several times, and what its streams hold at the end.

    Attributes:
        deliveries: Files by name; each is a load of its own. `None` takes a file away.
        rows: Stream -> (columns, rows as text, in order of the first column).
        told: Words that some notice of the last load has; none: nothing may be said.
        aside: Reasons of quarantined records, sorted.
        red: Stream -> words of its error.
    """

    deliveries: tuple[dict[str, Content | None], ...]
    rows: dict[str, tuple[str, Rows]]
    told: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    red: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def one(
    content: Content, columns: str, *rows: tuple[Any, ...], name: str = "a.csv", **more: Any
) -> FileCase:
    """A case of one file."""
    stream = name.split(".")[0]
    return FileCase(({name: content},), {stream: (columns, list(rows))}, **more)


def build_book(fill: Callable[[Any, Any], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book, book.add_worksheet("S"))
    return out.getvalue()


def build_sheet(rows: Rows) -> bytes:
    def fill(_book: Any, sheet: Any) -> None:
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)

    return build_book(fill)


def build_zip(**members: Content) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__DOT__", "."), content)
    return out.getvalue()


TOGETHER = {"streams": {"s": {"files": "s*"}}}
KEYED = {"streams": {"week": {"files": "week*.csv", "primary_key": ["id"]}}}
GOOD = "id,name\n1,a\n"
AB = ("id, name", (1, "a"), (2, "b"))
