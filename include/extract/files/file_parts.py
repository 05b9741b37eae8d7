"""Which parts of which files are streams of their own, where a feed leaves that to the folder.

A file is one part; a zip has one for each member, a workbook one for each sheet. What cannot be
taken apart keeps its place and its names, so that its streams fail with the reason and no other.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from include.core import naming
from include.core.errors import ConfigError, ContractBroken, EltError
from include.extract.files.detected import Part, read_detected
from include.extract.files.folder import Folder, Found, opened, packed
from include.extract.files.formats.workbooks.excel_reader import load_sheet_names
from include.extract.files.place import (
    EXCEL,
    KNOWN_SUFFIXES,
    ZIP,
    is_no_data,
    kind_of,
    matches,
    suffix_of,
)
from include.extract.files.zipped import load_members
from include.extract.stores.files import LoadedFile

log = logging.getLogger(__name__)

MAX_NAME = 50
MANY_FILES = 10


@dataclass(frozen=True)
class FilePart:
    """One part of one file in the folder.

    Attributes:
        name: What its stream would be called if no other wanted that name.
        failure: Why the file cannot be taken apart.
    """

    file: Found
    part: Part
    name: str
    failure: EltError | None = None


def find_parts(
    folder: Folder, rows: Sequence[LoadedFile], ignored: Sequence[str] = ()
) -> list[FilePart]:
    """Every part of every file in the folder, by file name; what cannot be read comes last.

    Args:
        rows: The ledger's rows: a file that looks as it did is not opened.
        ignored: Patterns of files nobody wants to hear of.
    """
    by_path: dict[str, list[LoadedFile]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    found: list[FilePart] = []
    unread: dict[str, list[Found]] = {}
    for file in folder.find(["**/*"]):
        if any(matches(file.name, pattern) for pattern in ignored):
            continue
        if suffix_of(file.name) in (*KNOWN_SUFFIXES, ZIP):
            found += _parts_of(folder, file, by_path.get(file.name, []))
        elif is_no_data(file.name, file.size):
            log.info("action=file_ignored file=%s reason=no_data", file.name)
        else:
            unread.setdefault(kind_of(file.name), []).append(file)
    return found + [_build_unread(kind, files) for kind, files in sorted(unread.items())]


def _build_unread(kind: str, files: Sequence[Found]) -> FilePart:
    """All files of a kind that nobody reads, as one stream that says so."""
    named = ", ".join(f"`{file.name}`" for file in files[:MANY_FILES])
    more = f" and {len(files) - MANY_FILES} more" if len(files) > MANY_FILES else ""
    failure = ContractBroken(
        f"{named}{more}: of a kind that is not read. Expected one of "
        f"{', '.join((*KNOWN_SUFFIXES, ZIP))}. Convert or rename what is data, and name the rest "
        "under option `ignore`, or take it out of the folder."
    )
    return FilePart(files[0], Part(), _shorten(naming.snake(f"unread {kind}")), failure)


def _shorten(name: str) -> str:
    return naming.shorten(name, name, MAX_NAME)


def load_parts(folder: Folder, file: Found) -> tuple[Part, ...]:
    """The parts of a zip or workbook as it lies there; empty for other files.

    Raises:
        EltError: If it is no readable zip or workbook.
    """
    if suffix_of(file.name) not in (*EXCEL, ZIP):
        return ()
    found: list[Part] = []
    for member in _members(folder, file):
        with opened(folder, file, member) as place:
            is_book = place.suffix in EXCEL
            sheets: Sequence[str | None] = load_sheet_names(place) if is_book else [None]
        found += [Part(member, sheet) for sheet in sheets]
    return tuple(found)


def build_names(
    parts: Sequence[FilePart], given: Mapping[tuple[str, Part], str]
) -> Iterator[tuple[str, FilePart]]:
    """A name for each part: one given once stays, two that want the same are told apart.

    Args:
        given: Names by (file, part) from earlier loads.
    """
    wanted = Counter(one.name for one in parts)
    used = set(given.values())
    for one in parts:
        name = given.get((one.file.name, one.part))
        if name is None:
            is_twin = wanted[one.name] > 1 or one.name in used
            name = _build_twin(one, used) if is_twin else one.name
            used.add(name)
        yield name, one


def _parts_of(folder: Folder, file: Found, rows: Sequence[LoadedFile]) -> list[FilePart]:
    if suffix_of(file.name) not in (*EXCEL, ZIP):
        return [FilePart(file, Part(), _stream_name(file.name))]
    same = [row for row in rows if (row.size, row.version) == (file.size, file.version)]
    try:
        known = next((found.parts for found in map(read_detected, same) if found.parts), ())
        return _named(file, known or load_parts(folder, file))
    except ConfigError:
        raise
    except EltError as failure:
        # The streams it had fail with it; a file that never was any is one of its own.
        known = read_detected(rows[-1]).parts if rows else ()
        return [
            FilePart(file, one.part, one.name, failure) for one in _named(file, known or [Part()])
        ]


def _members(folder: Folder, file: Found) -> Sequence[str | None]:
    if suffix_of(file.name) != ZIP:
        return [None]
    with packed(folder, file) as place:
        names = load_members(place)
    return names if len(names) > 1 else [None]


def _named(file: Found, parts: Iterable[Part]) -> list[FilePart]:
    parts = list(parts)
    sheets = Counter(part.member for part in parts)
    return [
        FilePart(
            file,
            part,
            _stream_name(file.name, part.member, part.sheet if sheets[part.member] > 1 else None),
        )
        for part in parts
    ]


def _stream_name(file_name: str, member: str | None = None, sheet: str | None = None) -> str:
    """`<folders>_<file>_<member>_<sheet>` in snake case, made of nothing but these words."""
    paths = [file_name, *([member.replace("\\", "/")] if member else [])]
    words = [word for path in paths for word in [*path.split("/")[:-1], _stem(path)]]
    text = " ".join([*words, *([sheet] if sheet else [])])
    name = naming.snake(text).strip("_") or "file"
    return naming.shorten(name if name[0].isalpha() else f"file_{name}", text, MAX_NAME)


def _stem(path: str) -> str:
    return path.split("/")[-1].split(".")[0]


def _build_twin(one: FilePart, used: set[str]) -> str:
    """Two files of one stem: the extension tells them apart, else a hash of the whole name."""
    whole = one.part.member or one.file.name
    name = f"{one.name}_{suffix_of(whole).lstrip('.')}"
    if len(name) <= MAX_NAME and name not in used:
        return name
    text = "\n".join([one.file.name, one.part.member or "", one.part.sheet or ""])
    return naming.distinct(one.name, text, MAX_NAME)
