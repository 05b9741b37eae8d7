"""What becomes of files once they are loaded: archived or deleted, never before the commit.

The ledger decides, not this run's memory: what a run left behind when it was killed between commit
and move is moved by the next one. A file several streams read goes when all of them have it.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.extract.files.folder import Folder, Found
from include.extract.files.known import Known
from include.extract.stores.files import FileLedger

log = logging.getLogger(__name__)

AFTER = ("leave", "archive", "delete")


def require_known_after(feed: Feed) -> None:
    """Option `after` says something we can do.

    Raises:
        ConfigError: If not.
    """
    after = feed.options.get("after") or AFTER[0]
    if after not in AFTER:
        raise ConfigError(
            f"option `after` is `{after}`. Expected one of {', '.join(AFTER)}. Correct the tenant "
            "file."
        )


def run_dispose(
    folder: Folder, ledger: FileLedger, files: Mapping[Found, Iterable[Known]], *, is_kept: bool
) -> int:
    """Archive, or delete unless `is_kept`, every file all of its streams have loaded.

    Args:
        files: Each file with what is known about it, by the streams that read it.

    Raises:
        EltError: If a file cannot be moved; those before it are.
    """
    done = 0
    for found in sorted(files):
        now = folder.look(found.name)
        rows = [known.by_looks(now) for known in files[found]] if now is not None else []
        if not rows or not all(rows):
            # Replaced meanwhile, or another stream has yet to read it.
            continue
        if is_kept:
            hashes = [row.content_hash for row in rows if row is not None]
            folder.move(found.name, _target(folder, found.name, hashes[0]))
        else:
            folder.remove(found.name)
        ledger.put_archived(found.name)
        done += 1
        log.info("action=%s file=%s", "file_archived" if is_kept else "file_deleted", found.name)
    return done


def _target(folder: Folder, name: str, content_hash: str) -> str:
    """`<archive>/<day>/<name>`; the second of that name on one day carries its content's hash."""
    path = PurePosixPath(folder.archive, utcnow().strftime("%Y-%m-%d"), name)
    if folder.look(str(path)) is None:
        return str(path)
    stem, dot, rest = path.name.partition(".")
    twin = str(path.with_name(f"{stem}-{content_hash[:12]}{dot}{rest}"))
    if folder.look(twin) is not None:
        # The same content under the same name: a copy an interrupted move left behind.
        folder.remove(twin)
    return twin
