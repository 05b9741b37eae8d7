"""Proof, while reading, that no key of a load comes twice: keys that only ever rise (or fall).

Files and many APIs deliver in key order; then the warehouse need not look for duplicates, which
costs as much as a tenth of a whole load.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Types whose Arrow order puts equal values side by side; numeric travels as text (1.0, 1.00).
ORDERED = ("int", "bigint", "text", "date", "timestamp")


class KeyOrder:
    """Watches the key column of every batch.

    Attributes:
        proven: True as long as all keys seen so far are strictly rising, or strictly falling.
    """

    def __init__(self, is_single: bool) -> None:
        self.proven = is_single
        self._type: str | None = None
        self._last: Any = None
        self._rising: bool | None = None

    def note(self, array: Any, logical_type: str) -> None:
        """Look at the next batch's keys; none of them is null."""
        if not self.proven or len(array) == 0:
            return
        if logical_type not in ORDERED or self._type not in (None, logical_type):
            # A column widened between batches is compared in two different orders.
            self.proven = False
            return
        self._type = logical_type
        if self._last is not None:
            array = pa.concat_arrays([self._last, array])
        if self._rising is None and len(array) > 1:
            self._rising = bool(pc.less(array[0], array[1]).as_py())
        self._last = pa.concat_arrays([array.slice(len(array) - 1, 1)])
        if len(array) > 1:
            in_order = pc.less if self._rising else pc.greater
            steps = in_order(array.slice(0, len(array) - 1), array.slice(1))
            self.proven = bool(pc.all(steps).as_py())
