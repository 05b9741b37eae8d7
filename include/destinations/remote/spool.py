"""Shaped batches on disk until the load is judged: Parquet, one writer a table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from include.core import naming
from include.destinations.batch import SEQ, Shaped
from include.destinations.column_types import ARROW_TYPES
from include.destinations.layout import StreamLayout, TableLayout

# A file the warehouses like to load: larger ones are not read in parallel.
FILE_BYTES = 128 << 20


class Spool:
    """What one part of a load has staged.

    Attributes:
        zone: What instants in the files name as theirs; they are UTC always.
        rows: Table -> rows, duplicates included.
    """

    def __init__(self, folder: Path, layout: StreamLayout, zone: str | None = None) -> None:
        self.folder = folder
        self.layout = layout
        self.zone = zone
        self.rows: dict[str, int] = {}
        self._files: dict[str, list[tuple[Path, dict[str, str]]]] = {}
        self._writers: dict[str, tuple[Any, dict[str, str]]] = {}
        self._made = 0

    def run_add(self, batch: Shaped) -> None:
        """Append a batch and its children."""
        parent = batch.parent
        if SEQ not in parent.column_names:
            first = self.rows.get(self.layout.parent.name, 0)
            parent = parent.append_column(SEQ, pa.array(range(first, first + parent.num_rows)))
        self._run_write(self.layout.parent, parent, batch.types)
        for name, rows in batch.children.items():
            self._run_write(self.layout.children[name], rows, batch.types)

    def _run_write(self, table: TableLayout, rows: Any, all_types: dict[str, Any]) -> None:
        if not rows.num_rows:
            return
        types = dict(all_types[table.name])
        rows = _name_zone(rows, self.zone)
        writer, written = self._writers.get(table.name, (None, None))
        if writer is None or written != types or self._is_full(table):
            if writer is not None:
                writer.close()
            self._made += 1
            path = self.folder / f"{self._made}.parquet"
            writer = pq.ParquetWriter(path, rows.schema, compression="zstd")
            self._writers[table.name] = (writer, types)
            self._files.setdefault(table.name, []).append((path, types))
        writer.write_table(rows)
        self.rows[table.name] = self.rows.get(table.name, 0) + rows.num_rows

    def _is_full(self, table: TableLayout) -> bool:
        path, _ = self._files[table.name][-1]
        return path.stat().st_size > FILE_BYTES

    def load_files(self, table: TableLayout) -> list[Path]:
        """The table's files with the types the layout has now."""
        writer, _ = self._writers.pop(table.name, (None, None))
        if writer is not None:
            writer.close()
        made = []
        for path, types in self._files.get(table.name, []):
            if types != table.types:
                _run_widen(path, types, table.types, self.zone)
            made.append(path)
        return made

    def load_keys(self) -> Iterator[tuple[str, ...]]:
        """Keys of the staged records as texts."""
        names = list(self.layout.primary_key)
        for path in self.load_files(self.layout.parent):
            rows = _name_zone(pq.read_table(path, columns=names), None)
            columns = [rows[name].cast(pa.string()).to_pylist() for name in names]
            yield from zip(*columns, strict=True)

    def find_staged(self, keys: Sequence[str]) -> list[int]:
        """Positions of those keys (JSON lists of texts) that are staged."""
        if not keys:
            return []
        wanted = [tuple(orjson.loads(key)) for key in keys]
        found = set(wanted).intersection(self.load_keys())
        return [at for at, key in enumerate(wanted) if key in found]

    def run_clear(self) -> None:
        for writer, _ in self._writers.values():
            writer.close()
        for path, _ in (pair for pairs in self._files.values() for pair in pairs):
            path.unlink(missing_ok=True)
        self._writers, self._files, self.rows = {}, {}, {}


def save_texts(path: Path, columns: Mapping[str, Sequence[str | None]]) -> None:
    """A small table of texts as Parquet."""
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    pq.write_table(pa.table(arrays), path)


def _name_zone(rows: Any, zone: str | None) -> Any:
    """The same instants under another name; nothing is computed."""
    kinds = [
        field.with_type(pa.timestamp("us", zone)) if pa.types.is_timestamp(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(kinds))


def _run_widen(
    path: Path, old: Mapping[str, str], new: Mapping[str, str], zone: str | None
) -> None:
    """Rewrite a file whose columns got wider types while later batches were shaped."""
    rows = _name_zone(pq.read_table(path), None)
    for name, kind in new.items():
        if kind != old[name]:
            at = rows.schema.get_field_index(name)
            rows = rows.set_column(at, name, _widen(rows[name], old[name], kind))
    pq.write_table(_name_zone(rows, zone), path, compression="zstd")


def _widen(column: Any, old: str, new: str) -> Any:
    if old == "timestamp" and new == "text":
        # As PostgreSQL writes an instant, so that a tenant that moves finds the same text.
        shown = [None if at is None else f"{at}+00" for at in column.to_pylist()]
        return pa.array(shown, pa.string())
    return column.cast(ARROW_TYPES[new])


def staged_columns(layout: StreamLayout, table: TableLayout) -> dict[str, str]:
    """Columns of a staging table and their logical types."""
    columns = {**table.types, naming.EXTRA: "json"}
    if table is not layout.parent:
        columns[naming.POSITION] = "bigint"
    elif layout.children:
        columns[naming.CHILDREN_HASH] = "text"
    return {**columns, SEQ: "bigint"}
