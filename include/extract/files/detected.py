"""What was found out about one file, kept as JSON with its row in elt_ops.files.

These rows are a stream's memory: what its files have looked like, how they were read, and which
column each header was given. They are written in the transaction of the file's rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from include.config.connector_spec import Column
from include.extract.files.formats.detect_types import Seen
from include.extract.stores.files import LoadedFile


@dataclass(frozen=True, order=True)
class Part:
    """What of a file one stream reads: a zip's member, a workbook's sheet, else all of it."""

    member: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Detected:
    """One file as one stream reads it.

    Attributes:
        seen: What its values look like, by column.
        given: Header as written -> column.
        part: What of the file was read.
        parts: Everything there is in a zip or workbook; empty for other files.
        read_as: (type, format) by column, as the file was loaded.
    """

    seen: Mapping[str, Seen] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    part: Part = Part()
    parts: tuple[Part, ...] = ()
    read_as: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)

    def dump(self, columns: Mapping[str, Column]) -> str:
        """As JSON, read as those columns; see `load_detected`."""
        found: dict[str, Any] = {
            "seen": {
                name: [sorted(one.kinds), sorted(one.marks), sorted(one.proofs)]
                for name, one in self.seen.items()
            },
            "given": dict(self.given),
            "part": [self.part.member, self.part.sheet],
            "parts": [[part.member, part.sheet] for part in self.parts],
            "read_as": {
                name: [columns[name].type, columns[name].format]
                for name in self.seen
                if name in columns
            },
        }
        return orjson.dumps(found).decode()


def load_detected(text: str | None) -> Detected:
    """The value `Detected.dump` wrote; nothing known for None."""
    found: dict[str, Any] = orjson.loads(text) if text else {}
    return Detected(
        seen={
            name: Seen(*(frozenset(part) for part in parts))
            for name, parts in found.get("seen", {}).items()
        },
        given=found.get("given", {}),
        part=Part(*found.get("part", ())),
        parts=tuple(Part(*part) for part in found.get("parts", ())),
        read_as={name: (one[0], one[1]) for name, one in found.get("read_as", {}).items()},
    )


def read_detected(row: LoadedFile) -> Detected:
    """What was found out about a loaded file."""
    return load_detected(row.detected)


@dataclass(frozen=True)
class Memory:
    """What a stream remembers of all files it has ever loaded, those that are gone included.

    Attributes:
        seen: What the values of each column have looked like.
        given: Header as written -> column.
        read_as: (type, format) by column, as of the last load that had it.
    """

    seen: Mapping[str, Seen]
    given: Mapping[str, str]
    read_as: Mapping[str, tuple[str, str | None]]


def build_memory(files: Iterable[Detected]) -> Memory:
    """Sum up files in the order loaded: the first gave a header its column, the last its type."""
    seen: dict[str, Seen] = {}
    given: dict[str, str] = {}
    read_as: dict[str, tuple[str, str | None]] = {}
    for one in files:
        for name, looks in one.seen.items():
            seen[name] = seen.get(name, Seen()) | looks
        given = {**one.given, **given}
        read_as |= one.read_as
    return Memory(seen, given, read_as)
