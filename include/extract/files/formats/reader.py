"""One file (or sheet) as batches, whatever its format.

Everything that needs the file's own layout happens here: dialect, header, renaming, line numbers.
Streams, windows and pages are file_source's business.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from include.config.connector_spec import Column
from include.core.naming import snake
from include.core.streams import Reject
from include.extract.files.formats.delimited.closing_rows import (
    SEARCHED_LINES,
    find_closing_rows,
    judge_from_the_end,
)
from include.extract.files.formats.delimited.csv_reader import (
    BATCH_ROWS,
    CsvPlan,
    build_batch,
    build_text_batch,
    load_frame,
    read_csv,
)
from include.extract.files.formats.delimited.dialect import detect_dialect
from include.extract.files.formats.delimited.table_body import TableBody
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.foreign_content import require_blank, require_text
from include.extract.files.formats.header import Header, KeyNames, build_header
from include.extract.files.formats.jsonl_reader import read_jsonl
from include.extract.files.formats.recoded import load_readable
from include.extract.files.formats.workbooks.excel_reader import load_sheet
from include.extract.files.formats.workbooks.sheet_blocks import build_sheet_profile, split_tables
from include.extract.files.place import EXCEL, JSON_LINES, Place

log = logging.getLogger(__name__)

DEFAULT_MAX_LINE_BYTES = 16_000_000
SOURCE_FILE = "source_file"
SOURCE_LINE = "source_line"
PLACE_COLUMNS = (SOURCE_FILE, SOURCE_LINE)
_LOOKS_SEPARATED = re.compile(r"\w[\^~|¦:\x01-\x1f]\w|\w {2,}\w")


@dataclass(frozen=True)
class Layout:
    """What is known of a file before looking at it.

    Attributes:
        columns: Declared columns, for header spellings; may be none.
        delimiter: None: detected.
        member: The file of a zip with several.
        rename: Bring JSON keys into snake case (files nobody described).
        header_line: Of delimited files; 0: they have no header. None: found.
        known: Columns by header as written, from the stream's other files; they decide names only
            where two would be equal, so that a file read alone gives the same rows.
    """

    columns: Mapping[str, Column]
    encoding: str = "auto"
    delimiter: str | None = None
    sheet: str | None = None
    member: str | None = None
    max_line_bytes: int = DEFAULT_MAX_LINE_BYTES
    rename: bool = False
    header_line: int | None = None
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """Records of one file: a pyarrow RecordBatch of text columns, or dicts.

    Attributes:
        notices: What was guessed, skipped or set aside, said once per file and load: whole
            sentences that name the file (`file `a.csv`: ...`) and hold no row contents. They reach
            the load's books by `Page.notices`; what is known at discovery already goes into
            `FileStream.notices`.
        given: Header as written -> its column, for headers that are no declared spelling.
        extras: Line -> the row as written, for rows with more cells than the table has columns.
    """

    records: Any
    lines: Any
    rejects: tuple[Reject, ...] = ()
    notices: tuple[str, ...] = ()
    extras: Mapping[int, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)


def read_pieces(place: Place, layout: Layout) -> Iterator[Piece]:
    """Batches of one file in file order; none at all for an empty file, with a warning.

    The first piece of a delimited file or sheet is there even without rows, for its columns.

    Raises:
        UpstreamUnavailable: If the file cannot be read.
        ContractBroken: If it is not what its extension says.
    """
    if place.suffix in EXCEL:
        yield from _read_excel(place, layout)
        return
    is_json = place.suffix in JSON_LINES
    require_text(place)
    place, facts, notices = load_readable(
        place, layout.encoding, layout.max_line_bytes, has_cells=not is_json
    )
    if facts.size == 0:
        log.warning("action=empty_file file=%s rows=0", place.name)
        return
    if is_json:
        if notices:
            yield Piece([], [], notices=notices)
        keys = KeyNames(layout.columns, PLACE_COLUMNS, layout.known)
        for found in read_jsonl(place, facts, layout.max_line_bytes):
            records = [keys.rename(r) for r in found.records] if layout.rename else found.records
            yield Piece(
                records, found.lines, found.rejects, notices=found.notices, given=keys.given
            )
        return
    yield from _read_delimited(place, facts, layout, notices)


def _read_delimited(
    place: Place, facts: FileFacts, layout: Layout, notices: tuple[str, ...]
) -> Iterator[Piece]:
    limit = layout.max_line_bytes
    dialect = detect_dialect(place, facts, limit, layout.delimiter)
    known = {snake(s) for name, c in layout.columns.items() for s in (*c.header, name)}
    frame = load_frame(place, facts, dialect, limit, known=known, header_line=layout.header_line)
    if frame is None:
        require_blank(place, facts)
        log.warning("action=empty_file file=%s rows=0", place.name)
        return
    header, doubled = _header(place, frame.labels, layout)
    names = header.names
    body = TableBody(
        place,
        dialect.delimiter,
        frame.profile,
        frame.header,
        find_closing_rows(facts, dialect, frame.profile, frame.last_line + 1),
        frame.spare,
    )
    told = (
        *notices,
        *(f"file `{place.name}`: {notice}." for notice in frame.notices),
        *doubled,
        *_tell_one_column(place, frame.labels),
    )
    kept = names[: len(names) - frame.spare]
    yield Piece(build_text_batch([], kept), [], notices=told, given=header.given)
    plan = CsvPlan(dialect, names, frame.last_line, limit, body)
    for batch in read_csv(place, facts, plan):
        yield Piece(batch.table, batch.lines, batch.rejects, extras=batch.extras)
    if counted := body.notices():
        yield Piece(build_text_batch([], kept), [], notices=counted)


def add_source(piece: Piece, place: Place) -> Piece:
    """The piece with the file's name and the line numbers as two more columns."""
    if isinstance(piece.records, list):
        lines = zip(piece.records, piece.lines, strict=True)
        records = [{**r, SOURCE_FILE: place.name, SOURCE_LINE: n} for r, n in lines]
        return replace(piece, records=records)
    table = piece.records
    names = pa.array([place.name] * table.num_rows, pa.string())
    numbers = pa.array(piece.lines, pa.int64())
    table = table.append_column(SOURCE_FILE, names).append_column(SOURCE_LINE, numbers)
    return replace(piece, records=table)


def _read_excel(place: Place, layout: Layout) -> Iterator[Piece]:
    sheet = load_sheet(place, layout.sheet)
    if not sheet.labels:
        log.warning("action=empty_file file=%s rows=0", place.name)
        return
    header, doubled = _header(place, sheet.labels, layout)
    profile = build_sheet_profile(sheet.rows, len(sheet.labels))
    rows, rejects, notices = split_tables(place, sheet.rows, sheet.labels, profile)
    last = reversed([(number, cells) for number, cells, _ in rows[-SEARCHED_LINES:]])
    body = TableBody(place, ",", profile, sheet.labels, judge_from_the_end(last, profile, 0))
    nothing = build_text_batch([], header.names)
    yield Piece(nothing, [], rejects, (*sheet.notices, *notices, *doubled), given=header.given)
    for start in range(0, len(rows), BATCH_ROWS):
        batch = body.take(build_batch(place, rows[start : start + BATCH_ROWS], header.names))
        yield Piece(batch.table, batch.lines, batch.rejects)
    if counted := body.notices():
        yield Piece(nothing, [], notices=counted)


def _header(place: Place, cells: list[str], layout: Layout) -> tuple[Header, tuple[str, ...]]:
    """The header, and what is to be said of it."""
    header = build_header(cells, layout.columns, PLACE_COLUMNS, layout.known)
    if not header.repeated:
        return header, ()
    labels = ",".join(header.repeated)
    log.warning(
        "action=duplicate_header file=%s columns=%s later_ones=suffixed", place.name, labels
    )
    return header, (
        f"file `{place.name}`: the header names `{'`, `'.join(header.repeated)}` more than once: "
        "such columns are told apart by their order alone (`_2`, `_3`).",
    )


def _tell_one_column(place: Place, labels: list[str]) -> tuple[str, ...]:
    """A header that looks like several although nothing was found to separate its lines."""
    if len(labels) != 1 or not _LOOKS_SEPARATED.search(labels[0]):
        return ()
    return (
        f"file `{place.name}`: no delimiter was found, so each line is one value. Set `delimiter` "
        "if it has columns.",
    )
