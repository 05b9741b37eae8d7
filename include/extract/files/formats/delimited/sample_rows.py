"""The first rows of a delimited file, as evidence for where its table stands."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from include.extract.files.formats.delimited.cell_kinds import count_filled
from include.extract.files.formats.delimited.csv_rows import Dialect, Row

SAMPLE_ROWS = 400


@dataclass(frozen=True)
class SampleRow:
    """One row near the top.

    Attributes:
        line: Its first line; `last_line` its last one.
        follows_gap: A blank line, one of empty cells, or one that could not be read stands above.
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


def build_sample(rows: Iterable[Row], dialect: Dialect) -> list[SampleRow]:
    """The first rows as evidence; those with wrong quotes are cut at every delimiter."""
    found: list[SampleRow] = []
    before, is_gap = dialect.skip_lines, False
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
        is_gap = is_gap or number > before + 1
        found.append(SampleRow(number, last, tuple(cells), is_gap, is_broken))
        before, is_gap = last, not count_filled(cells)
    return found
