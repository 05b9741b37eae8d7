"""Are these cells labels, and which column does each of them stand over?"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from include.core.naming import snake
from include.extract.files.formats.delimited.cell_kinds import (
    DATE,
    EMPTY,
    NUMBER,
    TEXT,
    WORDS,
    Profile,
    build_profile,
    find_kind,
)

LONG = "long"
# Labels rarely stand in their own column again, values do.
RECURRING_SHARE = 1 / 3


def is_header(cells: Sequence[str], body: Sequence[Sequence[str]], width: int) -> bool:
    """Words over columns of something else, or values no column below has.

    Args:
        body: The rows below.
        width: Cells of most of them.
    """
    kinds = [find_kind(cell) for cell in cells]
    if all(kind in (EMPTY, TEXT) for kind in kinds):
        return not _recur(cells, body)
    below = [look.kind for look in build_profile(body, width).columns]
    # Surveys ask in whole sentences; over sentences one may be an answer.
    kinds = [
        TEXT if kind == LONG and at < len(below) and below[at] not in (EMPTY, LONG) else kind
        for at, kind in enumerate(kinds)
    ]
    if all(kind in (EMPTY, TEXT) for kind in kinds):
        return not _recur(cells, body)
    if _is_series(cells, kinds, below):
        return True
    pairs = list(zip(kinds, below, strict=False))
    years = sum(_is_year(cell) and not _has_years(body, at) for at, cell in enumerate(cells))
    alike = sum(kind == look for kind, look in pairs if kind not in (EMPTY, TEXT)) - years
    labels = sum(kind == TEXT and look not in (EMPTY, TEXT) for kind, look in pairs)
    others = sum(kind not in WORDS and look not in (*WORDS, kind) for kind, look in pairs)
    return bool(body) and 0 < labels + others + years >= alike / 2


def count_known(cells: Sequence[str], known: Collection[str]) -> int:
    """Cells that are spellings of declared columns."""
    return sum(snake(cell) in known for cell in cells)


def _recur(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Cells that stand in their own column again, not counting a header that is repeated whole."""
    rows = [row for row in body if len(row) == len(cells) and tuple(row) != tuple(cells)]
    if len(rows) < 2:
        return False
    again = sum(
        any(row[at] == cell for row in rows) for at, cell in enumerate(cells) if cell.strip()
    )
    return again > 0 and again >= RECURRING_SHARE * len(cells)


def _is_year(cell: str) -> bool:
    cell = cell.strip()
    return len(cell) == 4 and cell.isdecimal() and 1900 <= int(cell) <= 2100


def _has_years(body: Sequence[Sequence[str]], at: int) -> bool:
    values = [row[at] for row in body if at < len(row) and row[at].strip()]
    return not values or any(map(_is_year, values))


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
    return are_years or (len(numbers) >= 3 and kinds[0] in (EMPTY, TEXT))


def fit_labels(
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


def join_labels(groups: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Labels under the groups above them; an empty group goes on with the one to its left."""
    joined, group = [], ""
    for above, label in zip(groups, labels, strict=False):
        group = above.strip() or group
        joined.append(f"{group} {label}".strip())
    # Rows may be wider than both lines of the header.
    return [*joined, *labels[len(joined) :]]


def count_spare(labels: Sequence[str], profile: Profile) -> int:
    """Columns at the end with neither a label nor a value."""
    if not profile.rows:
        return 0
    spare = 0
    for at, look in reversed(list(enumerate(profile.columns))):
        if look.kind != EMPTY or labels[at]:
            break
        spare += 1
    return spare if spare < profile.width else 0
