"""A table's place in its file, once its header row is known: labels, first line, notes around it.

Whatever is joined, skipped or taken without proof is said in a notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from include.extract.files.formats.delimited.cell_kinds import (
    EMPTY,
    NUMBER,
    TEXT,
    WORDS,
    Profile,
    build_profile,
    find_kind,
)
from include.extract.files.formats.delimited.labels import count_spare, fit_labels, join_labels
from include.extract.files.formats.delimited.sample_rows import SampleRow


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


def headless(rows: Sequence[SampleRow], at: int, width: int) -> Frame:
    """A table whose first line is a record already."""
    profile = build_profile([row.cells for row in rows[at:] if not row.is_broken], width)
    told = (
        f"line {rows[at].line} holds values like those below it, so the file was read as one "
        "without a header, with columns named by their place"
    )
    line = rows[at].line
    return Frame([""] * width, line, line - 1, (), profile, [told])


def build_frame(
    rows: Sequence[SampleRow], at: int, width: int, body: Sequence[Sequence[str]]
) -> Frame:
    """The table below a header row, with what stands right above and below that row."""
    head = rows[at]
    labels, notices = fit_labels([cell.strip() for cell in head.cells], width, body)
    if not all(find_kind(label) in (EMPTY, TEXT) for label in labels):
        notices.append(f"line {head.line} holds values too, and was taken for the header")
    if head.is_broken:
        notices.append(f"the header in line {head.line} has a quote too many, which was left out")
    first, last = head.line, head.last_line
    if at and is_group_row(rows[at - 1], head):
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


def is_group_row(row: SampleRow, head: SampleRow) -> bool:
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
    if not rest or any(find_kind(cell) not in WORDS for cell in rest[0].cells):
        return 0
    for count in (3, 2, 1):
        profile = build_profile(body[count:], width)
        if len(rest) > count and all(
            not row.is_broken and is_units(row, profile) for row in rest[:count]
        ):
            return count
    return 0


def is_units(row: SampleRow, profile: Profile) -> bool:
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
