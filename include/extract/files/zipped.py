"""Packed files: a zip's members, each read as a file of its own, and workbooks inside a gzip."""

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from include.config.walls.private_copies import PrivateFolder
from include.core.errors import ContractBroken
from include.extract.files.place import (
    EXCEL,
    GZIP,
    KNOWN_SUFFIXES,
    ZIP,
    Place,
    is_ignored,
    is_no_data,
    require_size,
    suffix_of,
    unreadable,
)

COPY_BYTES = 1 << 20


@contextmanager
def unzipped(place: Place, member: str | None = None) -> Iterator[Place]:
    """The place itself, or what is packed in it in a private folder removed afterwards.

    Args:
        member: Which file of a zip; None: the only one.

    Raises:
        ContractBroken: If it is no zip, needs a password, is too large or holds no such file.
        UpstreamUnavailable: If it cannot be read.
    """
    is_packed_book = place.path.suffix.lower() == GZIP and place.suffix in EXCEL
    if place.path.suffix.lower() != ZIP and not is_packed_book:
        yield place
        return
    with PrivateFolder() as folder:
        unpack = _unpack_gzip if is_packed_book else _unpack
        yield replace(place, path=unpack(place, folder, member))


def load_members(place: Place) -> list[str]:
    """Names of a zip's files that can be read, in its order; the only one whatever it is called.

    Raises:
        ContractBroken: If it is no zip or holds no file.
        UpstreamUnavailable: If it cannot be read.
    """
    with _archive(place) as archive:
        names = [m.filename for m in _members(archive)]
    # A zip in a zip is none that can be read; as one of several its own stream says so.
    found = _readable(names) if len(names) > 1 else names
    if not found:
        raise _wrong_members(place, len(names))
    return found


def load_strangers(place: Place) -> list[str]:
    """Names of a zip's files that are left out, since they are of no kind that is read.

    Raises:
        ContractBroken: If it is no zip.
        UpstreamUnavailable: If it cannot be read.
    """
    with _archive(place) as archive:
        found = [(m.filename, m.file_size) for m in _members(archive)]
    names = [name for name, size in found if not is_no_data(name, size)]
    readable = set(_readable(names))
    return [name for name in names if name not in readable] if len(found) > 1 else []


def _unpack(place: Place, folder: Path, name: str | None) -> Path:
    with _archive(place) as archive:
        members = [m for m in _members(archive) if name in (None, m.filename)]
        if len(members) > 1:
            readable = _readable([m.filename for m in members])
            members = [m for m in members if m.filename in readable]
        if len(members) != 1:
            raise _wrong_members(place, len(members))
        member = members[0]
        require_size(place.name, member.file_size, place.max_unpacked_bytes)
        # Only the last part of its name: `../../etc/x` must not leave the folder.
        target = folder / (PurePosixPath(member.filename.replace("\\", "/")).name or "member")
        # A member is never longer than it says: the zipfile module stops there.
        with archive.open(member) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, COPY_BYTES)
        return target


def _unpack_gzip(place: Place, folder: Path, _member: str | None) -> Path:
    target = folder / place.path.stem
    with place.open() as source, target.open("wb") as copy:
        try:
            shutil.copyfileobj(source, copy, COPY_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            raise unreadable(place.name, error) from None
    return target


@contextmanager
def _archive(place: Place) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(place.path) as archive:
            yield archive
    except OSError as error:
        raise unreadable(place.name, error) from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        is_locked = isinstance(error, RuntimeError) and "password" in str(error)
        what = "needs a password" if is_locked else f"is no readable zip: {type(error).__name__}"
        raise ContractBroken(
            f"file `{place.name}` {what}. Expected a whole zip without a password. Check that its "
            "delivery is complete."
        ) from None


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [m for m in archive.infolist() if not m.is_dir() and not _is_extra(m.filename)]


def _is_extra(name: str) -> bool:
    """What packers add (`__MACOSX`, `.DS_Store`); dots that lead upwards say nothing."""
    return is_ignored("/".join(part for part in name.split("/") if part not in (".", "..")))


def _readable(names: list[str]) -> list[str]:
    """Those of a kind that is read, or says why it is not."""
    return [name for name in names if suffix_of(name) in (*KNOWN_SUFFIXES, ZIP)]


def _wrong_members(place: Place, count: int) -> ContractBroken:
    return ContractBroken(
        f"zip `{place.name}` holds `{count}` files of a kind that can be read. Expected one, or "
        "option `streams` to name one with `member`. Correct the tenant file, or deliver the "
        "files one by one."
    )
