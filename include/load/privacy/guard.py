"""A person who was erased does not come back: what still arrives about them is redacted.

Runs only for tenants who have erased somebody. Records are searched for erased addresses and
numbers, and for the keys their sources know the person by.
"""

import logging
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from include.config.personal_words import looks_personal
from include.core.errors import WarehouseUnavailable
from include.core.streams import Reject
from include.core.value_text import show
from include.destinations.layout import StreamLayout, TableLayout
from include.ledger.connection import Connection
from include.ledger.erasures import fetch_erasures, fetch_newest
from include.ledger.loads import LoadPlace
from include.load.privacy.eraser import ERASED, Eraser
from include.load.privacy.mask import RecordPaths
from include.load.privacy.person_links import ANY_RECORD, PERSON_NOUNS, build_noun, column_noun
from include.load.shape.records import ArrowChunk, Chunk, DictChunk

log = logging.getLogger(__name__)


def fetch_guard(
    connection: Connection, place: LoadPlace, layout: StreamLayout
) -> "ErasureGuard | None":
    """The guard of one load; None for tenants who have erased nobody."""
    erasures = fetch_erasures(connection, place.tenant)
    if not erasures.newest:
        return None
    return ErasureGuard(Eraser(erasures), erasures.newest, place, layout)


def run_check_erasures(
    connection: Connection, place: LoadPlace, guard: "ErasureGuard | None"
) -> None:
    """Make sure that nobody was erased since the records of this load were redacted.

    Raises:
        WarehouseUnavailable: Somebody was; the load is to be tried again.
    """
    if fetch_newest(connection, place.tenant) != (guard.newest if guard else 0):
        raise WarehouseUnavailable(
            "a person was erased while this load was reading, so what it has read may speak of "
            "them. Nothing was written; it is read again."
        )


def is_personal(table: TableLayout, column: str) -> bool:
    return table.columns[column].pii or looks_personal(column)


class ErasureGuard:
    """Redacts the records of one load.

    Attributes:
        newest: Newest entry of the tenant's list that it knows.
        redacted: Records so far of which something was taken.
    """

    def __init__(self, eraser: Eraser, newest: int, place: LoadPlace, layout: StreamLayout) -> None:
        self.newest = newest
        self._eraser = eraser
        self._feed = place.feed
        self._layout = layout
        self._paths = RecordPaths(layout)
        self._links = self._find_links()
        self.redacted = 0

    def _find_links(self) -> list[tuple[str, str]]:
        """(column, name it counts by) of the parent table that may hold a person's key."""
        found = []
        for name in self._layout.parent.columns:
            noun = column_noun(name)
            if noun in PERSON_NOUNS or noun in ANY_RECORD or is_personal(self._layout.parent, name):
                found.append((name, name))
        own = build_noun(self._layout.parent.name)
        if own in PERSON_NOUNS and len(self._layout.primary_key) == 1:
            found.append((self._layout.primary_key[0], f"{own}_id"))
        return found

    def redact(self, chunk: Chunk) -> Chunk:
        """The same records in the same order, those of erased people without what is personal."""
        rows = self._linked(chunk)
        if isinstance(chunk, DictChunk):
            return self._redact_dicts(chunk, rows)
        assert isinstance(chunk, ArrowChunk)
        return self._redact_arrow(chunk, rows)

    def redact_rejects(self, rejects: list[Reject]) -> list[Reject]:
        """Rejects of the source: one that names an erased person keeps its reason only."""
        return [
            Reject(one.key, one.reason, one.detail, ERASED, one.key_values, "text")
            if self._eraser.mentions(one.payload)
            else one
            for one in rejects
        ]

    def stored_key(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """A primary key as a row of an erased person has it; any other as it is."""
        table, made = self._layout.parent, []
        for column, value in zip(self._layout.primary_key, key, strict=True):
            known = self._is_row(column, value) or self._eraser.owns(str(value))
            personal = is_personal(table, column) and table.columns[column].type == "text"
            made.append(self._eraser.pseudonym(str(value)) if known and personal else value)
        return tuple(made)

    def _linked(self, chunk: Chunk) -> set[int]:
        rows: set[int] = set()
        for name, counts_as in self._links:
            values = chunk.values(name, self._layout.parent.columns[name])
            texts = values.to_pylist() if isinstance(values, pa.Array) else values
            rows.update(
                row
                for row, value in enumerate(texts)
                if isinstance(value, str | int) and self._is_row(counts_as, value)
            )
        return rows

    def _is_row(self, column: str, value: Any) -> bool:
        return self._eraser.is_row(self._feed, column, str(value))

    def _redact_dicts(self, chunk: DictChunk, linked: set[int]) -> DictChunk:
        records = list(chunk.records)
        for row, record in enumerate(records):
            text = _dump(record)
            mentioned = self._eraser.mentions_stored(text)
            if row in linked or mentioned or self._has_linked_child(record):
                is_own = not mentioned or row in linked or self._eraser.owns(record)
                records[row] = self._redact_record(record, self._paths, "", is_own=is_own)
                self.redacted += 1
        return DictChunk(records)

    def _has_linked_child(self, record: Any) -> bool:
        """A task or deal that lists the person among the records it belongs to."""
        for path, paths in self._paths.lists.items():
            names = [(p, c) for p, c in paths.columns.items() if column_noun(c) in ANY_RECORD]
            if names and isinstance(record, dict):
                for item in _at(record, path) or ():
                    for item_path, column in names:
                        value = _at(item, item_path) if isinstance(item, dict) else None
                        if value is not None and self._is_row(column, value):
                            return True
        return False

    def _redact_record(self, record: Any, paths: RecordPaths, prefix: str, *, is_own: bool) -> Any:
        if not isinstance(record, dict):
            return self._eraser.redact_document(record, is_own=is_own)
        made: dict[Any, Any] = {}
        for key, value in record.items():
            path = f"{prefix}{key}"
            if path in paths.columns:
                made[key] = self._redact_value(paths, paths.columns[path], value, is_own=is_own)
            elif path in paths.lists and isinstance(value, list):
                below = paths.lists[path]
                made[key] = [self._redact_record(item, below, "", is_own=is_own) for item in value]
            elif isinstance(value, dict):
                made[key] = self._redact_record(value, paths, f"{path}.", is_own=is_own)
            else:
                around = prefix.rstrip(".").split(".")[-1]
                made.update(
                    self._eraser.redact_document({key: value}, is_own=is_own, around=around)
                )
        return made

    def _redact_value(self, paths: RecordPaths, column: str, value: Any, *, is_own: bool) -> Any:
        table = self._layout.parent
        if paths.child is not None:
            table = self._layout.children[paths.child]
        if not is_own or not is_personal(table, column):
            return self._eraser.redact_document(value, is_own=is_own)
        if value is None:
            return None
        is_key = table is self._layout.parent and column in self._layout.primary_key
        if is_key or self._is_row(column, value):
            is_text = table.columns[column].type == "text"
            return self._eraser.pseudonym(str(value)) if is_text else value
        return None

    def _redact_arrow(self, chunk: ArrowChunk, linked: set[int]) -> ArrowChunk:
        rows = linked | self._mentioning(chunk.table)
        parts, start = [], 0
        for row in sorted(rows):
            parts += [chunk.table.slice(start, row - start), self._redact_row(chunk.table, row)]
            start = row + 1
        if not parts:
            return chunk
        self.redacted += len(rows)
        return ArrowChunk(pa.concat_tables([*parts, chunk.table.slice(start)]))

    def _mentioning(self, table: Any) -> set[int]:
        rows: set[int] = set()
        for column in table.columns:
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                found = pc.unique(column).to_pylist()
                hits = [text for text in found if text and self._eraser.mentions(text)]
                if hits:
                    mask = pc.is_in(column, pa.array(hits, column.type))
                    rows.update(pc.indices_nonzero(mask).to_pylist())
            elif pa.types.is_nested(column.type):
                rows.update(
                    row
                    for row, value in enumerate(column.to_pylist())
                    if self._eraser.mentions_stored(_dump(value))
                )
        return rows

    def _redact_row(self, table: Any, row: int) -> Any:
        one = table.slice(row, 1)
        values = {name: one[name][0] for name in one.column_names}
        plain = {
            name: scalar.as_py()
            for name, scalar in values.items()
            if pa.types.is_string(scalar.type)
            or pa.types.is_large_string(scalar.type)
            or pa.types.is_nested(scalar.type)
            or (name in self._layout.parent.columns and is_personal(self._layout.parent, name))
            or looks_personal(name)
        }
        is_own = self._eraser.owns(plain) or bool(self._linked(ArrowChunk(one)))
        made = self._redact_record(plain, self._paths, "", is_own=is_own)
        columns = [
            pa.chunked_array([pa.array([_fitting(made[name], field.type)], field.type)])
            if name in made
            else one[name]
            for name, field in zip(one.column_names, one.schema, strict=True)
        ]
        return pa.table(columns, schema=one.schema)


def _fitting(value: Any, kind: Any) -> Any:
    """A pseudonym stands in texts only; a personal key of another type stays."""
    if isinstance(value, str) and not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return None
    return value


def _at(record: dict[Any, Any], path: str) -> Any:
    found: Any = record
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _dump(record: Any) -> str:
    """All texts of a record in one."""
    try:
        text = orjson.dumps(record, str, orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        text = show(record)
    return text
