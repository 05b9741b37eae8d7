"""Delimited text as Arrow batches of text columns.

Three readers with the same answer: pyarrow (two million rows a second) for files whose facts say
that quotes fit and no line is blank, `csv_stretches` (a third of that) where lines can be told from
bytes, and `csv_rows` (a hundred thousand) for what is left: UTF-16, over-long lines. Empty cells
are null. Types are the loader's business.
"""

import csv
import io
import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from include.core.streams import Reject
from include.extract.files.formats.delimited.batch import Batch
from include.extract.files.formats.delimited.csv_plain_lines import (
    UTF8,
    StretchReader,
    is_in_stretches,
)
from include.extract.files.formats.delimited.csv_rows import (
    Dialect,
    Row,
    build_ragged,
    fit_cells,
    iter_rows,
)
from include.extract.files.formats.delimited.frame import Frame
from include.extract.files.formats.delimited.header_row import find_frame
from include.extract.files.formats.delimited.sample_rows import build_sample
from include.extract.files.formats.delimited.table_body import TableBody, build_text
from include.extract.files.formats.facts import FileFacts
from include.extract.files.place import Place, unreadable

log = logging.getLogger(__name__)

BATCH_ROWS = 20_000
BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class CsvPlan:
    """How to read one file, once its header is known.

    Attributes:
        names: Column names in file order.
        header_lines: Lines up to the first row.
        body: Takes out what is no record; None: every row is one, or a reject.
    """

    dialect: Dialect
    names: tuple[str, ...]
    header_lines: int
    max_line_bytes: int
    body: TableBody | None = None


def load_frame(
    place: Place,
    facts: FileFacts,
    dialect: Dialect,
    max_line_bytes: int,
    *,
    known: Collection[str] = (),
    header_line: int | None = None,
) -> Frame | None:
    """Where the table stands in its file, see `find_frame`; None for a file without rows."""
    rows = iter_rows(place, facts, dialect, max_line_bytes, after_line=dialect.skip_lines)
    return find_frame(build_sample(rows, dialect), known, header_line)


def read_csv(place: Place, facts: FileFacts, plan: CsvPlan) -> Iterator[Batch]:
    """Batches in file order.

    Raises:
        UpstreamUnavailable: If reading fails midway.
    """
    if is_plain(facts) and plan.dialect.is_plain and plan.dialect.quote == '"':
        batches = read_fast(place, facts, plan)
    else:
        batches = _read_rest(place, facts, plan, plan.header_lines)
    if plan.body is None:
        yield from batches
        return
    for batch in batches:
        yield plan.body.take(batch)
    if rejects := tuple(plan.body.finish()):
        yield Batch(
            build_text_batch([], plan.names[: len(plan.names) - plan.body.spare]), [], rejects
        )


def is_plain(facts: FileFacts) -> bool:
    """Valid UTF-8 in which line numbers can be told from the rows."""
    return (
        facts.encoding == "utf-8"
        and facts.is_clean
        and facts.has_fitting_quotes
        and not facts.has_blank_lines
    )


def build_batch(
    place: Place,
    rows: Sequence[Row],
    names: tuple[str, ...],
    delimiter: str = ",",
    body: TableBody | None = None,
) -> Batch:
    """Rows to columns; those of another width are mended or become rejects."""
    width = len(names)
    good: list[Sequence[str]] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    extras: dict[int, str] = {}
    for number, cells, reject in rows:
        if reject is not None:
            rejects.append(reject)
        elif len(cells) == width:
            good.append(cells)
            lines.append(number)
        else:
            fitted = (
                body.fit(number, cells) if body else _fit(place, number, cells, width, delimiter)
            )
            for line, found, rest in fitted:
                if found is None:
                    rejects.append(rest)
                    continue
                good.append(found)
                lines.append(line)
                if rest is not None:
                    extras[line] = rest
    return Batch(build_text_batch(good, names), lines, tuple(rejects), extras)


def _fit(
    place: Place, number: int, cells: list[str], width: int, delimiter: str
) -> Iterator[tuple[int, Any, Any]]:
    fitted = fit_cells(cells, width)
    if fitted is None:
        text = build_text(cells, delimiter)
        yield number, None, build_ragged(place, number, cells, width, text)
    else:
        yield number, fitted, None


def build_text_batch(rows: Sequence[Sequence[Any]], names: tuple[str, ...]) -> Any:
    """RecordBatch of text columns; empty text is null."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array([value or None for value in column], pa.string()) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def _read_rest(place: Place, facts: FileFacts, plan: CsvPlan, after_line: int) -> Iterator[Batch]:
    fits = is_in_stretches(facts, plan.dialect, plan.max_line_bytes)
    reader = read_in_stretches if fits else read_carefully
    return reader(place, facts, plan, after_line)


def read_in_stretches(
    place: Place, facts: FileFacts, plan: CsvPlan, after_line: int
) -> Iterator[Batch]:
    """Batches of what follows a line: regular lines by pyarrow, the records between by hand."""
    reader = StretchReader(place, facts, plan.dialect, len(plan.names), plan.max_line_bytes)
    for found in reader.read(after_line):
        text = b"".join(found.regular)
        if facts.encoding != UTF8 and not text.isascii():
            text = text.decode(facts.encoding).encode()
        table = _parse_regular(text, plan)
        lines: Sequence[int] = list(chain.from_iterable(found.lines))
        if found.rows:
            yield _merge(Batch(table, lines, tuple(found.rejects)), _build(place, found.rows, plan))
        else:
            yield Batch(table, lines, tuple(found.rejects))


def _build(place: Place, rows: Sequence[Row], plan: CsvPlan) -> Batch:
    return build_batch(place, rows, plan.names, plan.dialect.delimiter, plan.body)


def _parse_regular(text: bytes, plan: CsvPlan) -> Any:
    if not text:
        return build_text_batch([], plan.names)
    made = pa_csv.read_csv(
        pa.BufferReader(text),
        read_options=pa_csv.ReadOptions(
            use_threads=False, block_size=len(text) + 1, column_names=list(plan.names)
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=plan.dialect.delimiter, quote_char=plan.dialect.quote
        ),
        convert_options=_text_options(plan),
    )
    [batch] = made.combine_chunks().to_batches()
    return batch


def _merge(first: Batch, second: Batch) -> Batch:
    """Both in the order of the file: of two rows with one key the later one must come later."""
    rejects = first.rejects + second.rejects
    if not second.lines:
        return Batch(first.table, first.lines, rejects)
    numbers = pa.array([*first.lines, *second.lines], pa.int64())
    order = pc.sort_indices(numbers)
    both = pa.Table.from_batches([first.table, second.table]).take(order)
    [batch] = both.combine_chunks().to_batches()
    return Batch(batch, numbers.take(order).to_pylist(), rejects, second.extras)


def read_fast(place: Place, facts: FileFacts, plan: CsvPlan) -> Iterator[Batch]:
    """Batches of a plain file."""
    bad: list[Any] = []

    def skip(row: Any) -> str:
        bad.append((row.number, row.text))
        return "skip"

    numbers = _Numbering(plan, facts.has_multiline_cells, bad)
    with place.open() as stream:
        stream.seek(facts.bom_bytes)
        for _ in range(plan.header_lines):
            stream.readline()
        try:
            for table in _open_arrow(stream, facts, plan, skip):
                yield from numbers.number(place, table)
            yield from numbers.rest(place)
            return
        except pa.ArrowInvalid as error:
            # A record longer than a block; the careful reader goes on where this one stopped.
            log.info("action=careful_reader file=%s line=%d", place.name, numbers.line)
            log.debug("error=%s", error)
        except (OSError, EOFError) as error:
            raise unreadable(place.name, error) from None
    yield from _read_rest(place, facts, plan, numbers.line - 1)


def read_carefully(
    place: Place, facts: FileFacts, plan: CsvPlan, after_line: int
) -> Iterator[Batch]:
    """Batches of what follows a line, every record through the csv module."""
    rows = iter_rows(place, facts, plan.dialect, plan.max_line_bytes, after_line=after_line)
    while some := list(islice(rows, BATCH_ROWS)):
        yield _build(place, some, plan)


def _open_arrow(stream: IO[bytes], facts: FileFacts, plan: CsvPlan, skip: Any) -> Iterator[Any]:
    first = stream.read(1)
    if not first:
        return iter(())
    stream.seek(-1, io.SEEK_CUR)
    reader: Iterator[Any] = pa_csv.open_csv(
        stream,
        read_options=pa_csv.ReadOptions(
            use_threads=False,  # row numbers in rejects need it
            block_size=max(BLOCK_BYTES, 2 * facts.longest_line),
            column_names=list(plan.names),
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=plan.dialect.delimiter,
            quote_char=plan.dialect.quote or False,
            newlines_in_values=facts.has_multiline_cells,
            invalid_row_handler=skip,
        ),
        convert_options=_text_options(plan),
    )
    return reader


def _text_options(plan: CsvPlan) -> Any:
    """Every column as text, empty as null; that it is UTF-8 is known already."""
    return pa_csv.ConvertOptions(
        column_types=dict.fromkeys(plan.names, pa.string()),
        strings_can_be_null=True,
        null_values=[""],
        check_utf8=False,
    )


class _Numbering:
    """Line numbers for batches without them, and the rows pyarrow refused.

    The reader may be ahead of the batch it hands out, so a bad row belongs to a batch only when it
    lies before the batch's last good row; the others wait.

    Attributes:
        line: Line of the next record.
    """

    def __init__(self, plan: CsvPlan, is_multiline: bool, bad: list[Any]) -> None:
        self._plan = plan
        self._is_multiline = is_multiline
        self._bad = bad
        self._record = 1
        self.line = plan.header_lines + 1

    def number(self, place: Place, table: Any) -> Iterator[Batch]:
        """The batch, then the rows refused within it; too many empty cells are mended."""
        heights = _heights(table) if self._is_multiline else None
        lines: list[int] = []
        broken: list[Row] = []
        done, total = 0, table.num_rows
        while self._bad and self._bad[0][0] < self._record + total - done:
            record, text = self._bad.pop(0)
            good = record - self._record
            lines += self._advance(good, heights, done)
            done += good
            broken.append(self._broken(text))
            self._record = record + 1
        lines += self._advance(total - done, heights, done)
        self._record += total - done
        batch = Batch(table, lines)
        yield _merge(batch, _build(place, broken, self._plan)) if broken else batch

    def rest(self, place: Place) -> Iterator[Batch]:
        """Refused rows behind the last good one."""
        broken = []
        for record, text in self._bad:
            self._advance(record - self._record, None, 0)
            broken.append(self._broken(text))
            self._record = record + 1
        if broken:
            yield _build(place, broken, self._plan)

    def _advance(self, count: int, heights: list[int] | None, start: int) -> Sequence[int]:
        """Lines of the next `count` good rows; moves `line` behind them."""
        first = self.line
        if heights is None:
            self.line += count
            return range(first, self.line)
        *lines, self.line = accumulate(heights[start : start + count], initial=first)
        return lines

    def _broken(self, text: str) -> Row:
        dialect = self._plan.dialect
        lines = text.splitlines(keepends=True) or [""]
        reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
        row: Row = (self.line, next(reader, []), None)
        self.line += max(len(text.rstrip("\r\n").split("\n")), 1)
        return row


def _heights(table: Any) -> list[int]:
    """How many lines each row takes: one, and one more for each line break in its cells."""
    total = pa.array([1] * table.num_rows, pa.int32())
    for column in table.columns:
        total = pc.add(total, pc.fill_null(pc.count_substring(column, "\n"), 0))
    found: list[int] = total.to_pylist()
    return found
