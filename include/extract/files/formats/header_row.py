"""Which line of a delimited file is its header, and what stands above and right below it.

Decided on the first rows alone, by what their cells look like. Whatever is skipped, joined, or
taken without proof is said in a notice.
"""

import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from include.extract.files.formats.cell_kinds import (
    EMPTY,
    NUMBER,
    TEXT,
    WORDS,
    Profile,
    build_profile,
    count_filled,
    find_kind,
)
from include.extract.files.formats.csv_rows import Dialect, Row
from include.extract.files.formats.labels import (
    count_known,
    count_spare,
    fit_labels,
    is_header,
    join_labels,
)

SAMPLE_ROWS = 400
SEARCHED_ROWS = 50
SEARCHED_TITLES = 15
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


def find_frame(
    rows: Sequence[SampleRow], known: Collection[str] = (), header_line: int | None = None
) -> Frame | None:
    """The header and what the columns look like; None where there is no row at all.

    Args:
        known: Spellings of declared columns, in snake case: a line of them is the header.
        header_line: Where a person says the header is; 0 for none.
    """
    filled = [row for row in rows if row.filled and row.last_line >= (header_line or 0)]
    if not filled:
        return None
    width = _find_width(filled)
    if header_line is not None:
        at, has_header = 0, header_line > 0
    else:
        at, has_header = _choose(filled, width, known)
    if has_header:
        frame = _build_frame(filled, at, width, _body_below(filled, at))
    else:
        frame = _headless(filled, at, width)
    if header_line == 0:
        frame.notices = []
    above = [row.last_line for row in filled if row.line < frame.first_line]
    if above:
        lines = f"lines {filled[0].line} to {above[-1]}" if len(above) > 1 else f"line {above[0]}"
        frame.notices.insert(0, f"{lines} above the table: skipped")
    return frame


def _choose(rows: Sequence[SampleRow], width: int, known: Collection[str]) -> tuple[int, bool]:
    """Index of the header, or of the first record where there is none."""
    for at, row in enumerate(rows[:SEARCHED_ROWS] if known else ()):
        if (found := count_known(row.cells, known)) and 2 * found >= row.filled:
            return at, True
    at = _find_first(rows, width)
    at = _find_fuller(rows, at, width)
    if _is_half_a_header(rows, at):
        return at + 1, True
    if _is_head(rows, at, width):
        return at, True
    if at and _is_narrow_header(rows, at, width):
        return at - 1, True
    # A line of settings above the header has values, and a width of its own.
    if len(rows[at].cells) != width and at + 2 < len(rows) and _is_head(rows, at + 1, width):
        return at + 1, True
    return at, False


def _find_fuller(rows: Sequence[SampleRow], at: int, width: int) -> int:
    """The header behind a gap that has more labels, over values; titles may be half as wide."""
    for later in range(at + 1, min(at + SEARCHED_TITLES, len(rows) - 1)):
        row = rows[later]
        if row.follows_gap and row.filled > rows[at].filled and len(row.cells) == width:
            profile = build_profile(_body_below(rows, later), width)
            typed = [n for n, look in enumerate(profile.columns) if look.kind not in WORDS]
            words = all(find_kind(cell) in (EMPTY, TEXT) for cell in row.cells)
            if words and typed and not any(profile.columns[n].fits(row.cells[n]) for n in typed):
                return later
    return at


def _is_head(rows: Sequence[SampleRow], at: int, width: int) -> bool:
    return rows[at].is_broken or is_header(rows[at].cells, _body_below(rows, at), width)


def _is_half_a_header(rows: Sequence[SampleRow], at: int) -> bool:
    """Labels with gaps that the row below fills, which is no row of values either."""
    if len(rows) < at + 4 or rows[at + 1].follows_gap:
        return False
    pairs = list(zip(rows[at].cells, rows[at + 1].cells, strict=False))
    fills = any(below.strip() and not above.strip() for above, below in pairs)
    values = build_profile(_body_below(rows, at + 1), len(rows[at].cells))
    return fills and _is_units(rows[at + 1], values) and _is_group_row(rows[at], rows[at + 1])


def _body_below(rows: Sequence[SampleRow], at: int) -> list[tuple[str, ...]]:
    return [row.cells for row in rows[at + 1 :] if not row.is_broken]


def _find_width(rows: Sequence[SampleRow]) -> int:
    """Cells of the first run of rows that is no small part of the sample."""
    sound = [row for row in rows if not row.is_broken] or rows
    runs = [(width, len(list(run))) for width, run in groupby(len(row.cells) for row in sound)]
    runs = [run for run in runs if run[1] > 1] or runs[-1:]
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
    labels, notices = fit_labels([cell.strip() for cell in head.cells], width, body)
    if not all(find_kind(label) in (EMPTY, TEXT) for label in labels):
        notices.append(f"line {head.line} holds values too, and was taken for the header")
    if head.is_broken:
        notices.append(f"the header in line {head.line} has a quote too many, which was left out")
    first, last = head.line, head.last_line
    if at and _is_group_row(rows[at - 1], head):
        first = rows[at - 1].line
        labels = join_labels(rows[at - 1].cells, labels)
        notices.append(f"lines {first} and {head.line} were joined into one header")
    rest = list(rows[at + 1 :])
    while rest and rest[0].cells == head.cells:
        notices.append(f"line {rest[0].line} repeats the header and was skipped")
        last = rest.pop(0).last_line
    body = _end_at_next_table(rest, head.cells, len(labels))
    below = _count_notes(rest, body, len(labels))
    profile = build_profile(body[below:], len(labels))
    if below:
        last = rest[below - 1].last_line
        lines = f"line {last}" if below == 1 else f"lines {rest[0].line} to {last}"
        notices.append(f"{lines} below the header: units or notes, skipped")
    spare = count_spare(labels, profile)
    return Frame(labels, first, last, head.cells, profile, notices, spare)


def _is_group_row(row: SampleRow, head: SampleRow) -> bool:
    """Labels over groups of columns: without them some stand twice, or are missing."""
    labels = [cell.strip().lower() for cell in head.cells if cell.strip()]
    pairs = zip(row.cells, head.cells, strict=False)
    has_gaps = any(above.strip() and not label.strip() for above, label in pairs)
    return (
        not head.follows_gap
        and len(row.cells) == len(head.cells)
        and row.filled >= 2
        and {find_kind(cell) for cell in row.cells} <= {EMPTY, TEXT, NUMBER}
        and (len(set(labels)) < len(labels) or has_gaps)
    )


def _end_at_next_table(
    rest: Sequence[SampleRow], header: Sequence[str], width: int
) -> list[tuple[str, ...]]:
    """The rows of this table: behind a gap another one of the same width may begin."""
    body = [row.cells for row in rest if not row.is_broken]
    for at, row in enumerate(rest[1:-1], start=1):
        if row.follows_gap and row.cells != header and len(row.cells) == width:
            above = [one.cells for one in rest[:at] if not one.is_broken]
            profile = build_profile(above, width)
            if profile.is_foreign(row.cells):
                return above
    return body


def _count_notes(rest: Sequence[SampleRow], body: Sequence[Sequence[str]], width: int) -> int:
    """How many rows right below the header are none; surveys have two of them."""
    for count in (3, 2, 1):
        profile = build_profile(body[count:], width)
        if len(rest) > count and all(
            not row.is_broken and _is_units(row, profile) for row in rest[:count]
        ):
            return count
    return 0


def _is_units(row: SampleRow, profile: Profile) -> bool:
    """Words, at least one of them in a column of numbers or dates, and no value at all."""
    if len(row.cells) != profile.width or profile.rows < 2:
        return False
    pairs = [(find_kind(c), look.kind) for c, look in zip(row.cells, profile.columns, strict=True)]
    typed = [(kind, look) for kind, look in pairs if look not in WORDS]
    is_short = all(len(cell.strip()) <= 24 for cell in row.cells)
    # Sentences and codes stand over each of the columns with values.
    is_over_all = len(typed) > 1 and all(kind in (TEXT, "long") for kind, _ in typed)
    return (
        any(kind in (TEXT, "long") for kind, _ in typed)
        and all(kind in WORDS for kind, _ in pairs)
        and (is_short or is_over_all)
        and (row.filled > 1 or not row.cells[0].strip())
    )
