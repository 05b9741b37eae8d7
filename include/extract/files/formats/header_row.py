"""Which line of a delimited file is its header, and what stands above and right below it.

Decided on the first rows alone, by what their cells look like. Whatever is skipped, joined, or
taken without proof is said in a notice.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, pairwise

from include.extract.files.formats.cell_kinds import (
    DATE,
    EMPTY,
    NUMBER,
    TEXT,
    Profile,
    build_profile,
    count_filled,
    find_kind,
)
from include.extract.files.formats.csv_rows import Dialect, Row

SAMPLE_ROWS = 400
SEARCHED_ROWS = 50
_COMMENT_MARKS = ("#", "//", "--")


@dataclass(frozen=True)
class SampleRow:
    """One row near the top.

    Attributes:
        line: Its first line; `last_line` its last one.
        follows_gap: A blank line, or one that could not be read, stands above.
        is_broken: Its quotes do not fit; cells are what stands between delimiters.
    """

    line: int
    last_line: int
    cells: tuple[str, ...]
    follows_gap: bool
    is_broken: bool = False

    @property
    def filled(self) -> int:
        return count_filled(self.cells)


@dataclass
class Frame:
    """A table's place in its file.

    Attributes:
        labels: Header cells, as many as the table has columns; empty ones where it has none.
        first_line: Where the header, or without one the first row, begins.
        last_line: The line above the first row.
        header: The header's cells as they stand in the file; empty when there is no header.
        profile: Of the first rows.
        spare: So many columns at the end have neither label nor value.
        notices: Without the file's name.
    """

    labels: list[str]
    first_line: int
    last_line: int
    header: tuple[str, ...]
    profile: Profile
    notices: list[str] = field(default_factory=list)
    spare: int = 0


def build_sample(rows: Iterable[Row], dialect: Dialect) -> list[SampleRow]:
    """The first rows as evidence; those with wrong quotes are cut at every delimiter."""
    found: list[SampleRow] = []
    before = dialect.skip_lines
    for number, cells, reject in islice(rows, SAMPLE_ROWS):
        is_broken = reject is not None
        if reject is not None:
            if reject.reason != "malformed_quotes":
                continue
            cut = csv.reader(
                [reject.payload], delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE, strict=False
            )
            cells = [cell.strip().strip(dialect.quote) for cell in next(cut, [])]
        last = number + sum(cell.count("\n") for cell in cells)
        found.append(SampleRow(number, last, tuple(cells), number > before + 1, is_broken))
        before = last
    return found


def find_frame(rows: Sequence[SampleRow]) -> Frame | None:
    """The header and what the columns look like; None where there is no row at all."""
    filled = [row for row in rows if row.filled]
    if not filled:
        return None
    width = _find_width(filled)
    at = _find_first(filled, width)
    body = [row.cells for row in filled[at + 1 :] if not row.is_broken]
    has_header = _is_header(filled[at], body, width)
    if not has_header and at and _is_narrow_header(filled, at, width):
        at, has_header = at - 1, True
        body = [row.cells for row in filled[at + 1 :] if not row.is_broken]
    if not has_header and filled[at].is_broken:
        has_header = True
    frame = _build_frame(filled, at, width, body) if has_header else _headless(filled, at, width)
    above = [row.last_line for row in filled if row.line < frame.first_line]
    if above:
        lines = f"lines {filled[0].line} to {above[-1]}" if len(above) > 1 else f"line {above[0]}"
        frame.notices.insert(0, f"{lines} above the table: skipped")
    return frame


def _find_width(rows: Sequence[SampleRow]) -> int:
    """Cells of the first run of rows that is no small part of the sample."""
    sound = [row for row in rows if not row.is_broken] or rows
    runs = [(width, len(list(run))) for width, run in groupby(len(row.cells) for row in sound)]
    weight = max(length * (width - 1) for width, length in runs)
    if not weight:
        return 1
    return next(width for width, length in runs if length * (width - 1) >= 0.3 * weight)


def _find_first(rows: Sequence[SampleRow], width: int) -> int:
    """The first row full enough to be a header or a record; titles above it are narrower."""
    near = rows[:SEARCHED_ROWS]
    widest = max((row.filled for row in near if len(row.cells) == width), default=1)
    needed = 0.6 * min(width, widest)
    for at, row in enumerate(near[:-1]):
        if row.filled >= needed and not _is_comment(row, width):
            return at
    return 0 if len(rows) == 1 else len(near) - 1


def _is_comment(row: SampleRow, width: int) -> bool:
    first = row.cells[0].strip()
    if not first.startswith(_COMMENT_MARKS):
        return False
    return len(row.cells) != width or first[1:2].isspace() or width == 1


def _is_header(row: SampleRow, body: Sequence[Sequence[str]], width: int) -> bool:
    """Labels: words, over columns of something else; or values no column below has."""
    kinds = [find_kind(cell) for cell in row.cells]
    if all(kind in (EMPTY, TEXT) for kind in kinds):
        return True
    below = [look.kind for look in build_profile(body, width).columns]
    pairs = list(zip(kinds, below, strict=False))
    if _is_series(row.cells, kinds, below):
        return True
    alike = sum(kind == look for kind, look in pairs if kind not in (EMPTY, TEXT))
    labels = sum(kind == TEXT and look not in (EMPTY, TEXT) for kind, look in pairs)
    others = sum(kind not in (EMPTY, TEXT) and look not in (EMPTY, kind) for kind, look in pairs)
    return bool(body) and labels + others > 0 and labels + others >= alike


def _is_series(cells: Sequence[str], kinds: Sequence[str], below: Sequence[str]) -> bool:
    """Labels that count: 1, 2, 3; years; days. One value after the other, over other values."""
    typed = [(cell.strip(), at) for at, cell in enumerate(cells) if kinds[at] not in (EMPTY, TEXT)]
    values = [cell for cell, _ in typed]
    if len(values) < 2 or {kinds[at] for _, at in typed} not in ({NUMBER}, {DATE}):
        return False
    if kinds[typed[0][1]] == DATE:
        return sorted(set(values)) == values and all(
            below[at] != DATE for _, at in typed if at < len(below)
        )
    if not all(value.isdecimal() for value in values):
        return False
    numbers = [int(value) for value in values]
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) != 1 or not 0 < next(iter(steps)) <= 10:
        return False
    are_years = numbers[0] >= 1900 and numbers[-1] <= 2100
    return are_years or (len(numbers) >= 3 and kinds[0] == TEXT)


def _is_narrow_header(rows: Sequence[SampleRow], at: int, width: int) -> bool:
    """Labels right above the first record, fewer than there are columns."""
    row = rows[at - 1]
    kinds = {find_kind(cell) for cell in row.cells}
    return (
        not rows[at].follows_gap
        and len(row.cells) == row.filled >= 2
        and len(row.cells) < width
        and kinds == {TEXT}
        and not _is_comment(row, width)
    )


def _headless(rows: Sequence[SampleRow], at: int, width: int) -> Frame:
    profile = build_profile([row.cells for row in rows[at:] if not row.is_broken], width)
    told = (
        f"line {rows[at].line} holds values like those below it, so the file was read as one "
        "without a header, with columns named by their place"
    )
    line = rows[at].line
    return Frame([""] * width, line, line - 1, (), profile, [told])


def _build_frame(
    rows: Sequence[SampleRow], at: int, width: int, body: Sequence[Sequence[str]]
) -> Frame:
    head = rows[at]
    labels, notices = _fit_labels([cell.strip() for cell in head.cells], width, body)
    if not all(find_kind(label) in (EMPTY, TEXT) for label in labels):
        notices.append(f"line {head.line} holds values too, and was taken for the header")
    if head.is_broken:
        notices.append(f"the header in line {head.line} has a quote too many, which was left out")
    first, last = head.line, head.last_line
    if at and _is_group_row(rows[at - 1], head):
        first = rows[at - 1].line
        labels = _join_labels(rows[at - 1].cells, labels)
        notices.append(f"lines {first} and {head.line} were joined into one header")
    rest = list(rows[at + 1 :])
    while rest and rest[0].cells == head.cells:
        notices.append(f"line {rest[0].line} repeats the header and was skipped")
        last = rest.pop(0).last_line
    body = [row.cells for row in rest if not row.is_broken]
    profile = build_profile(body, len(labels))
    if rest and not rest[0].is_broken and _is_units(rest[0], build_profile(body[1:], len(labels))):
        notices.append(
            f"line {rest[0].line} below the header holds units or notes, and was skipped"
        )
        last = rest[0].last_line
        profile = build_profile(body[1:], len(labels))
    spare = _count_spare(head.cells, profile)
    return Frame(labels, first, last, head.cells, profile, notices, spare)


def _count_spare(header: Sequence[str], profile: Profile) -> int:
    """Columns behind the last header cell in which nothing stands."""
    beyond = profile.columns[len(header) :]
    return len(beyond) if beyond and all(look.kind == EMPTY for look in beyond) else 0


def _fit_labels(
    labels: list[str], width: int, body: Sequence[Sequence[str]]
) -> tuple[list[str], list[str]]:
    """As many labels as there are columns, and what was done for it."""
    if len(labels) == width or not any(len(cells) == width for cells in body):
        return labels, []
    named = [label for label in labels if label]
    if len(labels) > width:
        if len(named) == width:
            return named, [
                f"the header has {len(labels)} cells over {width} columns; its empty ones were "
                "left out"
            ]
        return (labels[:width] if not any(labels[width:]) else labels), []
    used = max(
        (
            at + 1
            for cells in body
            if len(cells) == width
            for at, c in enumerate(cells)
            if c.strip()
        ),
        default=0,
    )
    if used <= len(labels):
        return labels + [""] * (width - len(labels)), [
            f"rows have {width} cells under {len(labels)} labels; the last ones are empty"
        ]
    return labels + [""] * (width - len(labels)), [
        f"the header has {len(labels)} labels over {width} columns; they were taken from the left "
        "and the others named by their place"
    ]


def _is_group_row(row: SampleRow, head: SampleRow) -> bool:
    """Labels over groups of columns: without them some labels stand twice."""
    labels = [cell.strip().lower() for cell in head.cells if cell.strip()]
    return (
        not head.follows_gap
        and len(row.cells) == len(head.cells)
        and row.filled >= 2
        and {find_kind(cell) for cell in row.cells} <= {EMPTY, TEXT, NUMBER}
        and len(set(labels)) < len(labels)
    )


def _join_labels(groups: Sequence[str], labels: Sequence[str]) -> list[str]:
    joined, group = [], ""
    for above, label in zip(groups, labels, strict=True):
        group = above.strip() or group
        joined.append(f"{group} {label}".strip())
    return joined


def _is_units(row: SampleRow, profile: Profile) -> bool:
    """Short words, at least one of them in a column of numbers or dates, and no value at all."""
    if len(row.cells) != profile.width or profile.rows < 2:
        return False
    pairs = [(find_kind(c), look.kind) for c, look in zip(row.cells, profile.columns, strict=True)]
    typed = [(kind, look) for kind, look in pairs if look not in (EMPTY, TEXT, "long")]
    return (
        any(kind == TEXT for kind, _ in typed)
        and all(kind in (EMPTY, TEXT) for kind, _ in pairs)
        and all(len(cell.strip()) <= 24 for cell in row.cells)
    )
