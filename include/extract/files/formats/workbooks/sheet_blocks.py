"""A second table further down a sheet, behind a blank row: never read as rows of the first."""

from collections.abc import Sequence

from include.core.streams import Reject
from include.extract.files.formats.delimited.cell_kinds import (
    EMPTY,
    TEXT,
    Profile,
    build_profile,
    count_filled,
    find_kind,
)
from include.extract.files.formats.delimited.csv_rows import Row
from include.extract.files.formats.delimited.table_body import build_text
from include.extract.files.formats.delimited.total_words import begins_like_total
from include.extract.files.formats.line_reader import PAYLOAD_BYTES
from include.extract.files.place import Place

PROFILE_ROWS = 500
# Fewer rows before the first gap say little about a table.
ENOUGH_ROWS = 2


def build_sheet_profile(rows: Sequence[Row], width: int) -> Profile:
    """What the columns look like, above the first blank row."""
    some = rows[:PROFILE_ROWS]
    gap = next((i for i in range(1, len(some)) if some[i][0] - some[i - 1][0] > 1), len(some))
    above = some[:gap] if gap >= ENOUGH_ROWS else some
    return build_profile([cells for _, cells, _ in above], width)


def split_tables(
    place: Place, rows: Sequence[Row], labels: Sequence[str], profile: Profile
) -> tuple[Sequence[Row], tuple[Reject, ...], tuple[str, ...]]:
    """The rows of the first table, the rest as one reject, and a notice about it."""
    at = _find_second(rows, labels, profile)
    if at is None:
        return rows, (), ()
    first, last = rows[at][0], rows[-1][0]
    text = "\n".join(build_text(cells, ",") for _, cells, _ in rows[at:])
    reject = Reject(
        f"{place.name}:{first}",
        "other_table",
        f"rows {first} to {last} of {place.name} hold another table",
        text[:PAYLOAD_BYTES],
    )
    notice = (
        f"file `{place.name}`: rows {first} to {last} hold another table, in quarantine as "
        "`other_table`; give it a sheet of its own."
    )
    return rows[:at], (reject,), (notice,)


def _find_second(rows: Sequence[Row], labels: Sequence[str], profile: Profile) -> int | None:
    """Where it begins: with a header of its own, perhaps below a title, behind a blank row."""
    for at in range(1, len(rows) - 1):
        if rows[at][0] - rows[at - 1][0] < 2:
            continue
        if any(_is_other_header(cells, labels, profile) for _, cells, _ in rows[at : at + 2]):
            return at
    return None


def _is_other_header(cells: Sequence[str], labels: Sequence[str], profile: Profile) -> bool:
    if count_filled(cells) < 2 or list(cells) == list(labels):
        return False
    first = next(cell for cell in cells if cell.strip())
    if begins_like_total(first) or any(find_kind(cell) not in (EMPTY, TEXT) for cell in cells):
        return False
    return profile.count_misfits(cells) + profile.count_gaps(cells) > 0
