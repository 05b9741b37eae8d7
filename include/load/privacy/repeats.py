"""Personal values that stand in a record a second time, where nobody declared them.

Runs for tenants that hash or drop, before anything of a record is shaped: what a personal field of
the record holds is looked for in its undeclared fields, its documents and its children's. So
`display: Ann Smith` goes with `name: Ann Smith`, whatever it is called, in `_extra` and in
quarantine alike. Declared columns that the tenant keeps stay as they are.
"""

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from include.config.personal_words import looks_personal_in
from include.destinations.layout import StreamLayout
from include.load.privacy.mask import Mask, RecordPaths, load_exact, normalise
from include.load.shape.records import ArrowChunk, Chunk, DictChunk
from include.load.shape.values import Misfit, build_json

# Shorter ones stand for too much else: house numbers, ages, codes.
LEAST_DIGITS = 5
LEAST_INSIDE = 5
_WORD = re.compile(r"\w+")


class KnownValues:
    """What is personal in one record, ready to be found again in other spellings."""

    def __init__(self, values: set[str]) -> None:
        self._whole = {normalise(text) for text in values if _means_somebody(text)}
        self._inside = {
            joined for text in self._whole if len(joined := _join(text)) >= LEAST_INSIDE + 2
        }
        self._words = {word for joined in self._inside for word in joined.split()}

    def __bool__(self) -> bool:
        return bool(self._whole)

    def is_one(self, text: str) -> bool:
        """The text is such a value, or made of their words alone (`Smith, Ann`)."""
        if normalise(text) in self._whole:
            return True
        words = _join(text).split()
        return len(words) > 1 and self._words.issuperset(words) and any(map(str.isalpha, words))

    def is_in(self, text: str) -> bool:
        """Such a value stands somewhere in the text, between the ends of words."""
        joined = _join(text)
        return any(one in joined for one in self._inside)


def _means_somebody(text: str) -> bool:
    plain = text.strip()
    return len(plain) >= (LEAST_DIGITS if plain.isdigit() else 2)


def _join(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.replace('%40', '@').casefold()))} "


class RepeatMask:
    """Masks repeated values in the chunks of one stream."""

    def __init__(self, mask: Mask, layout: StreamLayout) -> None:
        self._mask = mask
        self._paths = RecordPaths(layout)

    def mask(self, chunk: Chunk) -> Chunk:
        """The same records in the same order."""
        if isinstance(chunk, DictChunk):
            return DictChunk([self._mask_record(one) for one in chunk.records])
        assert isinstance(chunk, ArrowChunk)
        return self._mask_table(chunk)

    def mask_payload(self, payload: str) -> str:
        """The same for a record that the source itself rejected; other texts as they are."""
        try:
            return build_json(self._mask_record(load_exact(payload)))
        except (ValueError, Misfit):
            return payload

    def _mask_record(self, record: Any) -> Any:
        if not isinstance(record, dict):
            return record
        known = KnownValues(set(self._find(record, self._paths, "")))
        return self._walk(record, self._paths, "", known) if known else record

    def _find(self, record: Any, paths: RecordPaths, prefix: str) -> Iterator[str]:
        """Texts of the record's personal fields, its children's included."""
        if not isinstance(record, dict):
            return
        around = prefix.rstrip(".").split(".")[-1]
        for key, value in record.items():
            path = f"{prefix}{key}"
            if path in paths.columns:
                if self._mask.action(paths.child, paths.columns[path]) != "keep":
                    yield from _leaves(value)
            elif path in paths.lists and isinstance(value, list):
                for item in value:
                    yield from self._find(item, paths.lists[path], "")
            elif looks_personal_in(around, str(key)):
                yield from _leaves(value)
            elif isinstance(value, dict):
                yield from self._find(value, paths, f"{path}.")

    def _walk(
        self, record: dict[Any, Any], paths: RecordPaths, prefix: str, known: KnownValues
    ) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, value in record.items():
            path = f"{prefix}{key}"
            if path in paths.lists and isinstance(value, list):
                below = paths.lists[path]
                made[key] = [
                    self._walk(item, below, "", known)
                    if isinstance(item, dict)
                    else self._scrub(item, known)
                    for item in value
                ]
            elif path in paths.columns and path not in paths.objects:
                kept = self._mask.action(paths.child, paths.columns[path]) == "keep"
                is_document = kept and isinstance(value, dict | list)
                made[key] = self._scrub(value, known) if is_document else value
            elif isinstance(value, dict):
                made[key] = self._walk(value, paths, f"{path}.", known)
            else:
                made[key] = self._scrub(value, known)
        return made

    def _scrub(self, value: Any, known: KnownValues) -> Any:
        if isinstance(value, dict):
            return {key: self._scrub(item, known) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._scrub(item, known) for item in value]
        if isinstance(value, bool) or not isinstance(value, str | int):
            return value
        if known.is_one(str(value)):
            return self._mask.mask_whole(value)
        return None if isinstance(value, str) and known.is_in(value) else value

    def _mask_table(self, chunk: ArrowChunk) -> ArrowChunk:
        """Typed sources: row by row, and only where a column of text is undeclared."""
        table, columns = chunk.table, self._paths.columns
        loose = [
            n for n in table.column_names if n not in columns and _holds_text(table[n].type)
        ]  # fmt: skip
        personal = [
            n
            for n in table.column_names
            if (self._mask.action(None, columns[n]) != "keep" if n in columns else _looks(n))
        ]
        if not loose or not personal:
            return chunk
        rows = table.select(personal).to_pylist()
        known = [KnownValues(set(_leaves(list(row.values())))) for row in rows]
        for name in loose:
            cells = zip(table[name].to_pylist(), known, strict=True)
            made = [self._scrub(cell, one) if one else cell for cell, one in cells]
            place = table.column_names.index(name)
            table = table.set_column(place, name, pa.array(made, table[name].type))
        return ArrowChunk(table)


def _holds_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _looks(name: str) -> bool:
    return looks_personal_in("", name)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool | float):
        yield str(value)
