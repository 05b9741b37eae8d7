"""The rows of one table while its file is read: what is no record of it is taken out, and counted.

Rows as wide as the table come in batches and are looked at by column, so that clean files lose no
speed; rows of another width come one by one. One object sees one file from its top to its end.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow.compute as pc

from include.core.streams import Reject
from include.extract.files.formats.delimited.batch import Batch
from include.extract.files.formats.delimited.cell_kinds import (
    TEXT,
    Profile,
    count_filled,
    find_kind,
)
from include.extract.files.formats.delimited.closing_rows import FOOTNOTE, TOTALS
from include.extract.files.formats.delimited.csv_rows import build_ragged
from include.extract.files.formats.delimited.mending import mend
from include.extract.files.formats.delimited.row_marks import (
    build_mask,
    cells_of,
    either,
    find_empty,
    find_headings,
    find_other_header,
    find_repeats,
    find_totals,
)
from include.extract.files.formats.line_reader import PAYLOAD_BYTES
from include.extract.files.place import Place

_CLOSING = {
    "totals_row": "holds totals, not a record",
    "footnote": "is a note or a heading, not a record",
}


@dataclass
class _OtherTable:
    """A table of another width further down; all of it is one reject."""

    width: int
    first: int
    last: int
    rows: int = 0
    text: str = ""

    def add(self, line: int, text: str) -> None:
        self.last, self.rows = line, self.rows + 1
        if len(self.text) < PAYLOAD_BYTES:
            self.text = f"{self.text}{text}\n"[:PAYLOAD_BYTES]


@dataclass
class TableBody:
    """What is known of the table before its rows are read, and what happened to them.

    Attributes:
        header: The header's cells as they stand in the file; empty when there is none.
        closing: Lines below the table and why they are no records.
        spare: Columns at the end without label and value.
    """

    place: Place
    delimiter: str
    profile: Profile
    header: Sequence[str] = ()
    closing: Mapping[int, str] = field(default_factory=dict)
    spare: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _waiting: tuple[int, Sequence[str]] | None = None
    _other: _OtherTable | None = None

    def fit(self, line: int, cells: Sequence[str]) -> Iterator[tuple[int, Any, Any]]:
        """A row of another width: its line, cells and row as written, or line, None and reject.

        A row that may be the header of another table waits for the one below it.
        """
        if self._other is not None and len(cells) == self._other.width:
            self._other.add(line, build_text(cells, self.delimiter))
            return
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            if waiting[0] + 1 == line and len(waiting[1]) == len(cells):
                yield from self._end_other()
                self._other = _OtherTable(len(cells), waiting[0], line)
                self._other.add(waiting[0], build_text(waiting[1], self.delimiter))
                self._other.add(line, build_text(cells, self.delimiter))
                return
            yield self._place(*waiting)
        if line not in self.closing and _may_be_header(cells):
            self._waiting = (line, cells)
            return
        yield self._place(line, cells)

    def take(self, batch: Batch) -> Batch:
        """The batch without repeated headers, empty rows and what stands below the table."""
        table, lines = batch.table, batch.lines
        if not table.num_rows:
            return batch
        gone = self._find_other(table, lines)
        gone = either(
            gone,
            self._count("rows that repeat the header, left out", find_repeats(table, self.header)),
        )
        gone = either(gone, self._count("rows without any value, left out", find_empty(table)))
        rejects = list(batch.rejects)
        totals = find_totals(table, self.profile) + find_headings(table, self.profile)
        if self.closing and lines[-1] >= min(self.closing):
            totals += [row for row, line in enumerate(lines) if line in self.closing]
        if totals:
            aside = sorted(set(totals))
            rejects += [self._set_aside(lines[row], cells_of(table, row)) for row in aside]
            gone = either(gone, build_mask(aside, table.num_rows))
        if gone is not None:
            kept = pc.invert(gone)
            table = table.filter(kept)
            lines = [line for line, is_kept in zip(lines, kept.to_pylist(), strict=True) if is_kept]
        batch = replace(batch, table=table, lines=lines, rejects=tuple(rejects))
        return self._without_spare(batch) if self.spare else batch

    def finish(self) -> Iterator[Reject]:
        """What was still waiting; afterwards `notices` is complete."""
        if self._waiting is not None:
            _, _, reject = self._place(*self._waiting)
            self._waiting = None
            yield reject
        yield from (reject for _, _, reject in self._end_other())

    def notices(self) -> tuple[str, ...]:
        """One sentence for each thing that happened, with how often."""
        return tuple(
            f"file `{self.place.name}`: {what}: {count}." for what, count in self._counts.items()
        )

    def _place(self, line: int, cells: Sequence[str]) -> tuple[int, Any, Any]:
        text = build_text(cells, self.delimiter)
        if line in self.closing:
            return line, None, self._set_aside(line, cells)
        fitted = mend(cells, self.profile, self.delimiter) if self.profile.width else None
        if fitted is None:
            self._counts["rows with another number of cells than the header, in quarantine"] += 1
            width = self.profile.width
            return line, None, build_ragged(self.place, line, list(cells), width, text)
        if len(cells) < len(fitted):
            self._counts["rows without their last cells, taken as empty"] += 1
            return line, fitted, None
        if any(cells[len(fitted) :]) or tuple(cells[: len(fitted)]) != fitted:
            self._counts[
                "rows with an empty cell too many, left out where all others fit their columns; "
                "the row as written is in `_extra`"
            ] += 1
            return line, fitted, text
        self._counts["rows with empty cells too many at their end, left out"] += 1
        return line, fitted, None

    def _count(self, what: str, mask: Any) -> Any:
        if mask is not None:
            self._counts[what] += pc.sum(mask).as_py()
        return mask

    def _set_aside(self, line: int, cells: Sequence[str]) -> Reject:
        reason = self.closing.get(line, FOOTNOTE if count_filled(cells) == 1 else TOTALS)
        self._counts[f"lines that are no records, in quarantine as `{reason}`"] += 1
        return Reject(
            f"{self.place.name}:{line}",
            reason,
            f"line {line} of {self.place.name} {_CLOSING[reason]}",
            build_text(cells, self.delimiter)[:PAYLOAD_BYTES],
        )

    def _end_other(self) -> Iterator[tuple[int, None, Reject]]:
        other, self._other = self._other, None
        if other is None:
            return
        self._counts[
            f"rows from line {other.first} on of another table with {other.width} columns, in "
            "quarantine as `other_table`; give it a file of its own"
        ] += other.rows
        yield (
            other.first,
            None,
            Reject(
                f"{self.place.name}:{other.first}",
                "other_table",
                f"lines {other.first} to {other.last} of {self.place.name} hold another table, of "
                f"{other.width} columns",
                other.text,
            ),
        )

    def _find_other(self, table: Any, lines: Sequence[int]) -> Any:
        """Rows of another table as wide as this one; a blank line stands above its header."""
        rows, width = table.num_rows, table.num_columns
        start = 0
        if self._other is None or self._other.width != width:
            found = find_other_header(table, lines, self.profile, self.header)
            if found is None:
                return None
            start, self._other = found, _OtherTable(width, lines[found], lines[found])
        for row in range(start, rows):
            text = build_text(cells_of(table, row), self.delimiter)
            self._other.add(lines[row], text)
        return build_mask(range(start, rows), rows)

    def _without_spare(self, batch: Batch) -> Batch:
        table, width = batch.table, batch.table.num_columns - self.spare
        extras = dict(batch.extras)
        mask = None
        for column in table.columns[width:]:
            if column.null_count < len(column):
                mask = either(mask, column.is_valid())
        if mask is not None:
            at = [row for row, is_used in enumerate(mask.to_pylist()) if is_used]
            for row in at:
                extras[batch.lines[row]] = build_text(cells_of(table, row), self.delimiter)
            self._counts["rows with cells no header stands over, kept in `_extra`"] += len(at)
        return replace(batch, table=table.select(range(width)), extras=extras)


def build_text(cells: Sequence[str], delimiter: str) -> str:
    """A row as it would be written."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def _may_be_header(cells: Sequence[str]) -> bool:
    return (
        len(cells) > 1
        and len(set(cells)) == len(cells)
        and all(find_kind(cell) == TEXT for cell in cells)
    )
