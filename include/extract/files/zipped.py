"""A zip with one file in it, read as that file."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from include.core.errors import ContractBroken
from include.extract.files.place import ZIP, Place, is_ignored, unreadable

# A few kilobytes of zip can hold terabytes.
MAX_UNPACKED_BYTES = 50_000_000_000


@contextmanager
def unzipped(place: Place) -> Iterator[Place]:
    """The place itself, or for a zip its only member in a private folder removed afterwards.

    Raises:
        ContractBroken: If it is no zip, needs a password, or holds no or several files.
        UpstreamUnavailable: If it cannot be read.
    """
    if place.path.suffix.lower() != ZIP:
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="elt-zip-") as folder:
        yield Place(place.name, _unpack(place, Path(folder)))


def _unpack(place: Place, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(place.path) as archive:
            member = _only_member(place, archive)
            # Only the last part of its name: `../../etc/x` must not leave the folder.
            target = folder / (PurePosixPath(member.filename.replace("\\", "/")).name or "member")
            with archive.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
            return target
    except OSError as error:
        raise unreadable(place.name, error) from None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ContractBroken(
            f"file `{place.name}` is no readable zip: {type(error).__name__}. Expected one without "
            "a password. Check that its delivery is complete."
        ) from None


def _is_extra(name: str) -> bool:
    """What packers add (`__MACOSX`, `.DS_Store`); dots that lead upwards say nothing."""
    return is_ignored("/".join(part for part in name.split("/") if part not in (".", "..")))


def _only_member(place: Place, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_extra(m.filename)]
    if len(members) != 1 or members[0].file_size > MAX_UNPACKED_BYTES:
        what = f"{len(members)} files" if len(members) != 1 else f"{members[0].file_size} bytes"
        raise ContractBroken(
            f"zip `{place.name}` holds {what}. Expected one file of at most {MAX_UNPACKED_BYTES} "
            "bytes. Deliver the files one by one."
        )
    return members[0]
