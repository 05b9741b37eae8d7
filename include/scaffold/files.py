"""Files to write, and the rule that a person's edit is never overwritten by accident.

A generated file ends with a comment that carries the hash of what stands above it. As long as the
hash is right, nobody has edited the file and it may be generated anew; otherwise it is kept.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_MARK = re.compile(r"\n(?:--|#) generated from connector\.yaml ([0-9a-f]{12}); [^\n]*\n\Z")
_COMMENT = {".sql": "--", ".yml": "#"}


class Written(StrEnum):
    """What came of one file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True)
class NewFile:
    """A file to be written.

    Attributes:
        generated: Carries the mark, so that it can be generated again while nobody edited it.
    """

    path: Path
    text: str
    generated: bool = False


def build_marked(text: str, suffix: str) -> str:
    """`text` with the mark below it."""
    note = "edit freely, edited files are kept"
    return f"{text}{_COMMENT[suffix]} generated from connector.yaml {_digest(text)}; {note}\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_untouched(text: str) -> bool:
    """True when the mark is there and fits what stands above it."""
    match = _MARK.search(text)
    return match is not None and _digest(text[: match.start()] + "\n") == match[1]


def run_write(files: Sequence[NewFile], *, force: bool = False) -> list[tuple[Path, Written]]:
    """Write the files, folders included.

    Args:
        force: Overwrite files a person has edited, too.
    """
    done: list[tuple[Path, Written]] = []
    for file in files:
        text = build_marked(file.text, file.path.suffix) if file.generated else file.text
        before = file.path.read_text(encoding="utf-8") if file.path.exists() else None
        if before == text:
            done.append((file.path, Written.UNCHANGED))
        elif before is None or force or (file.generated and is_untouched(before)):
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_text(text, encoding="utf-8")
            done.append((file.path, Written.CREATED if before is None else Written.UPDATED))
        else:
            done.append((file.path, Written.KEPT))
    return done
