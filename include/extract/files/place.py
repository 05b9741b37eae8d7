"""One file as readers see it: its name, its bytes unpacked, what its extension promises."""

import gzip
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, cast

from include.core.errors import ContractBroken, UpstreamUnavailable

DELIMITED = (".csv", ".tsv", ".psv", ".txt", ".tab")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
JSON_LINES = (".jsonl", ".ndjson", ".json")
# Said to accompany data: checksums, signatures, notes.
NO_DATA = (".md5", ".sha1", ".sha256", ".sha512", ".sig", ".asc", ".md", ".ini")
_NO_DATA_NAMES = frozenset({"thumbs.db"})
ZIP = ".zip"
GZIP = ".gz"
KNOWN_SUFFIXES = (*DELIMITED, *EXCEL, *JSON_LINES)
# A few kilobytes of zip can hold terabytes.
MAX_UNPACKED_BYTES = 50_000_000_000
# Of one sheet: each costs some sixty bytes.
MAX_CELLS = 20_000_000
# Half-written uploads, editor and office lock files.
_IGNORED_PREFIXES = (".", "~", "_")
_IGNORED_SUFFIXES = (".part", ".tmp", ".filepart", ".crdownload", ".swp")


@dataclass(frozen=True, order=True)
class Place:
    """One file of a feed on the local disk, perhaps a private copy.

    Attributes:
        name: Path below the feed's folder with forward slashes; the name in messages and tables.
        max_unpacked_bytes: A packed file that unpacks to more is refused.
        max_cells: A sheet that reaches over more is refused.
    """

    name: str
    path: Path
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES
    max_cells: int = MAX_CELLS

    @property
    def suffix(self) -> str:
        """Extension in lower case, looking through `.gz`."""
        return suffix_of(self.path.name)

    def open(self) -> IO[bytes]:
        """The file's bytes, unpacked.

        Raises:
            UpstreamUnavailable: If it cannot be opened; reading it, a ContractBroken, too.
        """
        try:
            if self.path.suffix.lower() == GZIP:
                return cast(IO[bytes], _Unpacking(self))
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(self.name, error) from None


class _Unpacking(gzip.GzipFile):
    """A gzip that refuses to unpack without end."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.path, "rb")
        self._place = place

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        require_size(self._place.name, self.tell(), self._place.max_unpacked_bytes)
        return data


def require_size(name: str, unpacked: int, limit: int) -> None:
    """A packed file is not larger than allowed.

    Raises:
        ContractBroken: If it is.
    """
    if unpacked > limit:
        raise ContractBroken(
            f"file `{name}` unpacks to `{unpacked}` bytes or more. Expected at most `{limit}`. "
            "Check the file, or raise `max_unpacked_bytes` in the feed's options."
        )


def suffix_of(name: str) -> str:
    """Extension in lower case, looking through `.gz`."""
    suffixes = [s.lower() for s in PurePosixPath(name).suffixes]
    if suffixes and suffixes[-1] == GZIP:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def unreadable(name: str, error: Exception) -> UpstreamUnavailable:
    """The error for a file that is there but cannot be read."""
    reason = getattr(error, "strerror", None) or type(error).__name__
    return UpstreamUnavailable(
        f"file `{name}` cannot be read: {reason}. Expected a readable file. Check its permissions "
        "and that its delivery is complete, then run again."
    )


def is_no_data(name: str, size: int) -> bool:
    """An empty file, and one that by its name only goes with others."""
    return not size or suffix_of(name) in NO_DATA or name.split("/")[-1].lower() in _NO_DATA_NAMES


def kind_of(name: str) -> str:
    """`parquet`, `csv.gz` for what is packed twice, `numbered` for `.20260101`; `none` without."""
    suffix = suffix_of(name).lstrip(".")
    if suffix.isdigit():
        return "numbered"
    return suffix or ("gz" if name.lower().endswith(GZIP) else "none")


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
