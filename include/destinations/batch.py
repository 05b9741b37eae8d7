"""What a load hands to a destination: one shaped batch."""

from dataclasses import dataclass, field
from typing import Any

from include.core.streams import Reject

# Number of a parent's record within its load: children find their parent by it.
SEQ = "_seq"


@dataclass(frozen=True, slots=True)
class Shaped:
    """One batch, ready to be staged.

    Attributes:
        parent: Declared columns, `_extra`, and with children `_children_hash` and `_seq`.
        children: By child name: declared columns, `_extra`, `_position`, `_seq` of the parent.
        types: Table -> column -> logical type this batch was shaped with; later batches may widen.
        rejects: What could not be shaped; they stay with the books, no destination sees them.
    """

    parent: Any
    children: dict[str, Any]
    types: dict[str, dict[str, str]]
    rejects: list[Reject] = field(default_factory=list)
