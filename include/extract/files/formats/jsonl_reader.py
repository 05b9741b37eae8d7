"""JSON lines as records, in memory bounded by a batch of bytes.

A `.json` file that is one document is taken too: see `json_document`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from include.core.streams import Reject
from include.extract.exact_json import has_double_keys, parse_record
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.json_document import Document, load_document
from include.extract.files.formats.line_reader import PAYLOAD_BYTES, Line, iter_lines
from include.extract.files.place import Place

BATCH_RECORDS = 5_000
BATCH_CHARS = 8_000_000


@dataclass(frozen=True)
class RecordBatch:
    """Some records of one file, with the line number of each."""

    records: list[dict[str, Any]]
    lines: list[int]
    rejects: tuple[Reject, ...] = ()
    notices: tuple[str, ...] = ()


def read_jsonl(place: Place, facts: FileFacts, max_line_bytes: int) -> Iterator[RecordBatch]:
    """Batches in file order; a line that is no JSON object is a reject.

    Raises:
        UpstreamUnavailable: If reading fails midway.
        ContractBroken: If the file is one document that is cut or too large to hold.
    """
    document = load_document(place, facts)
    if document is not None:
        yield from _read_document(document)
        return
    records: list[dict[str, Any]] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    chars = 0
    for line in _cut(iter_lines(place, facts, max_line_bytes)):
        if line.text is not None and not line.text.strip():
            continue
        record, reject = _parse(place, line)
        if reject is not None:
            rejects.append(reject)
        else:
            records.append(record)
            lines.append(line.number)
        chars += len(line.text or "")
        if len(records) + len(rejects) >= BATCH_RECORDS or chars >= BATCH_CHARS:
            yield RecordBatch(records, lines, tuple(rejects))
            records, lines, rejects, chars = [], [], [], 0
    if records or rejects:
        yield RecordBatch(records, lines, tuple(rejects))


def _cut(lines: Iterable[Line]) -> Iterator[Line]:
    """Objects with nothing but a carriage return between them stand on lines of their own."""
    more = 0
    for line in lines:
        parts = [part.strip() for part in (line.text or "").split("\r")]
        is_cut = len(parts) > 1 and all(
            part.startswith("{") and part.endswith("}") for part in parts if part
        )
        if not is_cut:
            yield line._replace(number=line.number + more)
            continue
        for number, part in enumerate(parts, line.number + more):
            yield Line(number, part)
        more += len(parts) - 1


def _parse(place: Place, line: Line) -> tuple[dict[str, Any], Reject | None]:
    if line.text is None:
        return {}, line.reject
    try:
        value = parse_record(line.text.encode())
    except ValueError:
        return {}, _reject(place, line, "invalid_json", "is no whole JSON document")
    if not isinstance(value, dict):
        kind = type(value).__name__
        return {}, _reject(place, line, "not_an_object", f"is a JSON {kind}, not an object")
    if has_double_keys(line.text.encode(), value):
        return {}, _reject(place, line, "double_key", "has a key twice in one object")
    return value, None


def _reject(place: Place, line: Line, reason: str, what: str) -> Reject:
    detail = f"line {line.number} of {place.name} {what}"
    return Reject(f"{place.name}:{line.number}", reason, detail, (line.text or "")[:PAYLOAD_BYTES])


def _read_document(document: Document) -> Iterator[RecordBatch]:
    for start in range(0, max(len(document.records), 1), BATCH_RECORDS):
        part, is_first = slice(start, start + BATCH_RECORDS), start == 0
        yield RecordBatch(
            document.records[part],
            document.places[part],
            document.rejects if is_first else (),
            document.notices if is_first else (),
        )
