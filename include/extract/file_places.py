"""Where a feed's files are, and which belong to a stream."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from include.config.models import Feed
from include.config.settings import load_settings
from include.core.errors import ConfigError, UpstreamUnavailable

DELIMITED = (".csv", ".tsv", ".psv", ".txt", ".tab")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
JSON_LINES = (".jsonl", ".ndjson", ".json")
# Half-written uploads, editor and office lock files.
_IGNORED_PREFIXES = (".", "~", "_")
_IGNORED_SUFFIXES = (".part", ".tmp", ".filepart", ".crdownload", ".swp")


@dataclass(frozen=True, order=True)
class Place:
    """One file of a feed.

    Attributes:
        name: Path below the feed's folder with forward slashes; the name in messages and tables.
    """

    name: str
    path: Path

    @property
    def suffix(self) -> str:
        """Extension in lower case, looking through `.gz`."""
        suffixes = [s.lower() for s in self.path.suffixes]
        if suffixes and suffixes[-1] == ".gz":
            suffixes.pop()
        return suffixes[-1] if suffixes else ""

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


def unreadable(name: str, error: Exception) -> UpstreamUnavailable:
    """The error for a file that is there but cannot be read."""
    reason = getattr(error, "strerror", None) or type(error).__name__
    return UpstreamUnavailable(
        f"file `{name}` cannot be read: {reason}. Expected a readable file. Check its permissions "
        "and that its delivery is complete, then run again."
    )


def resolve_folder(feed: Feed) -> Path:
    """The folder of option `path`; relative ones start at the repository root.

    Raises:
        ConfigError: If it does not exist.
    """
    settings = load_settings()
    path = Path(str(feed.options["path"]))
    parts = path.parts
    # `.local/...` is the state folder, wherever the environment puts that.
    if not path.is_absolute() and parts and parts[0] == ".local":
        path = settings.state_dir.joinpath(*parts[1:])
    folder = path if path.is_absolute() else settings.root / path
    if not folder.is_dir():
        raise ConfigError(
            f"folder `{feed.options['path']}` does not exist. Expected the folder of `path`. "
            "Create it or correct the tenant file."
        )
    return folder


def match_files(folder: Path, patterns: Iterable[str]) -> list[Place]:
    """Files that match any pattern, each once, sorted by name; unfinished ones left out."""
    found: dict[str, Place] = {}
    for pattern in patterns:
        for path in folder.glob(pattern):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not _is_ignored(name):
                found[name] = Place(name, path)
    return [found[name] for name in sorted(found)]


def require_files(folder: Path, patterns: tuple[str, ...]) -> list[Place]:
    """Like `match_files`, but nothing found is an error: nothing delivered is not "no rows".

    Raises:
        UpstreamUnavailable: If no file matches.
    """
    places = match_files(folder, patterns)
    if not places:
        raise UpstreamUnavailable(
            f"no file matches `{'`, `'.join(patterns)}` in `{folder.name}`. Expected at least one. "
            "Wait for the delivery, or correct the feed's `path`."
        )
    return places


def _is_ignored(name: str) -> bool:
    return name.lower().endswith(_IGNORED_SUFFIXES) or any(
        part.startswith(_IGNORED_PREFIXES) for part in name.split("/")
    )
