"""Which line of a delimited file is its header.

Decided on the first rows alone, by what their cells look like; a person can overrule it.
"""

from collections.abc import Collection, Sequence
from itertools import groupby

from include.extract.files.formats.delimited.cell_kinds import (
    EMPTY,
    TEXT,
    WORDS,
    build_profile,
    find_kind,
)
from include.extract.files.formats.delimited.frame import (
    Frame,
    build_frame,
    headless,
    is_group_row,
    is_units,
)
from include.extract.files.formats.delimited.labels import count_known, is_header
from include.extract.files.formats.delimited.sample_rows import SampleRow

SEARCHED_ROWS = 50
MOST_SETTINGS = 15
SEARCHED_TITLES = 15
_COMMENT_MARKS = ("#", "//", "--")


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
        frame = build_frame(filled, at, width, _body_below(filled, at))
    else:
        frame = headless(filled, at, width)
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
    at = find_fuller(rows, at, width)
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


def find_fuller(rows: Sequence[SampleRow], at: int, width: int) -> int:
    """The header further down that has more labels, over values; titles may be half as wide.

    It stands behind a gap, or is as wide as its table where what is above it is not, be it that
    a program filled titles up with separators.
    """
    is_narrow = len(rows[at].cells) < width
    for later in range(at + 1, min(at + SEARCHED_TITLES, len(rows) - 1)):
        row, above = rows[later], rows[at:later]
        if len(row.cells) != width:
            continue
        is_padded = len(above) > 1 and _are_padded(above, row, rows[later + 1 :])
        is_fuller = row.filled > rows[at].filled
        if is_fuller and (row.follows_gap or is_narrow or is_padded) and _is_over(rows, later):
            return later
        if row.follows_gap and (
            (is_padded and is_header(row.cells, _body_below(rows, later), width))
            or (_is_small(above, rows[later + 1 :]) and _is_over(rows, later))
        ):
            return later
    return at


def _is_over(rows: Sequence[SampleRow], at: int) -> bool:
    """Words over columns of values, none of which could be such a word."""
    row = rows[at]
    profile = build_profile(_body_below(rows, at), len(row.cells))
    typed = [n for n, look in enumerate(profile.columns) if look.kind not in WORDS]
    words = all(find_kind(cell) in (EMPTY, TEXT) for cell in row.cells)
    return words and bool(typed) and not any(profile.columns[n].fits(row.cells[n]) for n in typed)


def _are_padded(above: Sequence[SampleRow], row: SampleRow, below: Sequence[SampleRow]) -> bool:
    """Rows that lack their last cells, above a full one and more rows that have them."""
    same = [one.cells for one in below if len(one.cells) == len(row.cells)]
    return (
        row.filled == len(row.cells)
        and len(same) > len(above)
        and all(len(one.cells) == len(row.cells) and not one.cells[-1].strip() for one in above)
        and all(cells[-1].strip() for cells in same)
    )


def _is_small(above: Sequence[SampleRow], below: Sequence[SampleRow]) -> bool:
    """Two or three lines that fill their cells like a table, above a much longer one."""
    return 1 < len(above) <= 3 and len(below) >= 5 * len(above)


def _is_head(rows: Sequence[SampleRow], at: int, width: int) -> bool:
    return rows[at].is_broken or is_header(rows[at].cells, _body_below(rows, at), width)


def _is_half_a_header(rows: Sequence[SampleRow], at: int) -> bool:
    """Labels with gaps that the row below fills, which is no row of values either."""
    if len(rows) < at + 4 or rows[at + 1].follows_gap:
        return False
    pairs = list(zip(rows[at].cells, rows[at + 1].cells, strict=False))
    fills = any(below.strip() and not above.strip() for above, below in pairs)
    if not fills or not is_group_row(rows[at], rows[at + 1]):
        return False
    values = build_profile(_body_below(rows, at + 1), len(rows[at].cells))
    return is_units(rows[at + 1], values)


def _body_below(rows: Sequence[SampleRow], at: int) -> list[tuple[str, ...]]:
    return [row.cells for row in rows[at + 1 :] if not row.is_broken]


def _find_width(rows: Sequence[SampleRow]) -> int:
    """Cells of the first run of rows that is no small part of the sample."""
    sound = [row for row in rows if not row.is_broken] or rows
    runs = [(width, list(run)) for width, run in groupby(sound, key=lambda row: len(row.cells))]
    runs = [run for run in runs if len(run[1]) > 1] or runs[-1:]
    weight = max(len(run) * (width - 1) for width, run in runs)
    if not weight:
        return 1
    heavy = [(width, run) for width, run in runs if len(run) * (width - 1) >= 0.3 * weight]
    width, first = heavy[0]
    wide = next((one for one in heavy[1:] if one[0] >= 2 * width), None)
    if wide and _are_settings(first) and _is_over(wide[1], 0):
        return wide[0]
    return width


def _are_settings(rows: Sequence[SampleRow]) -> bool:
    """Of an account and its period: names with values of no common kind, as a bank's page begins.

    More of them than there are records in a quiet month; a table of two columns of words has no
    digits.
    """
    names = [row.cells[0] for row in rows]
    profile = build_profile([row.cells for row in rows], 2)
    return (
        len(rows[0].cells) == 2
        and len(set(names)) == len(names) <= MOST_SETTINGS
        and all(find_kind(name) == TEXT for name in names)
        and profile.columns[1].kind in WORDS
        and any(char.isdecimal() for row in rows for char in row.cells[1])
    )


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
