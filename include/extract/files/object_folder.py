"""A feed's folder in an object store, through Airflow's ObjectStoragePath and its connections.

The only module of this room that imports Airflow, and only `open_folder` imports it,
when a feed's `path` is a URL: local folders, `--help` and DAG parsing never pay for that.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from airflow.sdk import ObjectStoragePath

from include.config.credentials import Credentials
from include.config.models import Feed
from include.config.walls.private_copies import PrivateFolder
from include.core import naming
from include.core.errors import AccessDenied, ConfigError, EltError, UpstreamUnavailable
from include.extract.files.folder import Found, archive_path, is_wanted
from include.extract.files.place import MAX_CELLS, MAX_UNPACKED_BYTES

log = logging.getLogger(__name__)

PACKAGES = {
    **dict.fromkeys(("s3", "s3a", "s3n"), "apache-airflow-providers-amazon[s3fs]"),
    **dict.fromkeys(("gs", "gcs"), "apache-airflow-providers-google gcsfs"),
    **dict.fromkeys(("abfs", "abfss", "adl"), "apache-airflow-providers-microsoft-azure adlfs"),
    **dict.fromkeys(("sftp", "ssh"), "apache-airflow-providers-sftp[sshfs]"),
}
# An upload to these shows as a file only once it is whole.
ATOMIC = ("s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "adl")
# What a listing calls the mark that changes with a file, by store; then its time of change.
_VERSIONS = ("ETag", "etag", "generation", "md5Hash", "mtime", "LastModified", "updated", "created")
_TIMES = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")


def open_object_folder(url: str, feed: Feed, credentials: Credentials) -> "ObjectFolder":
    """The folder of a URL; the feed's connection is its credentials unless the URL names one.

    Raises:
        ConfigError: If no package for such URLs is installed, or the connection is not this
            tenant's.
    """
    parts = urlsplit(url)
    if parts.password:
        raise ConfigError(
            "option `path` holds a password. Expected `scheme://<connection id>@place/folder`. "
            "Put the password into the connection."
        )
    own = credentials.connection_id if credentials.fields or credentials.host else None
    _require_known(parts.scheme)
    _require_own(parts.username or own, feed)
    try:
        with _translating(
            f"the folder of feed `{feed.name}`", "opened", passing=(ImportError, ValueError)
        ):
            path = ObjectStoragePath(url, conn_id=None if parts.username else own)
            return ObjectFolder(path, path.fs, archive_path(feed))
    except (ImportError, ValueError) as error:
        log.debug("error=%s", type(error).__name__)
        raise ConfigError(
            f"nothing installed can read `{parts.scheme}://` paths. "
            f"Install `{PACKAGES[parts.scheme]}`."
        ) from None


def _require_known(scheme: str) -> None:
    """Others of fsspec lead to this machine (`local`, `simplecache::file`) or to any host."""
    if scheme not in PACKAGES:
        raise ConfigError(
            f"nothing installed can read `{scheme}://` paths. Known are "
            f"{', '.join(sorted(PACKAGES))}."
        )


def _require_own(connection_id: str | None, feed: Feed) -> None:
    """Without a connection the store's library would use whatever login the worker itself has."""
    if connection_id is None:
        raise ConfigError(
            f"the folder needs the connection `{feed.connection_id}`. Expected one with the "
            "store's login. Create it in Airflow (Admin, Connections)."
        )
    if not naming.is_own_connection(connection_id, feed.tenant.id):
        raise ConfigError(
            f"option `path` names the connection `{connection_id}`, which is not this tenant's. "
            f"Expected `{feed.connection_id}`, or another `{feed.tenant.id}__...`. Correct the "
            "tenant file."
        )


@dataclass(frozen=True)
class _Copy:
    """A private copy of one file; it goes with its folder, at the latest with the process."""

    found: Found
    path: Path
    folder: PrivateFolder


class ObjectFolder:
    """Files below a URL; each is copied to a private temporary file while it is read."""

    def __init__(self, path: Any, store: Any, archive: str) -> None:
        self.archive = archive
        self._store = store
        self._root = str(path.path).rstrip("/")
        self.is_atomic = path.protocol in ATOMIC
        self.label = f"{path.protocol}://{self._root}"
        self._kept: _Copy | None = None
        self.max_unpacked_bytes = MAX_UNPACKED_BYTES
        self.max_cells = MAX_CELLS

    def find(self, patterns: Iterable[str]) -> list[Found]:
        """One listing of everything below the folder, matched here; a missing prefix is empty."""
        wanted = tuple(patterns)
        try:
            with _translating(f"folder `{self.label}`", "listed", passing=_MISSING):
                self._store.invalidate_cache()
                listed = self._store.find(self._root, detail=True)
        except FileNotFoundError:
            return []
        named = ((self._name(path), info) for path, info in listed.items())
        return sorted(_found(n, i) for n, i in named if n and is_wanted(n, wanted, self.archive))

    def _name(self, path: str) -> str:
        """Below the root; empty for what a store lists although it lies elsewhere."""
        root = self._root.lstrip("/") + "/"
        path = path.lstrip("/")
        name = path.removeprefix(root) if path.startswith(root) else ""
        # A marker of an empty folder ends with a slash.
        return "" if name.endswith("/") or ".." in name.split("/") else name

    def look(self, name: str) -> Found | None:
        """Asks the store anew."""
        try:
            with _translating(f"file `{name}`", "looked at", passing=_MISSING):
                self._store.invalidate_cache()
                return _found(name, self._store.info(self._at(name)))
        except FileNotFoundError:
            return None

    @contextmanager
    def fetch(self, found: Found) -> Iterator[Path]:
        """A private copy."""
        copy = self._take(found) or self._download(found)
        try:
            yield copy.path
        finally:
            # One is kept: a file's columns are detected first, and its rows are read then.
            self.clear()
            self._kept = copy

    def _take(self, found: Found) -> "_Copy | None":
        kept = self._kept
        if kept is None or kept.found.name != found.name or not kept.found.is_like(found):
            return None
        self._kept = None
        return kept

    def _download(self, found: Found) -> "_Copy":
        self.clear()
        folder = PrivateFolder()
        path = folder.path / PurePosixPath(found.name).name
        try:
            with _translating(f"file `{found.name}`", "read"):
                self._store.get_file(self._at(found.name), str(path))
        except BaseException:
            folder.cleanup()
            raise
        return _Copy(found, path, folder)

    def clear(self) -> None:
        """Remove the private copy."""
        if self._kept is not None:
            self._kept.folder.cleanup()
            self._kept = None

    def move(self, name: str, target: str) -> None:
        """A copy and a removal: object stores cannot rename."""
        with _translating(f"file `{name}`", "moved away", _MOVE_HINT):
            if self._store.exists(self._at(target)):
                raise FileExistsError(17, "exists already", target)
            self._store.makedirs(self._at(target).rpartition("/")[0], exist_ok=True)
            self._store.mv(self._at(name), self._at(target))

    def remove(self, name: str) -> None:
        try:
            with _translating(f"file `{name}`", "deleted", _MOVE_HINT, _MISSING):
                self._store.rm_file(self._at(name))
        except FileNotFoundError:
            return

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"


_HINT = "Check the feed's connection and that it is reachable, then run again."
_MISSING = (FileNotFoundError,)
_MOVE_HINT = "Grant the right to write, or set `after: leave`; the next run tries again."


def _found(name: str, info: dict[str, Any]) -> Found:
    version = next((str(info[key]) for key in _VERSIONS if info.get(key)), "")
    changed = next((info[key] for key in _TIMES if info.get(key)), None)
    return Found(name, int(info.get("size") or 0), version, _instant(changed))


def _instant(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@contextmanager
def _translating(
    what: str, doing: str, hint: str = _HINT, passing: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """A driver's errors as ours; its own words may hold signed URLs, so only its name is told.

    Drivers raise whatever their vendor raises, hence the one broad `except` of this module.

    Args:
        passing: Errors the caller has its own answer to.
    """
    ours: tuple[type[Exception], ...] = (EltError, *passing)
    try:
        yield
    except ours:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        words = f"{what} cannot be {doing}: {reason}. Expected an answer. {hint}"
        denied = isinstance(error, PermissionError) or "Credentials" in type(error).__name__
        raise (AccessDenied(words) if denied else UpstreamUnavailable(words)) from None
