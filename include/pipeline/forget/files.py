"""Files of a tenant that hold an address or a number of a person: named, never rewritten.

They are what a customer or a vendor sent. A file without its lines is another file, which would be
read again as new; deleting it takes everybody else's rows along. So a person decides, file by file.
"""

import gzip
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from include.config.models import Feed, Tenant
from include.config.walls.own_paths import resolve_own_path
from include.core.errors import ConfigError
from include.pipeline.forget.person import Person

FILE_KINDS = ("files", "python", "sql")
CHUNK = 1 << 20
# An address or number is found across the border of two chunks.
OVERLAP = 512
# A bomb is not unpacked for ever: what is larger is named as not looked through.
MAX_BYTES = 2 << 30
_ZIPPED = frozenset({".zip", ".xlsx", ".xlsm", ".xlsb", ".ods"})


# What an erasure in the warehouse cannot reach; whoever answers the person needs to know.
NOT_LOOKED_AT = (
    "the sources themselves, names without an address or number in files, texts that spell the "
    "person in ways nobody named, backups of the warehouse, Airflow's logs"
)


@dataclass
class NamedFiles:
    """What a search of a tenant's files found.

    Attributes:
        holding: `feed: file` of those with an address or number of the person.
        unread: Places that were not looked through, with the reason.
        looked_at: How many files were.
    """

    holding: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    looked_at: int = 0


def find_named_files(tenant: Tenant, person: Person) -> NamedFiles:
    """Search every file below the folders of the tenant's feeds, archives included.

    Text in UTF-8, UTF-16 and eight-bit encodings, bare, gzipped or inside of zips and workbooks.
    """
    found = NamedFiles()
    pattern = _build_pattern(person)
    for feed in tenant.feeds:
        path = feed.options.get("path")
        if path and feed.connector.kind in FILE_KINDS:
            _search_place(feed, str(path), pattern, found)
    found.holding = sorted(set(found.holding))
    return found


def find_folders(tenant: Tenant) -> list[str]:
    """Places of files a feed has read or may read, sorted."""
    found = set()
    for feed in tenant.feeds:
        path = feed.options.get("path")
        if not path or feed.connector.kind not in ("files", "python", "sql"):
            continue
        found.add(f"{feed.name}: {path}")
        if feed.options.get("after") == "archive":
            found.add(f"{feed.name}: {path}/{feed.options.get('archive_path') or 'archive'}")
    return sorted(found)


def _search_place(feed: Feed, path: str, pattern: re.Pattern[bytes], found: NamedFiles) -> None:
    if "://" in path and not path.startswith("file://"):
        found.unread.append(f"{feed.name}: {path} (an object store)")
        return
    try:
        place = resolve_own_path(path, feed.tenant.id)
    except ConfigError:
        found.unread.append(f"{feed.name}: {path} (cannot be opened)")
        return
    for file in _walk(place):
        name = f"{feed.name}: {file.relative_to(place) if file != place else path}"
        try:
            if _holds(file, pattern):
                found.holding.append(name)
            found.looked_at += 1
        except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile):
            found.unread.append(f"{name} (cannot be read to its end)")


def _walk(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for folder, _folders, names in os.walk(place):
        for name in sorted(names):
            file = Path(folder, name)
            # Where a link leads belongs to somebody else, or is found by itself.
            if file.is_file() and not file.is_symlink():
                yield file


def _holds(file: Path, pattern: re.Pattern[bytes]) -> bool:
    suffix = file.suffix.lower()
    if suffix in _ZIPPED and zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            return any(_holds_member(packed, one, pattern) for one in packed.infolist())
    if suffix == ".gz":
        with gzip.open(file) as stream:
            return _found_in(stream, pattern)
    with file.open("rb") as stream:
        return _found_in(stream, pattern)


def _holds_member(
    packed: zipfile.ZipFile, member: zipfile.ZipInfo, pattern: re.Pattern[bytes]
) -> bool:
    with packed.open(member) as stream:
        if member.filename.lower().endswith(".gz"):
            with gzip.open(stream) as inner:
                return _found_in(inner, pattern)
        return _found_in(stream, pattern)


def _found_in(stream: IO[bytes], pattern: re.Pattern[bytes]) -> bool:
    """Whether a text in it names the person; of UTF-16 every other byte is none."""
    kept, size = b"", 0
    while data := stream.read(CHUNK):
        size += len(data)
        if size > MAX_BYTES:
            raise ValueError("too large to be looked through")
        text = kept + data.replace(b"\0", b"").lower()
        if pattern.search(text):
            return True
        kept = text[-OVERLAP:]
    return False


def _build_pattern(person: Person) -> re.Pattern[bytes]:
    return re.compile(b"|".join(one.encode() for one in _spellings(person)))


def _spellings(person: Person) -> Iterable[str]:
    """Not `joann@...` for `ann@...`; before a number may stand its country's code."""
    for email in person.emails:
        for text in (email, email.replace("@", "%40")):
            yield rf"(?<![a-z0-9._+-]){re.escape(text)}(?![a-z0-9-])"
    yield from (rf"{pattern}(?![0-9])" for pattern in person.patterns())
