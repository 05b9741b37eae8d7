"""Delimited text as Arrow batches of text columns.

Two readers with the same answer: pyarrow (two million rows a second) for files whose facts say that
lines and records are the same thing, and `csv_rows` (four hundred thousand) for all others. Empty
cells are null. Types are the loader's business.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from include.core.streams import Reject
from include.extract.csv_rows import Dialect, Row, build_ragged, fit_cells, iter_rows
from include.extract.file_facts import FileFacts
from include.extract.file_places import Place, unreadable

BATCH_ROWS = 20_000
BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class Batch:
    """Some rows of one file.

    Attributes:
        table: RecordBatch of text columns.
        lines: Line number of each row.
        rejects: Records that are no rows.
    """

    table: Any
    lines: Sequence[int]
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True)
class CsvPlan:
    """How to read one file, once its header is known.

    Attributes:
        names: Column names in file order.
        header_lines: Lines up to and with the header.
    """

    dialect: Dialect
    names: tuple[str, ...]
    header_lines: int
    max_line_bytes: int


def load_header_row(
    place: Place, facts: FileFacts, dialect: Dialect, max_line_bytes: int
) -> tuple[list[str], int]:
    """Header cells and the number of lines up to the first data line; empty for an empty file."""
    rows = iter_rows(place, facts, dialect, max_line_bytes, after_line=dialect.skip_lines)
    good = (row for row in rows if row[2] is None)
    first = next(good, None)
    if first is None:
        return [], 0
    number, cells, _ = first
    if not dialect.has_header:
        return [""] * len(cells), number - 1
    # A header cell may hold a line break; what follows decides where data starts.
    breaks = sum(cell.count("\n") for cell in cells)
    return cells, number + breaks


def read_csv(place: Place, facts: FileFacts, plan: CsvPlan) -> Iterator[Batch]:
    """Batches in file order.

    Raises:
        UpstreamUnavailable: If reading fails midway.
    """
    if is_plain(facts):
        yield from _read_fast(place, facts, plan)
        return
    rows = iter_rows(place, facts, plan.dialect, plan.max_line_bytes, after_line=plan.header_lines)
    while some := list(islice(rows, BATCH_ROWS)):
        yield build_batch(place, some, plan.names, plan.dialect.delimiter)


def is_plain(facts: FileFacts) -> bool:
    """Every line is one record, in valid UTF-8."""
    return (
        facts.encoding == "utf-8"
        and facts.is_clean
        and not facts.has_multiline_cells
        and not facts.has_blank_lines
    )


def build_batch(
    place: Place, rows: Sequence[Row], names: tuple[str, ...], delimiter: str = ","
) -> Batch:
    """Rows to columns; those of another width become rejects."""
    width = len(names)
    good, lines, rejects = [], [], []
    for number, cells, reject in rows:
        if reject is not None:
            rejects.append(reject)
            continue
        fitted = cells if len(cells) == width else fit_cells(cells, width)
        if fitted is None:
            rejects.append(build_ragged(place, number, cells, width, _as_text(cells, delimiter)))
        else:
            good.append(fitted)
            lines.append(number)
    return Batch(build_text_batch(good, names), lines, tuple(rejects))


def build_text_batch(rows: Sequence[Sequence[Any]], names: tuple[str, ...]) -> Any:
    """RecordBatch of text columns; empty text is null."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array([value or None for value in column], pa.string()) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def _read_fast(place: Place, facts: FileFacts, plan: CsvPlan) -> Iterator[Batch]:
    bad: list[Any] = []

    def skip(row: Any) -> str:
        bad.append((row.number, row.text))
        return "skip"

    with place.open() as stream:
        stream.seek(facts.bom_bytes)
        for _ in range(plan.header_lines):
            stream.readline()
        try:
            yield from _number(place, plan, _open_arrow(stream, facts, plan, skip), bad)
        except (OSError, EOFError) as error:
            raise unreadable(place.name, error) from None


def _open_arrow(stream: IO[bytes], facts: FileFacts, plan: CsvPlan, skip: Any) -> Iterator[Any]:
    first = stream.read(1)
    if not first:
        return iter(())
    stream.seek(-1, io.SEEK_CUR)
    text = pa.string()
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
            invalid_row_handler=skip,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(plan.names, text),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )
    return reader


def _number(place: Place, plan: CsvPlan, batches: Iterator[Any], bad: list[Any]) -> Iterator[Batch]:
    """Line numbers for batches; `bad` fills while they are pulled, and is emptied here.

    The reader may be ahead of the batch it hands out, so a bad row belongs to a batch only when it
    lies before the batch's last good row; the others wait.
    """
    line = plan.header_lines + 1
    for table in batches:
        lines: list[int] = []
        broken: list[Row] = []
        remaining = table.num_rows
        while bad and bad[0][0] + plan.header_lines < line + remaining:
            number = bad[0][0] + plan.header_lines
            broken.append(_broken_row(number, bad.pop(0)[1], plan))
            lines.extend(range(line, number))
            remaining -= number - line
            line = number + 1
        lines.extend(range(line, line + remaining))
        line += remaining
        yield from _with_mended(place, plan, Batch(table, lines), broken)
    rest = [_broken_row(n + plan.header_lines, text, plan) for n, text in bad]
    if rest:
        yield build_batch(place, rest, plan.names, plan.dialect.delimiter)


def _with_mended(place: Place, plan: CsvPlan, batch: Batch, broken: list[Row]) -> Iterator[Batch]:
    """The batch, then the rows pyarrow refused: mended where only empty cells are too many."""
    yield batch
    if broken:
        yield build_batch(place, broken, plan.names, plan.dialect.delimiter)


def _broken_row(number: int, text: str, plan: CsvPlan) -> Row:
    dialect = plan.dialect
    cells = next(csv.reader([text], delimiter=dialect.delimiter, quotechar=dialect.quote), [])
    return number, cells, None


def _as_text(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()
