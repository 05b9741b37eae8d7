"""The records of one batch behind one face, whether they came as dicts or as Arrow columns."""

import json
from collections.abc import Collection, Iterator
from operator import itemgetter
from typing import Any, Protocol

import orjson
import pyarrow as pa

from include.config.connector_spec import Column
from include.core.value_text import show
from include.load.shape.columns import Values, build_python_values
from include.load.shape.field_tree import FieldTree
from include.load.shape.values import Misfit, build_json

MISSING: dict[str, Any] = {}


class Chunk(Protocol):
    """Some records; rows are numbered from 0.

    Attributes:
        form: How a payload of it is read again; see `Reject.form`.
    """

    form: str

    def __len__(self) -> int: ...

    def values(self, name: str, column: Column) -> Values:
        """The column's values as received; null where the record has no such field."""
        ...

    def has_field(self, name: str, column: Column) -> bool:
        """True when at least one record has the field, be it null."""
        ...

    def lists(self, path: str) -> list[Any]:
        """What stands at a dotted path in every record."""
        ...

    def leftovers(self, declared: FieldTree) -> list[dict[str, Any] | None]:
        """Per record the fields nobody declared; None when there are none."""
        ...

    def payload(self) -> str:
        """The first record as JSON text for quarantine."""
        ...

    def only(self, row: int) -> "Chunk":
        """Just this record."""
        ...

    def without(self, rows: Collection[int]) -> "Chunk":
        """The same records minus these rows."""
        ...


class DictChunk:
    """Records as a list of dicts."""

    form = "record"

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records = records
        self._objects: dict[tuple[str, ...], list[Any]] = {(): records}

    def __len__(self) -> int:
        return len(self.records)

    def values(self, name: str, column: Column) -> list[Any]:
        return self.lists(column.path or name)

    def has_field(self, name: str, column: Column) -> bool:
        *parents, leaf = (column.path or name).split(".")
        return any(leaf in item for item in self._parents(tuple(parents)))

    def lists(self, path: str) -> list[Any]:
        *parents, leaf = path.split(".")
        return _fetch_field(self._parents(tuple(parents)), leaf)

    def _parents(self, parts: tuple[str, ...]) -> list[Any]:
        """The objects that hold a field; columns below one object share them."""
        found = self._objects.get(parts)
        if found is None:
            leaf = parts[-1]
            held = _fetch_field(self._parents(parts[:-1]), leaf)
            found = [item if type(item) is dict else MISSING for item in held]
            self._objects[parts] = found
        return found

    def leftovers(self, declared: FieldTree) -> list[dict[str, Any] | None]:
        if declared.is_all(self.records):
            return [None] * len(self.records)
        return [declared.leftover(record) for record in self.records]

    def payload(self) -> str:
        return build_payload(self.records[0])

    def only(self, row: int) -> "DictChunk":
        return DictChunk([self.records[row]])

    def without(self, rows: Collection[int]) -> "DictChunk":
        gone = set(rows)
        return DictChunk([item for row, item in enumerate(self.records) if row not in gone])


class ArrowChunk:
    """Records as an Arrow table whose columns carry the stream's column names."""

    form = "row"

    def __init__(self, table: Any) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def values(self, name: str, column: Column) -> Any:
        if name not in self.table.column_names:
            return pa.nulls(len(self))
        return _one_array(self.table[name])

    def has_field(self, name: str, column: Column) -> bool:
        return name in self.table.column_names

    def lists(self, path: str) -> list[Any]:
        if path not in self.table.column_names:
            return [None] * len(self)
        return build_python_values(self.table[path])

    def leftovers(self, declared: FieldTree) -> list[dict[str, Any] | None]:
        unknown = [name for name in self.table.column_names if name not in declared.columns]
        if not unknown:
            return [None] * len(self)
        declared.unknown.update(unknown)
        return list(_build_rows(self.table.select(unknown)))

    def payload(self) -> str:
        return build_payload(next(_build_rows(self.table.slice(0, 1))))

    def only(self, row: int) -> "ArrowChunk":
        return ArrowChunk(self.table.slice(row, 1))

    def without(self, rows: Collection[int]) -> "ArrowChunk":
        gone = set(rows)
        mask = pa.array([row not in gone for row in range(len(self))])
        return ArrowChunk(self.table.filter(mask))


def build_chunks(records: Any, dict_rows: int, arrow_rows: int) -> Iterator[Chunk]:
    """Cut a page's records into batches of at most so many rows; empty pages give none."""
    if isinstance(records, list):
        for start in range(0, len(records), dict_rows):
            yield DictChunk(records[start : start + dict_rows])
        return
    table = pa.Table.from_batches([records]) if isinstance(records, pa.RecordBatch) else records
    for start in range(0, table.num_rows, arrow_rows):
        yield ArrowChunk(table.slice(start, arrow_rows))


def build_payload(record: Any) -> str:
    """A record as text PostgreSQL can keep, whatever is in it."""
    try:
        return build_json(record)
    except Misfit:
        pass
    try:
        # As it was read: NaN as such, half a surrogate pair as its escape.
        return storable(json.dumps(record, default=str))
    except (TypeError, ValueError, RecursionError):
        return storable(show(record))


def storable(text: str) -> str:
    """Text without the characters PostgreSQL cannot hold, each replaced by its escape."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")


def _fetch_field(items: list[Any], name: str) -> list[Any]:
    """The field of every object, null where it is missing."""
    try:
        # Most records have all fields, and then no line of Python runs for each of them.
        return list(map(itemgetter(name), items))
    except KeyError:
        return [item.get(name) for item in items]


def _build_rows(table: Any) -> Iterator[dict[str, Any]]:
    columns = [build_python_values(column) for column in table.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(table.column_names, values, strict=True))


def _one_array(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def dump_sorted(value: Any) -> bytes:
    """JSON with sorted keys, for hashing; what has no JSON form goes in as its repr."""
    try:
        return orjson.dumps(value, str, orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return show(value).encode("utf-8", "backslashreplace")
