"""Header cells and JSON keys to column names.

A name is made of the header's own text, never of its place or its neighbours, and one given once
stays for as long as the stream lives: the next file may have its columns in another order.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.config.connector_spec import Column
from include.core import naming

_SPACES = re.compile(r"\s+")
_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Header:
    """Column names in file order.

    Attributes:
        names: Unique; declared names where a spelling matched, else made of the header.
        repeated: Headers that stood more than once; the later ones carry a suffix `_2`, `_3`.
        given: Header as written -> its column, where that was made here: to be remembered.
    """

    names: tuple[str, ...]
    repeated: tuple[str, ...]
    given: Mapping[str, str] = field(default_factory=dict)


def build_header(
    cells: Sequence[str | None],
    columns: Mapping[str, Column] | None = None,
    reserved: Sequence[str] = (),
    known: Mapping[str, str] = _NO_NAMES,
) -> Header:
    """Match header cells to declared columns by spelling, in declared order; name the others.

    Args:
        reserved: Names given to no cell.
        known: Columns by header as written, from the stream's other files.
    """
    columns = columns or {}
    declared = _match_declared(cells, columns)
    written = [tidy(cell or "") for cell in cells]
    counted = Counter(text for at, text in enumerate(written) if at not in declared)
    given = _name_headers([text for text in counted if text], {*columns, *reserved}, known)
    names: list[str] = []
    used, seen = {*declared.values(), *given.values()}, Counter[str]()
    for at, text in enumerate(written):
        if at in declared:
            names.append(declared[at])
            continue
        seen[text] += 1
        name = given.get(text, "")
        if not name or seen[text] > 1:
            name = _free_name(name or f"column_{at + 1}", used)
            used.add(name)
        names.append(name)
    repeated = tuple(
        text for text, count in Counter(written).items() for _ in range(count - 1) if text
    )
    return Header(tuple(names), repeated, given)


def tidy(text: str) -> str:
    """A header as written, but for blanks around it and the way its characters are encoded."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


class KeyNames:
    """Columns of the keys of JSON records, which come one record at a time.

    Attributes:
        given: Key as written -> its column, for every key met so far.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        reserved: Iterable[str],
        known: Mapping[str, str] = _NO_NAMES,
    ) -> None:
        self._taken = {*columns, *reserved}
        self._spelled = {
            naming.snake(text): name
            for name, column in columns.items()
            for text in (*column.header, name)
        }
        self.given = dict(known)
        self._owners = {name: text for text, name in known.items()}
        self._plain = {text for text, name in known.items() if text == name}

    def rename(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record by column names; the very same one when all its keys are such already."""
        if record.keys() <= self._plain:
            return record
        new = [key for key in record if key not in self.given]
        # Keys that need no change first: of `Name` and `name` the second is the plain one.
        for key in sorted(new, key=lambda key: naming.column_name(key) != key):
            self._give(key)
        return {self.given[key]: value for key, value in record.items()}

    def _give(self, key: str) -> None:
        base = naming.snake(key)
        name = self._spelled.get(base) or _build_base(key, self._taken)
        if name in self._owners:
            name = naming.distinct(name, key)
        self.given[key] = name
        self._owners[name] = key
        if key == name:
            self._plain.add(key)


def _match_declared(cells: Sequence[str | None], columns: Mapping[str, Column]) -> dict[int, str]:
    keys = [naming.snake(cell or "") for cell in cells]
    taken: dict[int, str] = {}
    for name, column in columns.items():
        for spelling in (*column.header, name):
            wanted = naming.snake(spelling)
            place = next((i for i, k in enumerate(keys) if k == wanted and i not in taken), None)
            if place is not None:
                taken[place] = name
                break
    return taken


def _name_headers(
    headers: Sequence[str], taken: set[str], known: Mapping[str, str]
) -> dict[str, str]:
    """A column for each of a file's different headers."""
    given = {text: known[text] for text in headers if known.get(text, "") not in {"", *taken}}
    fresh = [text for text in headers if text not in given]
    bases = {text: _build_base(text, taken) for text in fresh}
    wanted = Counter(bases.values())
    here, elsewhere = set(given.values()), {name: text for text, name in known.items()}
    for text, base in bases.items():
        is_twin = wanted[base] > 1 and base != text
        owner = elsewhere.get(base)
        is_others = base in here or (owner is not None and _fold(owner) != _fold(text))
        given[text] = naming.distinct(base, text) if is_twin or is_others else base
    return given


def _build_base(text: str, taken: set[str]) -> str:
    name = naming.column_name(text) or naming.distinct("column", text)
    return f"col_{name}" if name in taken else name


def _fold(text: str) -> str:
    """What two spellings of one header have in common: letters, digits and signs, in any case."""
    kept = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in kept if c.isalnum() or unicodedata.category(c)[0] == "S" or c in "%#")


def _free_name(name: str, used: set[str]) -> str:
    """The same header again: its number among its likes is all that tells it apart."""
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
