"""Rows with a separator too many, or with their last empty cells left out, put back in place.

A row is mended only when exactly one way gives cells that all fit their columns; any doubt leaves
it to quarantine. Values are never joined or cut.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from include.extract.files.formats.delimited.cell_kinds import Profile

MOST_SURPLUS = 3
MOST_WAYS = 200


def mend(cells: Sequence[str], profile: Profile, delimiter: str) -> tuple[str, ...] | None:
    """Exactly as many cells as there are columns, or None."""
    surplus = len(cells) - profile.width
    if surplus < 0:
        return _pad(cells, profile)
    if not any(cells[profile.width :]) and (surplus > MOST_SURPLUS or not any(cells)):
        return tuple(cells[: profile.width])
    ways = {way for way in _leave_out(cells, surplus) if not profile.count_misfits(way)}
    if len(ways) != 1 or _may_be_joined(cells, profile, delimiter):
        return None
    return ways.pop()


def _pad(cells: Sequence[str], profile: Profile) -> tuple[str, ...] | None:
    """Some programs leave out empty cells at the end of a row."""
    missing = profile.columns[len(cells) :]
    if not cells or not all(look.is_empty for look in missing):
        return None
    padded = (*cells, *[""] * len(missing))
    return None if profile.count_misfits(padded) else padded


def _leave_out(cells: Sequence[str], surplus: int) -> Iterator[tuple[str, ...]]:
    """The row without so many of its empty cells, in every way."""
    empty = [at for at, cell in enumerate(cells) if not cell]
    if surplus > MOST_SURPLUS:
        return
    for number, gone in enumerate(combinations(empty, surplus)):
        if number == MOST_WAYS:
            return
        yield tuple(cell for at, cell in enumerate(cells) if at not in gone)


def _may_be_joined(cells: Sequence[str], profile: Profile, delimiter: str) -> bool:
    """The separator too many may stand inside of a text that lacks its quotes."""
    if len(cells) != profile.width + 1:
        return False
    for at, (left, right) in enumerate(pairwise(cells)):
        if left and right:
            row = (*cells[:at], f"{left}{delimiter}{right}", *cells[at + 2 :])
            if not profile.count_misfits(row):
                return True
    return False
