"""JSON lines as records, in memory bounded by a batch of bytes.

A `.json` file that is one document is taken too, up to a size: its array of records, or the object
that is one record or holds the only list of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from include.core.errors import ContractBroken
from include.core.streams import Reject
from include.extract.exact_json import has_double_keys, parse_json, parse_record
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import PAYLOAD_BYTES, Line, iter_lines
from include.extract.files.place import Place

BATCH_RECORDS = 5_000
BATCH_CHARS = 8_000_000
MAX_DOCUMENT_BYTES = 200_000_000


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
    document = _load_document(place, facts)
    if document is not None:
        yield from _read_document(place, document)
        return
    records: list[dict[str, Any]] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    chars = 0
    for line in iter_lines(place, facts, max_line_bytes):
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


def _load_document(place: Place, facts: FileFacts) -> Any:
    """What a `.json` file holds as one document; None when it holds one a line."""
    if place.suffix != ".json":
        return None
    with place.open() as stream:
        stream.seek(facts.bom_bytes)
        first = stream.readline(PAYLOAD_BYTES).strip()
        is_list = first[:1] == b"["
        if not is_list and (first[:1] != b"{" or _is_whole(first)):
            return None
        if facts.size > MAX_DOCUMENT_BYTES:
            raise ContractBroken(
                f"file `{place.name}` is one JSON document of {facts.size} bytes. Expected at most "
                f"{MAX_DOCUMENT_BYTES}, or one object a line. Ask for JSON lines."
            )
        stream.seek(facts.bom_bytes)
        content = stream.read()
    try:
        return parse_json(content)
    except ValueError:
        if not is_list:
            # Lines of objects, the first of which is cut.
            return None
        raise ContractBroken(
            f"file `{place.name}` starts as a JSON array and is no valid JSON. Expected a whole "
            "document. Check that its delivery is complete."
        ) from None


def _is_whole(line: bytes) -> bool:
    try:
        parse_record(line)
    except ValueError:
        return False
    return True


def _read_document(place: Place, document: Any) -> Iterator[RecordBatch]:
    found, notices = document, []
    if isinstance(document, dict):
        lists = [name for name, value in document.items() if _is_records(value)]
        found = document[lists[0]] if len(lists) == 1 else [document]
        taken = f"the list `{lists[0]}` of it was" if len(lists) == 1 else "it was"
        notices.append(f"file `{place.name}` is one JSON object: {taken} taken for its records.")
    records = [record for record in found if isinstance(record, dict)]
    rejects = tuple(
        Reject(f"{place.name}[{i}]", "not_an_object", f"element {i} is no object", str(e)[:1000])
        for i, e in enumerate(found)
        if not isinstance(e, dict)
    )
    lines = [i for i, e in enumerate(found) if isinstance(e, dict)]
    for start in range(0, max(len(records), 1), BATCH_RECORDS):
        part, is_first = slice(start, start + BATCH_RECORDS), start == 0
        yield RecordBatch(
            records[part], lines[part], rejects if is_first else (), tuple(notices) * is_first
        )


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
