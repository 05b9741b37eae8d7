"""A `.json` file that is one document, or several one behind the other, as records.

Taken are its array of records, the object that is one record, and the only list of records that an
object holds. What of it is no record is rejected or told, never left out in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from include.core.errors import ContractBroken
from include.core.streams import Reject
from include.extract.exact_json import (
    DoubledKeys,
    build_decoder,
    has_double_keys,
    is_doubled,
    parse_doubled,
    parse_json,
    parse_record,
    write_doubled,
)
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import PAYLOAD_BYTES
from include.extract.files.place import Place

MAX_DOCUMENT_BYTES = 200_000_000
# What APIs call the list of an answer. An object on one line that holds such a list is an answer;
# any other is a record, as each line of a file of records is.
ANSWER_LISTS = frozenset(
    ("data", "results", "items", "records", "rows", "value", "values", "entries", "objects", "list")
)


@dataclass(frozen=True)
class Document:
    """The records of a file that is no file of lines.

    Attributes:
        places: Position of each record in its list, from 0.
    """

    records: list[dict[str, Any]]
    places: list[int]
    rejects: tuple[Reject, ...] = ()
    notices: tuple[str, ...] = ()


def load_document(place: Place, facts: FileFacts) -> Document | None:
    """What a `.json` file holds as documents; None when it holds a record a line, or one only.

    Raises:
        ContractBroken: If it is one document that is cut, holds two lists under one key, or is too
            large to hold.
    """
    if place.suffix != ".json":
        return None
    with place.open() as stream:
        stream.seek(facts.bom_bytes)
        first = stream.readline(PAYLOAD_BYTES).strip()
        is_list = first[:1] == b"["
        is_line = not is_list and _is_whole(first)
        if not is_list and (first[:1] != b"{" or (is_line and stream.read(1).strip())):
            return None
        _require_size(place, facts)
        stream.seek(facts.bom_bytes)
        content = stream.read()
    content = _as_utf8(content, facts.encoding)
    try:
        document = parse_json(content)
    except ValueError:
        if is_list:
            raise _cut(place) from None
        return _build_sequence(place, content)
    if has_double_keys(content, document):
        document = parse_doubled(content)
    if is_line and (isinstance(document, DoubledKeys) or not _is_answer(document)):
        return None
    return _build_one(place, document)


def _require_size(place: Place, facts: FileFacts) -> None:
    if facts.size > MAX_DOCUMENT_BYTES:
        raise ContractBroken(
            f"file `{place.name}` is one JSON document of {facts.size} bytes. Expected at most "
            f"{MAX_DOCUMENT_BYTES}, or one object a line. Ask for JSON lines."
        )


def _cut(place: Place) -> ContractBroken:
    return ContractBroken(
        f"file `{place.name}` starts as a JSON array and is no valid JSON. Expected a whole "
        "document. Check that its delivery is complete."
    )


def _as_utf8(content: bytes, encoding: str) -> bytes:
    """Bytes that are no character stay as they are; whoever loads their record refuses it."""
    if encoding == "utf-8":
        return content
    return content.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(parse_record(line), dict)
    except ValueError:
        return False


def _is_answer(document: Any) -> bool:
    lists = _find_lists(document)
    return len(lists) == 1 and lists[0] in ANSWER_LISTS


def _find_lists(document: dict[str, Any]) -> list[str]:
    return [name for name, value in document.items() if _is_records(value)]


def _build_one(place: Place, document: Any) -> Document:
    if not isinstance(document, dict):
        return _build(place, document, ())
    if isinstance(document, DoubledKeys):
        raise ContractBroken(
            f"file `{place.name}` is one JSON object that has a key twice. Expected each once: "
            "only one of the values could be read. Ask its sender for a whole export."
        )
    lists = _find_lists(document)
    if len(lists) != 1:
        taken = f"file `{place.name}` is one JSON object: it was taken for its record."
        return _build(place, [document], (taken,))
    left = [f"`{name}`" for name in document if name != lists[0]]
    rest = f" Not loaded: {', '.join(left[:20])}." if left else ""
    notice = (
        f"file `{place.name}` is one JSON object: the list `{lists[0]}` of it was taken for its "
        f"records.{rest}"
    )
    return _build(place, document[lists[0]], (notice,))


def _build_sequence(place: Place, content: bytes) -> Document | None:
    """Objects one behind the other, over lines or without any; None if not even the first is whole.

    What stands behind the last whole one is a reject.
    """
    found, rest = _split(content.decode("utf-8", "surrogateescape"))
    if not found:
        return None
    notice = (
        f"file `{place.name}` holds JSON objects one behind the other and not one a line: each was "
        "taken for a record."
    )
    built = _build(place, found, (notice,))
    if not rest:
        return built
    key, detail = f"{place.name}[{len(found)}]", "what stands behind the last whole object"
    reject = Reject(key, "invalid_json", detail, rest[:PAYLOAD_BYTES])
    return Document(built.records, built.places, (*built.rejects, reject), built.notices)


def _split(text: str) -> tuple[list[Any], str]:
    """The documents at the beginning of a text, and what is left of it."""
    decoder, found, at = build_decoder(), [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(value)
    return found, text[at:].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _build(place: Place, found: Sequence[Any], notices: tuple[str, ...]) -> Document:
    places = [at for at, one in enumerate(found) if isinstance(one, dict) and not is_doubled(one)]
    kept = set(places)
    wrong = [(at, one) for at, one in enumerate(found) if at not in kept]
    rejects = tuple(_reject(place, at, one) for at, one in wrong)
    return Document([found[at] for at in places], places, rejects, notices)


def _reject(place: Place, at: int, value: Any) -> Reject:
    reason, what = "not_an_object", "is no object"
    if isinstance(value, dict):
        reason, what = "double_key", "has a key twice in one object"
    payload = write_doubled(value)[:PAYLOAD_BYTES]
    return Reject(f"{place.name}[{at}]", reason, f"element {at} of {place.name} {what}", payload)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
