"""Proof, while reading, that no key of a load comes twice: keys that only ever rise (or fall).

Files, databases and many APIs deliver in key order; then the warehouse need not look for
duplicates, which costs as much as a tenth of a whole load. Keys of several columns are compared
column by column, the first counting most.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Types whose Arrow order puts equal values side by side; numeric travels as text (1.0, 1.00).
ORDERED = ("int", "bigint", "text", "date", "timestamp")


class KeyOrder:
    """Watches the key columns of every batch.

    Attributes:
        proven: True as long as all keys seen so far are strictly rising, or strictly falling.
    """

    def __init__(self) -> None:
        self.proven = True
        self._types: tuple[str, ...] | None = None
        self._last: list[Any] = []
        self._in_order: Callable[[Any, Any], Any] | None = None

    def note(self, arrays: Sequence[Any], logical_types: Sequence[str]) -> None:
        """Look at the next batch's keys, a column each; none of them is null."""
        if not self.proven or len(arrays[0]) == 0:
            return
        types = tuple(logical_types)
        if not all(kind in ORDERED for kind in types) or self._types not in (None, types):
            # A column widened between batches is compared in two different orders.
            self.proven = False
            return
        self._types = types
        if self._last:
            arrays = [pa.concat_arrays(pair) for pair in zip(self._last, arrays, strict=True)]
        rows = len(arrays[0])
        if self._in_order is None and rows > 1:
            rises = _steps([array.slice(0, 2) for array in arrays], pc.less)
            self._in_order = pc.less if rises[0].as_py() else pc.greater
        self._last = [pa.concat_arrays([array.slice(rows - 1, 1)]) for array in arrays]
        if self._in_order is not None:
            self.proven = bool(pc.all(_steps(arrays, self._in_order)).as_py())


def _steps(arrays: Sequence[Any], in_order: Callable[[Any, Any], Any]) -> Any:
    """For each row but the last: the next row's key lies strictly behind it."""
    found = None
    for array in reversed(arrays):
        before, after = array.slice(0, len(array) - 1), array.slice(1)
        strict = in_order(before, after)
        found = strict if found is None else pc.or_(strict, pc.and_(pc.equal(before, after), found))
    return found
