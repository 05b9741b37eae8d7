"""One clean table, and files that hold it with one thing wrong each.

The kinds, their frequency and what a perfect reader makes of them follow Pollock, a benchmark of
CSV readers (Vitagliano et al., VLDB 2023, https://github.com/HPI-Information-Systems/Pollock), and
the cases its first version had (footnotes, encodings, sizes). Files and table are made here. As
there, the first record of a file without a header counts as the header that a reader should find,
and the lines of a header of several rows as one label.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Rows = tuple[tuple[str, ...], ...]
LABELS = (
    *("DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL"),
    "Comments",
)
# Columns whose cells are quoted whether they need it or not.
QUOTED = (6, 7)
ROWS = 40
_KINDS = (
    "Tent", "Light Stove, small", "Men's Boots", 'Pole 48"', "Water Bag", "Rope, 10 m",
    "Women's Vest", "Pan", "Lamp, green", "Kids' Hat",
)  # fmt: skip
_TEXTS = (
    "Made for nights outside, light enough for every rucksack.",
    "The classic of our house: it keeps you warm, dry and visible.",
    "A sturdy companion that has been improved year after year.",
    'With a seam of 5" on each side, for the hardest weather.',
    "Our customers' favourite, now in more colours than before.",
)


@dataclass(frozen=True)
class Polluted:
    """One file and the table it holds.

    Attributes:
        kind: What is wrong with it; all files of a kind share its weight.
        header: Labels a reader should find.
    """

    name: str
    kind: str
    content: bytes
    header: tuple[str, ...]
    rows: Rows


# How many of 3,712 surveyed files had the trouble; kinds the survey does not have count once.
WEIGHTS = {
    "line feed": 1691, "semicolon": 834, "no header": 470, "preamble": 282, "row short": 278,
    "row long": 278, "stray quote": 278, "no last line end": 184, "two tables": 188,
    "comma and space": 101, "header of rows": 94, "row of spaces": 31, "no content": 15,
    "single quote": 11, "carriage return": 7, "escape": 8, "two last line ends": 5, "tab": 4,
    "space": 4, "one row": 4, "header alone": 3,
}  # fmt: skip


def build_clean(count: int = ROWS) -> Rows:
    """The table without its header."""
    first = date(2026, 1, 13)
    return tuple(
        (
            f"{first + timedelta(n):%d/%m/%Y}",
            f"{n % 24:02d}:{n * 15 % 60:02d}",
            str(n * 7 % 13),
            f"{'MRCBHYZ'[n % 7]}{'GIXKT'[n % 5]}-{1000 + n * 37 % 9000}",
            f"${10 + n * 17 % 90}.{n * 29 % 100:02d}",
            f"{_KINDS[n % 10]}",
            f"{_TEXTS[n % 5]} Number {n}.",
            f"https://shop.example/p/{n}.html",
            "",
        )
        for n in range(count)
    )


def build_polluted(count: int = ROWS) -> Iterator[Polluted]:
    """Every file, the clean one first."""
    rows = build_clean(count)
    yield _file("source", "clean", write(rows), rows)
    yield from _whole_files(rows)
    yield from _sizes(rows)
    yield from _single_rows(rows)


def write(
    rows: Rows, header: Sequence[str] | None = LABELS, *, delimiter: str = ",", quote: str = '"',
    escape: str | None = None, end: str = "\r\n",
) -> str:  # fmt: skip
    """The table as text."""
    lines = [list(row) for row in rows]
    if header is not None:
        lines.insert(0, list(header))
    return "".join(
        delimiter.join(_cells(cells, delimiter, quote, escape or quote)) + end for cells in lines
    )


def _cells(cells: Sequence[str], delimiter: str, quote: str, escape: str) -> list[str]:
    marks = (delimiter.strip() or delimiter, quote, "\r", "\n")
    return [
        f"{quote}{cell.replace(quote, escape + quote)}{quote}"
        if at in QUOTED or any(mark in cell for mark in marks)
        else cell
        for at, cell in enumerate(cells)
    ]


def _file(
    name: str, kind: str, text: str | bytes, rows: Rows, header: Sequence[str] = LABELS
) -> Polluted:
    content = text if isinstance(text, bytes) else text.encode()
    return Polluted(f"{name}.csv", kind, content, tuple(header), rows)


def _whole_files(rows: Rows) -> Iterator[Polluted]:
    text = write(rows)
    yield _file("no_content", "no content", "", (), ())
    yield _file("no_last_end", "no last line end", text.removesuffix("\r\n"), rows)
    yield _file("two_last_ends", "two last line ends", text + "\r\n", rows)
    yield _file("no_header", "no header", write(rows, None), rows[1:], rows[0])
    for times in (2, 3):
        joined = [" ".join([label] * times) for label in LABELS]
        head = write((), LABELS) * (times - 1)
        yield _file(f"header_rows_{times}", "header of rows", head + text, rows, joined)
    titles = "PREAMBLE,,,,,,,,\r\n", "Stock list of March\r\nfor the board\r\n"
    for number, title in enumerate(titles):
        for gap in ("", ",,,,,,,,\r\n", "\r\n"):
            name = f"preamble_{number}_{len(gap)}"
            yield _file(name, "preamble", title + gap + text, rows)
    for number, note in enumerate(("FOOTNOTE,,,,,,,,\r\n", "All prices are net.\r\n")):
        for gap in ("", "\r\n"):
            yield _file(f"footnote_{number}_{len(gap)}", "footnote", text + gap + note, rows)
    yield _file("total", "footnote", f"{text}\r\nTotal,,{len(rows)},,$99.00,,,,\r\n", rows)
    yield from _two_tables(rows)
    yield _file("header_alone", "header alone", write(()), ())
    yield _file("one_row", "one row", write(rows[:1]), rows[:1])
    yield _file("line_feed", "line feed", write(rows, end="\n"), rows)
    yield _file("carriage_return", "carriage return", write(rows, end="\r"), rows)
    for kind, mark in (
        ("semicolon", ";"),
        ("tab", "\t"),
        ("comma and space", ", "),
        ("space", " "),
    ):
        yield _file(kind.replace(" ", "_"), kind, write(rows, delimiter=mark), rows)
    yield _file("pipe", "pipe", write(rows, delimiter="|"), rows)
    yield _file("single_quote", "single quote", write(rows, quote="'"), rows)
    yield _file("escape", "escape", write(rows, escape="\\"), rows)
    yield _file("separator_line", "separator line", "sep=;\r\n" + write(rows, delimiter=";"), rows)
    yield from _encodings(rows)
    yield from _empty_places(rows)


def _two_tables(rows: Rows) -> Iterator[Polluted]:
    """A second one below the first, of fewer, as many and more columns."""
    narrow = tuple(row[:-1] for row in rows)
    wide = tuple((*row, row[-2]) for row in rows)
    tables = {
        "less": write(narrow, LABELS[:-1]),
        "same": write(rows),
        "more": write(wide, (*LABELS, "col1")),
    }
    for name, text in tables.items():
        yield _file(f"two_tables_{name}", "two tables", write(rows) + text, rows)


def _encodings(rows: Rows) -> Iterator[Polluted]:
    words = {
        "cp1252": "Müller Straße", "utf-8-sig": "Zoë €", "utf-16": "Łódź 日本", "utf-16-le": "Łódź",
        "cp1251": "Ольга Иванова", "cp932": "りんごジュース", "mac-roman": "Müller café",
    }  # fmt: skip
    for codec, word in words.items():
        kept = tuple((*row[:5], f"{word} {n}", *row[6:]) for n, row in enumerate(rows))
        yield _file(
            f"encoding_{codec.replace('-', '_')}", "encoding", write(kept).encode(codec), kept
        )


def _empty_places(rows: Rows) -> Iterator[Polluted]:
    lines = write(rows).splitlines(keepends=True)
    middle = len(lines) // 2
    for name, empty in (("blank", "\r\n"), ("delimited", ",,,,,,,,\r\n")):
        text = "".join([*lines[:middle], empty, *lines[middle:]])
        yield _file(f"empty_row_{name}", "empty row", text, rows)
    header = (*LABELS[:4], "", *LABELS[5:])
    yield _file("empty_label", "empty label", write(rows, header), rows, header)


def _sizes(rows: Rows) -> Iterator[Polluted]:
    one = tuple((row[5],) for row in rows)
    out = io.StringIO()
    csv.writer(out).writerows([("ProductType",), *one])
    yield _file("one_column", "size", out.getvalue(), one, ("ProductType",))
    labels = tuple(f"col{n}" for n in range(300))
    wide = tuple(tuple(str(n * m % 97) for m in range(300)) for n in range(1, 20))
    yield _file("columns_300", "size", write(wide, labels), wide, labels)
    many = build_clean(5_000)
    yield _file("rows_5000", "size", write(many), many)


def _single_rows(rows: Rows) -> Iterator[Polluted]:
    """For each row and column: a separator more or less, a quote more; for each row: spaces."""
    table = [LABELS, *rows]
    lines = write(rows).splitlines(keepends=True)
    for row, cells in enumerate(table):
        written = _cells(cells, ",", '"', '"')
        for column in range(len(LABELS)):
            more = ",".join([*written[:column], "", *written[column:]])
            yield _one_row("more", "row long", lines, row, column, more, rows)
            quoted = list(written)
            place = 1 if quoted[column].startswith('"') else 0
            quoted[column] = f'{quoted[column][:place]}"{quoted[column][place:]}'
            header, kept = LABELS, list(rows)
            if row:
                kept[row - 1] = (*cells[:column], f'"{cells[column]}', *cells[column + 1 :])
            text = ",".join(quoted)
            yield _one_row("quote", "stray quote", lines, row, column, text, tuple(kept), header)
            if column:
                joined = written[column - 1] + written[column]
                less = ",".join([*written[: column - 1], joined, *written[column + 1 :]])
                yield _one_row("less", "row short", lines, row, column, less, rows)
        yield _one_row("spaces", "row of spaces", lines, row, 0, " ".join(written), rows)


def _one_row(
    name: str, kind: str, lines: Sequence[str], row: int, column: int, text: str, rows: Rows,
    header: Sequence[str] = LABELS,
) -> Polluted:  # fmt: skip
    content = "".join([*lines[:row], f"{text}\r\n", *lines[row + 1 :]])
    return _file(f"row_{name}_{row}_{column}", kind, content, rows, header)
