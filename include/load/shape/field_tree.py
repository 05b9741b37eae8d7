"""Which fields of a record are declared, so that the others can be kept whole in `_extra`."""

from collections.abc import Iterable
from typing import Any

MARK = object()
MAX_SHAPES = 10_000
MAX_UNKNOWN = 200


class FieldTree:
    """Declared dotted paths as a tree; remembers the undeclared ones it has met.

    Attributes:
        columns: Declared column and child-list names, for sources that deliver named columns.
        unknown: Undeclared fields met so far, as dotted paths.
    """

    def __init__(self, paths: Iterable[str], columns: Iterable[str] = ()) -> None:
        self.columns = frozenset(columns)
        self.unknown: set[str] = set()
        self._root: dict[str, Any] = {}
        for path in paths:
            node = self._root
            *parents, leaf = path.split(".")
            for part in parents:
                # A column that takes the whole object leaves nothing over below it.
                if node is not None and part in node and node[part] is None:
                    break
                node = node.setdefault(part, {})
            else:
                node[leaf] = None
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}

    def is_all(self, records: list[dict[str, Any]]) -> bool:
        """True when the tree declares every field of every record; asked for all at once."""
        return _is_all(records, self._root)

    def leftover(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """The undeclared fields of a record, nested ones under their parents; None if none."""
        shape = tuple(record)
        todo = self._shapes.get(shape)
        if todo is None:
            todo = tuple(key for key in shape if self._root.get(key, MARK) is not None)
            if len(self._shapes) < MAX_SHAPES:
                self._shapes[shape] = todo
        if not todo:
            return None
        return self._collect(record, todo, self._root, "") or None

    def _collect(
        self, record: dict[str, Any], keys: Iterable[str], node: dict[str, Any], prefix: str
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in keys:
            value = record[key]
            below = node.get(key, MARK)
            if below is MARK:
                found[key] = value
                self._note(f"{prefix}{key}")
            elif below is not None and type(value) is dict:
                left = self._collect(value, value, below, f"{prefix}{key}.")
                if left:
                    found[key] = left
            elif below is not None and value is not None:
                # An object was declared and something else arrived: keep it whole.
                found[key] = value
                self._note(f"{prefix}{key}")
        return found

    def _note(self, path: str) -> None:
        # Records keyed by ids would otherwise name every id as a field.
        if len(self.unknown) < MAX_UNKNOWN:
            self.unknown.add(path)


def _is_all(records: list[Any], node: dict[str, Any]) -> bool:
    fields = set().union(*records)
    if not node.keys() >= fields:
        return False
    for key in fields:
        if (below := node[key]) is None:
            continue
        held = [record[key] for record in records if record.get(key) is not None]
        if set(map(type, held)) - {dict} or not _is_all(held, below):
            return False
    return True
