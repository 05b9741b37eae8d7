"""One file as readers see it: its name, its bytes unpacked, what its extension promises."""

import gzip
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, cast

from include.core.errors import UpstreamUnavailable

DELIMITED = (".csv", ".tsv", ".psv", ".txt", ".tab")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
JSON_LINES = (".jsonl", ".ndjson", ".json")
ZIP = ".zip"
# Half-written uploads, editor and office lock files.
_IGNORED_PREFIXES = (".", "~", "_")
_IGNORED_SUFFIXES = (".part", ".tmp", ".filepart", ".crdownload", ".swp")


@dataclass(frozen=True, order=True)
class Place:
    """One file of a feed on the local disk, perhaps a private copy.

    Attributes:
        name: Path below the feed's folder with forward slashes; the name in messages and tables.
    """

    name: str
    path: Path

    @property
    def suffix(self) -> str:
        """Extension in lower case, looking through `.gz`."""
        return suffix_of(self.path.name)

    def open(self) -> IO[bytes]:
        """The file's bytes, unpacked.

        Raises:
            UpstreamUnavailable: If it cannot be opened.
        """
        try:
            if self.path.suffix.lower() == ".gz":
                return cast(IO[bytes], gzip.open(self.path, "rb"))
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(self.name, error) from None


def suffix_of(name: str) -> str:
    """Extension in lower case, looking through `.gz`."""
    suffixes = [s.lower() for s in PurePosixPath(name).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def unreadable(name: str, error: Exception) -> UpstreamUnavailable:
    """The error for a file that is there but cannot be read."""
    reason = getattr(error, "strerror", None) or type(error).__name__
    return UpstreamUnavailable(
        f"file `{name}` cannot be read: {reason}. Expected a readable file. Check its permissions "
        "and that its delivery is complete, then run again."
    )


def is_ignored(name: str) -> bool:
    """Hidden, half-written or a lock file; any folder on its way counts too."""
    return name.lower().endswith(_IGNORED_SUFFIXES) or any(
        part.startswith(_IGNORED_PREFIXES) for part in name.split("/")
    )


def matches(name: str, pattern: str) -> bool:
    """Glob over whole names: `*` stays within a folder, `**/` stands for any folders or none."""
    return _matches(name.split("/"), pattern.split("/"))


def _matches(parts: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return any(_matches(parts[at:], wanted[1:]) for at in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _matches(parts[1:], wanted[1:])
