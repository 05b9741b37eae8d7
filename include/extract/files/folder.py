"""A feed's folder: what lies in it, one file at a time as a local file, moving files away.

`LocalFolder` is a folder of this machine, `object_folder.ObjectFolder` one in an object store;
both answer the same questions.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from errno import ELOOP
from pathlib import Path, PurePosixPath
from typing import Protocol

from include.config.models import Feed
from include.config.walls.plain_files import follow_links
from include.core.errors import ConfigError, ContractBroken, EltError, UpstreamUnavailable
from include.extract.files.place import (
    MAX_CELLS,
    MAX_UNPACKED_BYTES,
    Place,
    is_ignored,
    matches,
    unreadable,
)
from include.extract.files.zipped import unzipped

log = logging.getLogger(__name__)

# Loaded files go here unless option `archive_path` says otherwise.
ARCHIVE = "archive"
HASH_BYTES = 1 << 20


@dataclass(frozen=True, order=True)
class Found:
    """One file in a feed's folder.

    Attributes:
        name: Path below the folder with forward slashes; the name in messages and tables.
        version: Changes when the file does (time of change, etag), without reading it.
    """

    name: str
    size: int = field(compare=False)
    version: str = field(compare=False)
    modified_at: datetime | None = field(compare=False, default=None)

    def is_like(self, other: "Found | None") -> bool:
        """By its looks the same content."""
        return other is not None and (self.size, self.version) == (other.size, other.version)


def compute_hash(name: str, path: Path) -> str:
    """SHA-256 of a file's bytes as delivered, hex.

    Raises:
        UpstreamUnavailable: If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(HASH_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(name, error) from None
    return digest.hexdigest()


class Folder(Protocol):
    """Where a feed's files are.

    Attributes:
        label: What people call it, without credentials.
        is_atomic: A file appears whole or not at all, as in object stores.
        archive: Folder below it of which nothing is read.
        max_unpacked_bytes: A packed file that unpacks to more is refused.
        max_cells: A sheet that reaches over more is refused.
    """

    label: str
    is_atomic: bool
    archive: str
    max_unpacked_bytes: int
    max_cells: int

    def find(self, patterns: Iterable[str]) -> list[Found]:
        """Files that match any pattern, each once, by name; unfinished and archived ones not."""
        ...

    def look(self, name: str) -> Found | None:
        """The file as it is now, None when it is gone."""
        ...

    def fetch(self, found: Found) -> AbstractContextManager[Path]:
        """The file on the local disk, as delivered, while the context lasts."""
        ...

    def move(self, name: str, target: str) -> None:
        """To another name below the folder, making folders as needed; never over a file."""
        ...

    def remove(self, name: str) -> None:
        """Delete the file for good."""
        ...

    def clear(self) -> None:
        """Remove private copies."""
        ...


def archive_path(feed: Feed) -> str:
    """Where loaded files go, below the folder; nothing there is ever read.

    Raises:
        ConfigError: If it would lead out of the folder.
    """
    path = str(feed.options.get("archive_path") or ARCHIVE)
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "://" in path:
        raise ConfigError(
            f"option `archive_path` is `{path}`. Expected a folder below `path`, such as "
            f"`{ARCHIVE}`. Correct the tenant file."
        )
    return "/".join(parts)


def require_files(folder: Folder, patterns: tuple[str, ...]) -> list[Found]:
    """Like `find`, but nothing found is an error: nothing delivered is not "no rows".

    Raises:
        UpstreamUnavailable: If no file matches.
    """
    found = folder.find(patterns)
    if not found:
        raise UpstreamUnavailable(
            f"no file matches `{'`, `'.join(patterns)}` in `{folder.label}`. Expected at least "
            "one. Wait for the delivery, or correct the feed's `path`."
        )
    return found


@contextmanager
def opened(folder: Folder, found: Found, member: str | None = None) -> Iterator[Place]:
    """The file for the readers: on the local disk, and out of its zip; raises as `packed`."""
    with packed(folder, found) as place, unzipped(place, member) as inner:
        yield inner


@contextmanager
def packed(folder: Folder, found: Found) -> Iterator[Place]:
    """The file on the local disk as delivered.

    Raises:
        EltError: Whatever goes wrong while it is open, also where a reader did not see it coming:
            a file is its own streams' trouble and never stops its neighbours.
    """
    with folder.fetch(found) as path:
        try:
            yield Place(found.name, path, folder.max_unpacked_bytes, folder.max_cells)
        except (EltError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except OSError as error:
            raise unreadable(found.name, error) from error
        except BaseException as error:
            # A panic of calamine is no Exception.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            log.exception("action=file_unreadable file=%s", found.name)
            raise ContractBroken(
                f"file `{found.name}` cannot be read: unexpected `{type(error).__name__}`. "
                "Expected a file that is what its name says. Open it and save it again."
            ) from error


def is_wanted(name: str, patterns: Iterable[str], archive: str) -> bool:
    """Matches a pattern and is neither unfinished nor archived."""
    if is_ignored(name) or name.startswith(f"{archive}/"):
        return False
    return any(matches(name, pattern) for pattern in patterns)


class LocalFolder:
    """A folder of this machine; what a symbolic link leads to outside of it is not part of it."""

    is_atomic = False
    max_unpacked_bytes = MAX_UNPACKED_BYTES
    max_cells = MAX_CELLS

    def __init__(self, path: Path, archive: str = ARCHIVE) -> None:
        self.path = path
        self.archive = archive
        self.label = path.name
        self._real = path.resolve()
        self._raw: dict[str, str] = {}

    def find(self, patterns: Iterable[str]) -> list[Found]:
        """See `Folder`."""
        wanted = tuple(patterns)
        names = (name for name in self._names() if is_wanted(name, wanted, self.archive))
        return sorted(found for name in names if (found := self.look(name)))

    def _names(self) -> Iterator[str]:
        for folder, below, files in os.walk(self.path):
            here = Path(folder).relative_to(self.path)
            below[:] = [
                name
                for name in below
                if not is_ignored(name) and (here / name).as_posix() != self.archive
            ]
            yield from (self._shown((here / name).as_posix()) for name in files)

    def _shown(self, name: str) -> str:
        """Names of bytes that are no text (of an older system) cannot be stored as they are."""
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        if shown != name:
            self._raw[shown] = name
        return shown

    def _at(self, name: str) -> Path:
        return self.path / self._raw.get(name, name)

    def look(self, name: str) -> Found | None:
        """The file as it is now; None for a link out of the folder, too."""
        path = self._at(name)
        try:
            if not follow_links(path).is_relative_to(self._real):
                log.warning("action=file_ignored file=%s reason=link_out_of_the_folder", name)
                return None
            stat = path.stat()
        except OSError:
            return None
        if not path.is_file():
            return None
        changed = datetime.fromtimestamp(stat.st_mtime, UTC)
        return Found(name, stat.st_size, str(stat.st_mtime_ns), changed)

    @contextmanager
    def fetch(self, found: Found) -> Iterator[Path]:
        path = follow_links(self._at(found.name))
        if not path.is_relative_to(self._real):  # it was another file when it was found
            raise unreadable(found.name, OSError(ELOOP, "it is a link out of the folder now"))
        yield path

    def clear(self) -> None:
        """Nothing is ever copied."""

    def move(self, name: str, target: str) -> None:
        """See `Folder`; between file systems it is a copy and a removal."""
        goal = self.path / target
        try:
            self._require_inside(name)
            if not follow_links(goal.parent).is_relative_to(self._real):
                raise OSError(ELOOP, "the archive is a link out of the folder")
            goal.parent.mkdir(parents=True, exist_ok=True)
            if goal.exists():
                raise FileExistsError(17, "exists already", str(goal))
            shutil.move(self._at(name), goal)
        except OSError as error:
            raise _immovable(name, error) from None

    def _require_inside(self, name: str) -> None:
        """Its folder may have become a link since it was found."""
        if not follow_links(self._at(name).parent).is_relative_to(self._real):
            raise OSError(ELOOP, "it lies behind a link out of the folder")

    def remove(self, name: str) -> None:
        try:
            self._require_inside(name)
            self._at(name).unlink(missing_ok=True)
        except OSError as error:
            raise _immovable(name, error) from None


def _immovable(name: str, error: OSError) -> UpstreamUnavailable:
    return UpstreamUnavailable(
        f"file `{name}` is loaded but cannot be moved away: {error.strerror}. Expected the right "
        "to change the folder. Grant it, or set `after: leave`; the next run tries again."
    )
