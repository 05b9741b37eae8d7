"""JSON lines as records, in memory bounded by a batch of bytes.

A `.json` file that is one array is taken too, up to a size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from include.core.errors import ContractBroken
from include.core.streams import Reject
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import PAYLOAD_BYTES, Line, iter_lines
from include.extract.files.place import Place

BATCH_RECORDS = 5_000
BATCH_CHARS = 8_000_000
MAX_ARRAY_BYTES = 200_000_000


@dataclass(frozen=True)
class RecordBatch:
    """Some records of one file, with the line number of each."""

    records: list[dict[str, Any]]
    lines: list[int]
    rejects: tuple[Reject, ...] = ()


def read_jsonl(place: Place, facts: FileFacts, max_line_bytes: int) -> Iterator[RecordBatch]:
    """Batches in file order; a line that is no JSON object is a reject.

    Raises:
        UpstreamUnavailable: If reading fails midway.
        ContractBroken: If the file is one array too large to hold.
    """
    if _is_array(place, facts):
        yield from _read_array(place, facts)
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
        value = orjson.loads(line.text)
    except ValueError:
        return {}, _reject(place, line, "invalid_json", "is no whole JSON document")
    if not isinstance(value, dict):
        kind = type(value).__name__
        return {}, _reject(place, line, "not_an_object", f"is a JSON {kind}, not an object")
    return value, None


def _reject(place: Place, line: Line, reason: str, what: str) -> Reject:
    detail = f"line {line.number} of {place.name} {what}"
    return Reject(f"{place.name}:{line.number}", reason, detail, (line.text or "")[:PAYLOAD_BYTES])


def _is_array(place: Place, facts: FileFacts) -> bool:
    if place.suffix != ".json":
        return False
    with place.open() as stream:
        stream.seek(facts.bom_bytes)
        return stream.read(64).lstrip()[:1] == b"["


def _read_array(place: Place, facts: FileFacts) -> Iterator[RecordBatch]:
    if facts.size > MAX_ARRAY_BYTES:
        raise ContractBroken(
            f"file `{place.name}` is one JSON array of {facts.size} bytes. Expected at most "
            f"{MAX_ARRAY_BYTES}, or one object a line. Ask for JSON lines."
        )
    with place.open() as stream:
        stream.seek(facts.bom_bytes)
        content = stream.read()
    try:
        found = orjson.loads(content)
    except ValueError:
        raise ContractBroken(
            f"file `{place.name}` starts as a JSON array and is no valid JSON. Expected a whole "
            "document. Check that its delivery is complete."
        ) from None
    records = [record for record in found if isinstance(record, dict)]
    rejects = tuple(
        Reject(f"{place.name}[{i}]", "not_an_object", f"element {i} is no object", str(e)[:1000])
        for i, e in enumerate(found)
        if not isinstance(e, dict)
    )
    lines = [i for i, e in enumerate(found) if isinstance(e, dict)]
    for start in range(0, max(len(records), 1), BATCH_RECORDS):
        part = slice(start, start + BATCH_RECORDS)
        yield RecordBatch(records[part], lines[part], rejects if start == 0 else ())
