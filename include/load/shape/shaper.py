"""Records to Arrow batches with the declared columns; what does not fit becomes a Reject.

Data flow: Page -> Chunk -> whole columns (`convert`) -> Shaped: one parent batch, one batch per
child list, rejects. A chunk with bad records is shaped again without them, so the good majority
always takes the column-wise path.
"""

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, compress, repeat
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.config.credential_words import is_credential
from include.config.privacy import Action
from include.core import naming
from include.core.streams import Reject, Tombstone
from include.destinations.batch import SEQ, Shaped
from include.destinations.column_types import ARROW_TYPES, SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout
from include.load.evolution.filled_columns import build_declaration
from include.load.policy import DEFAULT_POLICY, StreamPolicy
from include.load.privacy.credentials import withhold_documents, withhold_text
from include.load.privacy.guard import ErasureGuard
from include.load.privacy.mask import RecordPaths
from include.load.privacy.repeats import RepeatMask
from include.load.shape.columns import build_column
from include.load.shape.field_tree import FieldTree
from include.load.shape.key_order import KeyOrder
from include.load.shape.number_limit import limit_numbers
from include.load.shape.records import Chunk, DictChunk, build_payload, dump_sorted, storable
from include.load.shape.values import Misfit, build_json

MAX_KEY_LENGTH = 200  # of a key as shown to people
# An index entry holds 2,704 bytes; longer keys would fail the load, not just their record.
MAX_KEY_BYTES = 800


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a record cannot be loaded."""

    reason: str
    detail: str


class Shaper:
    """Shapes the batches of one load; numbers its records and remembers which fields it saw.

    Attributes:
        layout: Types in it grow while shaping.
        key_order: Whether the keys so far prove that none came twice.
        discarded: Table -> records so far of which undeclared fields were dropped.
        chunks: How many were shaped so far.
        guard: Redacts what arrives about people who were erased; None where nobody was.
    """

    def __init__(self, layout: StreamLayout, policy: StreamPolicy = DEFAULT_POLICY) -> None:
        self.layout = layout
        self.policy = policy
        self.discarded: dict[str, int] = {}
        self.guard: ErasureGuard | None = None
        self.withheld: set[str] = set()
        self.chunks = 0
        self._next_seq = 0
        self._trees = {table.name: _build_tree(layout, table) for table in layout.tables}
        self._unseen = {table.name: dict(table.columns) for table in layout.tables}
        self._rows_of = dict.fromkeys(self._unseen, 0)
        self._children = {table.name: child for child, table in layout.children.items()}
        self._paths = RecordPaths(layout)
        self.key_order = KeyOrder()

    def shape(self, chunk: Chunk) -> Shaped:
        """Shape one chunk; types in the layout may be wider afterwards."""
        self.chunks += 1
        rejects: list[Reject] = []
        if isinstance(chunk, DictChunk):
            rejects, chunk = _split_non_records(chunk)
            rejects = self.mask_rejects(rejects)
        if self.guard is not None:
            chunk = self.guard.redact(chunk)
        repeats = self._repeats
        if repeats is not None:
            chunk = repeats.mask(chunk)
        while True:
            bad: dict[int, Bad] = {}
            shaped = self._try(chunk, bad)
            if shaped is not None:
                shaped.rejects.extend(rejects)
                return shaped
            rejects += [self._build_reject(chunk, row, why) for row, why in sorted(bad.items())]
            chunk = chunk.without(bad)

    def unknown_fields(self) -> list[tuple[str, str]]:
        """(table, dotted path) of fields nobody declared, sorted."""
        return sorted((table, path) for table, tree in self._trees.items() for path in tree.unknown)

    def vanished_fields(self) -> list[tuple[str, str]]:
        """(table, column) that no record had although the table got rows, sorted."""
        return sorted(
            (table, column)
            for table, columns in self._unseen.items()
            if self._rows_of[table]
            for column in columns
        )

    def seen_fields(self) -> set[tuple[str, str]]:
        """(table, column) that at least one record had, be it null."""
        return {
            (table.name, column)
            for table in self.layout.tables
            for column in table.columns
            if column not in self._unseen[table.name]
        }

    def rows_of(self, table: str) -> int:
        """Records shaped for this table so far."""
        return self._rows_of[table]

    def _try(self, chunk: Chunk, bad: dict[int, Bad]) -> Shaped | None:
        arrays = self._build_arrays(self.layout.parent, chunk, bad, range(len(chunk)))
        self._check_keys(arrays, bad)
        if bad:
            return None
        seqs = range(self._next_seq, self._next_seq + len(chunk))
        children = self._build_children(chunk, seqs, bad, arrays)
        if bad:
            return None
        self._next_seq += len(chunk)
        key, types = self.layout.primary_key, self.layout.parent.types
        self.key_order.note([arrays[name] for name in key], [types[name] for name in key])
        if self.layout.children:
            arrays[SEQ] = pa.array(seqs, pa.int64())
        return Shaped(pa.table(arrays), children, self.layout.all_types())

    def _build_arrays(
        self, table: TableLayout, chunk: Chunk, bad: dict[int, Bad], owners: Iterable[int]
    ) -> dict[str, Any]:
        """Declared columns and `_extra`; `owners` says which parent row each record belongs to."""
        rows = owners if isinstance(owners, list | range) else list(owners)
        arrays: dict[str, Any] = {}
        for name, column in table.columns.items():
            if self._action(table, name) == "drop" or self._withholds(table, name):
                arrays[name] = pa.nulls(len(chunk), ARROW_TYPES[table.types[name]])
                continue
            values = chunk.values(name, column)
            made = build_column(values, column, table.types[name])
            made = limit_numbers(made, values, column, self.layout.number_limit)
            table.types[name] = made.logical_type
            arrays[name] = self._mask_column(table, name, made.array)
            for row, what in made.misfits.items():
                detail = f"`{table.name}.{name}` is {SQL_TYPES[made.logical_type]}: {what}."
                bad.setdefault(rows[row], Bad("type_mismatch", detail))
        self._note_seen(table, chunk)
        arrays[naming.EXTRA] = self._build_extra(table, chunk, bad, rows)
        return arrays

    def _withholds(self, table: TableLayout, column: str) -> bool:
        """A text column named as credentials are; a key must stay, or there is no record."""
        named = is_credential(column) and table.types[column] == "text"
        if not named or column in self.layout.primary_key:
            return False
        self.withheld.add(f"{table.name}.{column}")
        return True

    def _action(self, table: TableLayout, column: str) -> Action:
        mask = self.policy.mask
        return mask.action(self._children.get(table.name), column) if mask else "keep"

    def _mask_column(self, table: TableLayout, column: str, array: Any) -> Any:
        mask, is_json = self.policy.mask, table.types[column] == "json"
        if mask is not None and self._action(table, column) == "hash":
            return mask.hash_column(array)
        if mask is not None and is_json:
            array = mask.mask_documents(array)
        return withhold_documents(array) if is_json else array

    def mask_rejects(self, rejects: list[Reject]) -> list[Reject]:
        """Rejects of the source without the personal data a tenant does not keep."""
        if self.guard is not None:
            rejects = self.guard.redact_rejects(rejects)
        mask, repeats = self.policy.mask, self._repeats
        rejects = [replace(one, payload=withhold_text(one.payload)) for one in rejects]
        if repeats is not None:
            rejects = [replace(one, payload=repeats.mask_payload(one.payload)) for one in rejects]
        return rejects if mask is None else mask.mask_rejects(rejects, self._paths)

    def mask_tombstones(self, tombstones: list[Tombstone]) -> list[Tombstone]:
        """Deletions by the keys the rows are stored under."""
        mask, parent = self.policy.mask, self.layout.parent
        hashed = [self._action(parent, key) == "hash" for key in self.layout.primary_key]
        guard = self.guard
        if guard is not None:
            tombstones = [replace(one, key=guard.stored_key(one.key)) for one in tombstones]
        if mask is None or not any(hashed):
            return tombstones
        return [
            replace(
                one,
                key=tuple(
                    mask.hash_text(str(value)) if is_hashed else value
                    for value, is_hashed in zip(one.key, hashed, strict=True)
                ),
            )
            for one in tombstones
        ]

    def _note_seen(self, table: TableLayout, chunk: Chunk) -> None:
        unseen = self._unseen[table.name]
        self._rows_of[table.name] += len(chunk)
        for name in [name for name, column in unseen.items() if chunk.has_field(name, column)]:
            del unseen[name]

    def _build_extra(self, table: TableLayout, chunk: Chunk, bad: dict[int, Bad], rows: Any) -> Any:
        leftovers = chunk.leftovers(self._trees[table.name])
        if not any(leftovers):
            if self.policy.drift == "discard":
                self.discarded.setdefault(table.name, 0)
            return pa.nulls(len(leftovers), pa.string())
        texts: list[str | None] = [None] * len(leftovers)
        if self.policy.drift == "discard":
            dropped = sum(map(bool, leftovers))
            self.discarded[table.name] = self.discarded.get(table.name, 0) + dropped
            return pa.array(texts, pa.string())
        mask = self.policy.mask
        for row, leftover in enumerate(leftovers):
            if leftover:
                try:
                    text = build_json(mask.mask_unknown(leftover) if mask else leftover)
                    texts[row] = withhold_text(text)
                except Misfit as misfit:
                    detail = f"an undeclared field of `{table.name}` {misfit}."
                    bad.setdefault(rows[row], Bad("unstorable_text", detail))
        return pa.array(texts, pa.string())

    def _check_keys(self, arrays: dict[str, Any], bad: dict[int, Bad]) -> None:
        for key in self.layout.primary_key:
            array = arrays[key]
            is_text = pa.types.is_string(array.type)
            if not array.null_count and not (is_text and _has_odd_length(array)):
                continue
            for row, value in enumerate(array.to_pylist()):
                if value is None or value == "":
                    detail = f"primary key column `{key}` is empty."
                    bad.setdefault(row, Bad("null_primary_key", detail))
                elif is_text and len(value.encode()) > MAX_KEY_BYTES:
                    detail = f"primary key column `{key}` has more than {MAX_KEY_BYTES} bytes."
                    bad.setdefault(row, Bad("oversized_key", detail))

    def _build_children(
        self, chunk: Chunk, seqs: range, bad: dict[int, Bad], arrays: dict[str, Any]
    ) -> dict[str, Any]:
        """Child batches; adds `_children_hash` to the parent's arrays."""
        if not self.layout.children:
            return {}
        batches: dict[str, Any] = {}
        held: list[list[list[Any]]] = []
        for name, table in self.layout.children.items():
            lists = _read_lists(chunk, table, bad)
            held.append(lists)
            batches[name] = self._build_child(table, lists, seqs, bad)
        arrays[naming.CHILDREN_HASH] = pa.array(self._build_hashes(held), pa.string())
        return batches

    def _build_child(
        self, table: TableLayout, lists: list[list[Any]], seqs: range, bad: dict[int, Bad]
    ) -> Any:
        # A null in a list of records is no record; in a list of values it is one of them.
        takes_null = "value" in table.columns
        sizes = [len(items) for items in lists]
        elements = list(chain.from_iterable(lists))
        owners = list(chain.from_iterable(map(repeat, range(len(lists)), sizes)))
        positions = list(chain.from_iterable(map(range, sizes)))
        if not takes_null and None in elements:
            kept = [item is not None for item in elements]
            owners, positions = list(compress(owners, kept)), list(compress(positions, kept))
            elements = list(compress(elements, kept))
        elements = [item if isinstance(item, dict) else {"value": item} for item in elements]
        arrays = self._build_arrays(table, DictChunk(elements), bad, owners)
        arrays[naming.POSITION] = pa.array(positions, pa.int64())
        arrays[SEQ] = pc.add(pa.array(owners, pa.int64()), seqs.start)
        return pa.table(arrays)

    @functools.cached_property
    def _repeats(self) -> RepeatMask | None:
        """Of tenants that hash or drop what nobody declared."""
        mask = self.policy.mask
        return RepeatMask(mask, self.layout) if mask and mask.masks_unknown else None

    @functools.cached_property
    def _signed(self) -> Any:
        """A digest that has taken in what all of a load's hashes begin with."""
        return hashlib.blake2b(_build_signature(self.layout, self.policy), digest_size=16)

    def _build_hashes(self, held: list[list[list[Any]]]) -> list[str]:
        """Of each record's lists, by child; `held` has them by child first."""
        made, signed = [], self._signed
        for content in map(dump_sorted, zip(*held, strict=True)):
            digest = signed.copy()
            digest.update(content)
            made.append(digest.hexdigest())
        return made

    def _build_reject(self, chunk: Chunk, row: int, why: Bad) -> Reject:
        columns = self.layout.parent.columns
        mask, one = self.policy.mask, chunk.only(row)
        values = []
        for key in self.layout.primary_key:
            found = one.values(key, columns[key])
            value = found[0].as_py() if isinstance(found, pa.Array) else found[0]
            if mask is not None and self._action(self.layout.parent, key) == "hash":
                value = None if value is None else mask.hash_text(str(value))
            values.append(f"{key}={value}")
        key_text = storable(", ".join(values))[:MAX_KEY_LENGTH]
        typed = self._build_key_values(one)
        payload = one.payload() if mask is None else mask.mask_payload(one.payload(), self._paths)
        payload = withhold_text(payload)
        return Reject(key_text, why.reason, why.detail, payload, typed, chunk.form)

    def _build_key_values(self, one: Chunk) -> tuple[str, ...] | None:
        """The key as the columns' types have it, so that it finds the row it belongs to."""
        table, texts = self.layout.parent, []
        for key in self.layout.primary_key:
            column = table.columns[key]
            made = build_column(one.values(key, column), column, table.types[key])
            array = self._mask_column(table, key, made.array)
            text = None if made.misfits else array.cast(pa.string())[0].as_py()
            if not text or len(text.encode()) > MAX_KEY_BYTES:
                return None
            texts.append(text)
        return tuple(texts)


def _build_tree(layout: StreamLayout, table: TableLayout) -> FieldTree:
    paths = [column.path or name for name, column in table.columns.items()]
    names = list(table.columns)
    if table is layout.parent:
        lists = [child.path or "" for child in layout.children.values()]
        paths, names = paths + lists, names + lists
    return FieldTree(paths, names)


def _build_signature(layout: StreamLayout, policy: StreamPolicy) -> bytes:
    """Part of every children hash, so that a child column declared otherwise rewrites the children.

    Columns that were filled from `_extra` are left out of it: their rows are right already.
    With a mask it is secret, and so are the hashes of lists that hold personal data.
    """
    declared = {
        name: {
            column: build_declaration(spec)
            for column, spec in table.columns.items()
            if column not in table.filled
        }
        for name, table in layout.children.items()
    }
    return dump_sorted([declared, policy.mask.signature] if policy.mask else declared)


def _read_lists(chunk: Chunk, table: TableLayout, bad: dict[int, Bad]) -> list[list[Any]]:
    lists = chunk.lists(table.path or "")
    for row, items in enumerate(lists):
        if not isinstance(items, list):
            if items is not None:
                kind = type(items).__name__
                detail = f"`{table.path}` is a list of records, here it is of kind {kind}."
                bad.setdefault(row, Bad("type_mismatch", detail))
            lists[row] = []
    return lists


def _has_odd_length(array: Any) -> bool:
    bounds = pc.min_max(pc.binary_length(array)).as_py()
    return len(array) > 0 and not 0 < bounds["min"] <= bounds["max"] <= MAX_KEY_BYTES


def _split_non_records(chunk: DictChunk) -> tuple[list[Reject], DictChunk]:
    odd = [row for row, record in enumerate(chunk.records) if not isinstance(record, dict)]
    if not odd:
        return [], chunk
    rejects = []
    for row in odd:
        kind = type(chunk.records[row]).__name__
        detail = f"a record must be an object, this one is of kind {kind}."
        payload = build_payload(chunk.records[row])
        rejects.append(Reject(f"row={row}", "not_a_record", detail, payload))
    return rejects, chunk.without(odd)
