"""What was found out about one file, kept as JSON with its row in elt_ops.files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from include.config.connector_spec import Column
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
        columns: Types seen, by column.
        part: What of the file was read.
        parts: Everything there is in a zip or workbook; empty for other files.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    part: Part = Part()
    parts: tuple[Part, ...] = ()

    def dump(self) -> str:
        """As JSON; see `load_detected`."""
        found: dict[str, Any] = {
            "columns": {
                name: {"type": c.type, **({"format": c.format} if c.format else {})}
                for name, c in self.columns.items()
            },
            "part": [self.part.member, self.part.sheet],
            "parts": [[part.member, part.sheet] for part in self.parts],
        }
        return orjson.dumps(found).decode()


def load_detected(text: str | None) -> Detected:
    """The value `Detected.dump` wrote; nothing known for None."""
    found: dict[str, Any] = orjson.loads(text) if text else {}
    columns = found.get("columns", {}).items()
    return Detected(
        columns={name: Column(detected=True, **spec) for name, spec in columns},
        part=Part(*found.get("part", ())),
        parts=tuple(Part(*part) for part in found.get("parts", ())),
    )


def read_detected(row: LoadedFile) -> Detected:
    """What was found out about a loaded file."""
    return load_detected(row.detected)
