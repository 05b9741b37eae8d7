"""A guessed type that turned out wrong behind the rows it was guessed on.

A column of dates, numbers or booleans that meets a word becomes text; then its earlier rows are to
stand as they were written, too (`TRUE`, `03/04/2026`, `.5`), and the type has forgotten that. The
source still has it: nothing is committed, and it is read once more with the column as text.
"""

from include.destinations.layout import StreamLayout

# Their text is the same after they became text: nothing else passes as one of them.
EXACT_TYPES = frozenset({"int", "bigint"})


def find_lost(layout: StreamLayout, types_before: dict[str, dict[str, str]]) -> frozenset[str]:
    """Columns of the parent that have become text from a type that writes values its own way.

    Args:
        types_before: Table -> column -> type before any record was shaped.
    """
    parent = layout.parent
    return frozenset(
        name
        for name, column in parent.columns.items()
        if column.detected
        and parent.types[name] == "text" != types_before[parent.name][name]
        and (column.format is not None or types_before[parent.name][name] not in EXACT_TYPES)
    )
