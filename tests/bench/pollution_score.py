"""How much of a polluted file's table was loaded: ten measures between 0 and 1, as in Pollock.

Success, and precision, recall and F1 of header labels, of records and of cells.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from include.config.credentials import Credentials
from include.core.naming import snake
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.bench.polluted_csv import WEIGHTS, Polluted
from tests.unit.feed_maker import build_feed

# Columns of our own, and what a row keeps beside its columns.
_OURS = ("source_file", "source_line", "row_as_written")


@dataclass
class Loaded:
    """What a feed made of one file: labels, rows, and all it said."""

    header: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def load_folder(folder: Path) -> dict[str, Loaded]:
    """Every file of a folder through a feed without a hint, by file name."""
    source = build_source(build_feed("files", path=str(folder), settle_seconds=0), Credentials("c"))
    found: dict[str, Loaded] = {}
    for name, stream in source.discover().items():
        loaded = found.setdefault(stream.files[0], Loaded())
        loaded.header = [column for column in stream.columns if column not in _OURS]
        for page in source.read(name, Window()):
            loaded.rejects += [reject.reason for reject in page.rejects]
            loaded.notices += page.notices
            loaded.rows += map(_values, _records(page.records))
    return found


def score(file: Polluted, loaded: Loaded | None) -> float:
    """Between 0 and 10; a file that was not loaded at all has 0."""
    if loaded is None:
        return 0.0
    if not file.header:
        return 10.0 if not loaded.rows else 1.0
    header = _measure(map(snake, file.header), map(_label, loaded.header))
    # By their text: whether a column that is empty throughout was read shows in the cells.
    records = _measure(map("".join, file.rows), map("".join, loaded.rows))
    cells = _measure(_flat(file.rows), _flat(loaded.rows))
    return 1.0 + header + records + cells


def score_all(files: Iterable[Polluted], loaded: dict[str, Loaded]) -> tuple[float, float]:
    """Mean over files, and over kinds by their weight."""
    scores: dict[str, list[float]] = defaultdict(list)
    for file in files:
        scores[file.kind].append(score(file, loaded.get(file.name)))
    every = [one for some in scores.values() for one in some]
    weights = {kind: WEIGHTS.get(kind, 1) for kind in scores}
    weighted = sum(sum(some) / len(some) * weights[kind] for kind, some in scores.items())
    return sum(every) / len(every), weighted / sum(weights.values())


def _records(records: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = records if isinstance(records, list) else records.to_pylist()
    return found


def _values(record: dict[str, Any]) -> tuple[str, ...]:
    return tuple(value or "" for name, value in record.items() if name not in _OURS)


def _label(name: str) -> str:
    """A column without a label of its own has none."""
    return "" if name.startswith("column_") else name


def _flat(rows: Iterable[Sequence[str]]) -> list[str]:
    return [cell for row in rows for cell in row]


def _measure(wanted: Iterable[Hashable], found: Iterable[Hashable]) -> float:
    """Precision, recall and F1 added up: 3 when both are the same, in any order."""
    expected, got = Counter(wanted), Counter(found)
    if not expected:
        return 3.0
    both = (expected & got).total()
    if not both:
        return 0.0
    precision, recall = both / got.total(), both / expected.total()
    return precision + recall + 2 * precision * recall / (precision + recall)
