"""The columns of a detected stream: what its files show now, read by what it remembers.

A decision is kept until something contradicts it. Then the column is decided anew on all there is,
and the files that were read on less are read again, so that no two rows mean different days.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from include.config.connector_spec import Column
from include.extract.files.detected import Detected, Memory
from include.extract.files.formats.decide_types import GUESS, Decision, decide_column
from include.extract.files.formats.detect_types import Seen

# PostgreSQL keeps a row in 8 kB, of which any text takes up to 24 bytes: so many columns fit
# whatever is in them. It allows 1,600, if they are narrow.
MAX_COLUMNS = 320
# Types whose text is the same after they became text.
_EXACT = ("int", "bigint")


@dataclass(frozen=True)
class StreamColumns:
    """What a stream's columns are.

    Attributes:
        columns: Detected ones and those the tenant file declares.
        notices: What was decided without proof, or not decided.
        is_stale: Files loaded before were read in another way and have to be read again.
    """

    columns: Mapping[str, Column]
    notices: tuple[str, ...]
    is_stale: bool


@dataclass(frozen=True)
class Said:
    """What is settled before any value is looked at.

    Attributes:
        declared: Columns of the tenant file.
        dates: DAY_FIRST or MONTH_FIRST, where the feed says so.
        as_text: Columns that a load found to be no more than text.
    """

    declared: Mapping[str, Column]
    dates: str | None = None
    as_text: Collection[str] = ()


def build_columns(files: Sequence[Detected], memory: Memory, said: Said) -> StreamColumns:
    """Decide every column of the files, and of those that are archived.

    Args:
        files: Those there now and archived ones, in the order their columns shall have.
        memory: Of the stream, these files left out.
    """
    seen = _unite([*files])
    whole = {name: looks | memory.seen.get(name, Seen()) for name, looks in seen.items()}
    around = frozenset[str]().union(
        *(one.proofs for one in (*memory.seen.values(), *seen.values()))
    )
    columns: dict[str, Column] = {}
    notices: list[str] = []
    is_stale = False
    for name, looks in whole.items():
        if name in said.declared:
            continue
        decision = _decide(name, looks, memory, around, said)
        columns[name] = decision.column
        is_stale = is_stale or _contradicts(memory.read_as.get(name), decision.column)
        if decision.doubt:
            notices.append(_word(name, decision.doubt))
    if is_stale:
        notices.append(
            "what was known of a column has changed: the files that are still there are read "
            "again, and rows of files that are gone keep the form they were loaded in."
        )
    kept, surplus = _cut(columns, memory, said)
    return StreamColumns({**kept, **said.declared}, (*notices, *surplus), is_stale)


def _unite(files: Iterable[Detected]) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    for one in files:
        for name, looks in one.seen.items():
            seen[name] = seen.get(name, Seen()) | looks
    return seen


def _decide(name: str, looks: Seen, memory: Memory, around: frozenset[str], said: Said) -> Decision:
    decision = decide_column(looks, around, said.dates)
    before = memory.read_as.get(name)
    if name in said.as_text or (before and before[0] == "text" and not decision.doubt):
        # A table's column never becomes narrower again.
        return Decision(Column(type="text", detected=True))
    if before and before[1] and decision.doubt and not looks.is_mixed and not said.dates:
        # It was decided, on neighbours that are not there today; nothing says otherwise.
        kind, written = before
        known = {"type": kind, "format": written, **GUESS}
        return Decision(Column.model_validate(known))
    return decision


def _contradicts(before: tuple[str, str | None] | None, now: Column) -> bool:
    """Rows read as `before` mean something else, or look otherwise, than if they were read now."""
    if before is None or before[0] == "text":
        return False
    kind, written = before
    if now.type == "text":
        return kind not in _EXACT or written is not None
    return written is not None and written != now.format


def _word(name: str, doubt: str) -> str:
    asked = (
        "Say which with option `dates: day_first` or `dates: month_first`"
        if "day or month" in doubt
        else "Declare its type under option `streams` if it is more"
    )
    return f"column `{name}` {doubt}; it is kept as text. {asked}."


def _cut(
    columns: dict[str, Column], memory: Memory, said: Said
) -> tuple[dict[str, Column], tuple[str, ...]]:
    """No more columns than a row can hold, those the table has already first."""
    room = max(MAX_COLUMNS - len(said.declared), 0)
    if len(columns) <= room:
        return columns, ()
    ordered = sorted(columns, key=lambda name: name not in memory.read_as)[:room]
    kept = {name: column for name, column in columns.items() if name in set(ordered)}
    return kept, (
        f"the stream has {len(columns)} columns, more than a row can hold: {len(kept)} are columns "
        "of the table, the others are kept whole in `_extra`. Declare under option `streams` "
        "which ones you need as columns.",
    )
