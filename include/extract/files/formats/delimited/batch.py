"""Some rows of one delimited file, as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.core.streams import Reject


@dataclass(frozen=True)
class Batch:
    """Rows in the order of the file.

    Attributes:
        table: RecordBatch of text columns.
        lines: Line number of each row.
        rejects: Records that are no rows.
        extras: Line -> the row as written, where it had more cells than the table has columns.
    """

    table: Any
    lines: Sequence[int]
    rejects: tuple[Reject, ...] = ()
    extras: Mapping[int, str] = field(default_factory=dict)
