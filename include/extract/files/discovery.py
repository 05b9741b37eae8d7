"""Streams of a folder nobody described: one per file, or grouped by the feed's `streams`.

Types come from a sample of each file; over the files of a stream the wider type wins.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from include.config.connector_spec import Column, Stream
from include.config.explain import did_you_mean, say_faults
from include.config.models import Feed
from include.core.errors import ConfigError, ContractBroken, EltError, UpstreamError
from include.extract.files.detected import (
    Detected,
    Memory,
    Part,
    build_memory,
    read_detected,
)
from include.extract.files.file_parts import build_names, find_parts, load_parts
from include.extract.files.fingerprint import build_fingerprint
from include.extract.files.folder import Folder, Found, opened, require_files
from include.extract.files.formats.decide_types import ORDERS
from include.extract.files.formats.reader import (
    DEFAULT_MAX_LINE_BYTES,
    SOURCE_FILE,
    SOURCE_LINE,
    Layout,
)
from include.extract.files.known import Known
from include.extract.files.sampling import load_seen
from include.extract.files.stream_columns import Said, build_columns
from include.extract.stores.files import LoadedFile

log = logging.getLogger(__name__)

# Keys of a block under the feed's option `streams`: those of Stream that make sense for files.
_STREAM_KEYS = (
    *("files", "sheet", "delimiter", "encoding", "header_line", "primary_key", "columns"),
    *("cursor", "version", "sweep", "lookback_h", "freshness", "description"),
)
_BLOCK_KEYS = (*_STREAM_KEYS, "member")


@dataclass(frozen=True)
class FileStream:
    """A stream with the files it comes from.

    Attributes:
        stream: With detected columns, marked so.
        files: Those in the folder now; none when all were archived.
        layout: How to read its files; its columns are those the tenant file gave.
        is_keyless: Its key is (source_file, source_line).
        fingerprint: Of all that decides its rows.
        detected: File -> what was detected, as JSON for the ledger.
        notices: What discovery decided without proof; said by each load that reads a file.
        failure: Why it cannot be read; raised when it is, so that no other stream suffers.
        broken: Its files that cannot be read, and why; the others can.
        is_stale: Its loaded files were read in another way than is right now.
    """

    stream: Stream
    files: tuple[Found, ...]
    layout: Layout
    is_keyless: bool
    fingerprint: str
    detected: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    failure: EltError | None = None
    broken: Mapping[str, EltError] = field(default_factory=dict)
    is_stale: bool = False

    @property
    def is_whole(self) -> bool:
        """Its files say together what exists, so that they are read all or not at all."""
        return self.stream.sweep not in (None, SOURCE_FILE)

    def known(self, rows: Sequence[LoadedFile]) -> Known:
        """What the ledger's rows of this stream say; nothing when all is to be read again."""
        rows = () if self.is_stale else rows
        return Known(rows, self.fingerprint, is_keyless=self.is_keyless, is_whole=self.is_whole)


Loaded = Mapping[str, Sequence[LoadedFile]]


def discover_streams(
    folder: Folder, feed: Feed, loaded: Loaded, as_text: Mapping[str, Collection[str]]
) -> dict[str, FileStream]:
    """Every stream of the folder by name, sorted; one that cannot be read says why.

    Args:
        loaded: The ledger's rows by stream: a file that looks as it did is not opened again.
        as_text: Columns by stream that a load of this run found to be no more than text.

    Raises:
        ConfigError: If the folder does not exist or a block of option `streams` is wrong.
    """
    found = _Discovery(folder, feed, loaded, as_text).streams()
    return {name: found[name] for name in sorted(found)}


def find_files(
    folder: Folder, patterns: tuple[str, ...], feed: Feed, rows: Sequence[LoadedFile]
) -> tuple[Found, ...]:
    """A stream's files; none is right only when those that came are archived.

    Raises:
        UpstreamUnavailable: If none is there and none ever was.
    """
    if rows and takes_away(feed):
        return tuple(folder.find(patterns))
    return tuple(require_files(folder, patterns))


def build_patterns(name: str, block: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the files of a block of option `streams`."""
    files = block.get("files", f"{name}.*")
    return (files,) if isinstance(files, str) else tuple(files)


def takes_away(feed: Feed) -> bool:
    """Loaded files leave the folder."""
    return feed.options.get("after") in ("archive", "delete")


class _Discovery:
    """One look at a folder whose streams the feed leaves to it."""

    def __init__(
        self, folder: Folder, feed: Feed, loaded: Loaded, as_text: Mapping[str, Collection[str]]
    ) -> None:
        self._folder, self._feed, self._loaded = folder, feed, loaded
        self._as_text = as_text
        self._options = feed.options
        self._dates = _require_dates(feed)

    def streams(self) -> dict[str, FileStream]:
        blocks = self._options.get("streams")
        if blocks:
            return {name: self._declared(name, block) for name, block in blocks.items()}
        found = dict(self._one_per_part())
        if takes_away(self._feed):
            gone = {name: rows for name, rows in self._loaded.items() if name not in found}
            for name, rows in gone.items():
                found[name] = self._build(name, (), _block_of(read_detected(rows[-1]).part))
        return found

    def _declared(self, name: str, block: Any) -> FileStream:
        block = dict(block or {})
        for key in block:
            if key not in _BLOCK_KEYS:
                raise ConfigError(
                    f"option `streams.{name}` has the key `{key}`."
                    f"{did_you_mean(key, _BLOCK_KEYS)} Expected some of: {', '.join(_BLOCK_KEYS)}. "
                    "Correct the tenant file."
                )
        patterns = build_patterns(name, block)
        block.pop("files", None)
        rows = self._loaded.get(name, ())
        try:
            found = find_files(self._folder, patterns, self._feed, rows)
        except ConfigError:
            raise
        except EltError as failure:
            return self._failed(name, tuple(self._folder.find(patterns)), block, failure)
        return self._build(name, found, block)

    def _one_per_part(self) -> Iterator[tuple[str, FileStream]]:
        """A stream per file, and per member of a zip or sheet of a workbook that has several."""
        rows = [row for rows in self._loaded.values() for row in rows]
        parts = find_parts(self._folder, rows, list(self._options.get("ignore") or ()))
        if not takes_away(self._feed):
            present = {one.file.name for one in parts}
            rows = [row for row in rows if row.path in present]
        given = {(row.path, read_detected(row).part): row.stream for row in rows}
        for name, one in build_names(parts, given):
            block = _block_of(one.part)
            if one.failure is not None:
                yield name, self._failed(name, (one.file,), block, one.failure)
            else:
                yield name, self._build(name, (one.file,), block)

    def _failed(
        self, name: str, files: tuple[Found, ...], block: Mapping[str, Any], failure: EltError
    ) -> FileStream:
        """A stream that is there to say why it cannot be read."""
        log.warning("action=stream_unreadable stream=%s message=%s", name, failure.message)
        layout = Layout(columns={})
        stream = Stream.model_validate(_place_key({}))
        return FileStream(stream, files, layout, not block.get("primary_key"), "", failure=failure)

    def _build(self, name: str, files: tuple[Found, ...], block: dict[str, Any]) -> FileStream:
        try:
            return self._build_checked(name, files, block)
        except ConfigError:
            raise
        except EltError as failure:
            return self._failed(name, files, block, failure)
        except ValueError as error:
            raise ConfigError(
                f"option `streams.{name}` does not describe a stream: {say_faults(error, Stream)} "
                "Expected the keys of a stream in connector.yaml. Correct the tenant file."
            ) from None

    def _build_checked(
        self, name: str, files: tuple[Found, ...], block: dict[str, Any]
    ) -> FileStream:
        key, layout = block.get("primary_key"), self._layout(block)
        fingerprint = build_fingerprint(self._feed, layout, key=key, dates=self._dates)
        rows = self._loaded.get(name, ())
        memory = build_memory(map(read_detected, rows))
        known = Known(rows, fingerprint, is_keyless=not key)
        found: dict[str, Detected] = {}
        broken: dict[str, EltError] = {}
        for file in files:
            row = known.by_looks(file)
            if row is not None and row.detected:
                found[file.name] = read_detected(row)
            else:
                layout = replace(layout, known=memory.given)
                try:
                    found[file.name] = self._detect(file, layout)
                except UpstreamError as failure:
                    broken[file.name] = failure
                    continue
                memory = replace(memory, given={**found[file.name].given, **memory.given})
        if broken and (not found or block.get("sweep")):
            # Nothing is left to load, or what is left would say that the rest is gone.
            raise next(iter(broken.values()))
        gone = [read_detected(row) for row in rows if row.is_archived]
        said = Said(layout.columns, self._dates, self._as_text.get(name, ()))
        made = build_columns([*gone, *found.values()], memory, said)
        described = {part: block[part] for part in _STREAM_KEYS if part in block}
        described["files"] = [file.name for file in files]
        own = _own_key(name, key, made.columns, memory) if key else _place_key(made.columns)
        described |= own
        return FileStream(
            stream=Stream.model_validate(described),
            files=files,
            layout=replace(layout, known=memory.given),
            is_keyless=not key,
            fingerprint=fingerprint,
            detected={path: one.dump(made.columns) for path, one in found.items()},
            notices=tuple(f"stream `{name}`: {notice}" for notice in made.notices),
            broken=broken,
            is_stale=made.is_stale,
        )

    def _layout(self, block: Mapping[str, Any]) -> Layout:
        options = self._options
        declared = {k: Column.model_validate(v) for k, v in (block.get("columns") or {}).items()}
        return Layout(
            columns=declared,
            encoding=block.get("encoding") or options.get("encoding") or "auto",
            delimiter=block.get("delimiter") or options.get("delimiter"),
            sheet=block.get("sheet"),
            member=block.get("member"),
            header_line=block.get("header_line", options.get("header_line")),
            max_line_bytes=int(options.get("max_line_bytes") or DEFAULT_MAX_LINE_BYTES),
            rename=True,
        )

    def _detect(self, file: Found, layout: Layout) -> Detected:
        with opened(self._folder, file, layout.member) as place:
            seen, given = load_seen(place, layout)
        part = Part(layout.member, layout.sheet)
        return Detected(seen, given, part, load_parts(self._folder, file))


def _block_of(part: Part) -> dict[str, Any]:
    """A stream of one part, as a block of option `streams` would say it."""
    return {"member": part.member, "sheet": part.sheet}


def _require_dates(feed: Feed) -> str | None:
    said = feed.options.get("dates")
    if said not in (None, *ORDERS):
        raise ConfigError(
            f"option `dates` is `{said}`. Expected one of {', '.join(ORDERS)}, or nothing where "
            "the files prove it. Correct the tenant file."
        )
    return said


def _place_key(columns: Mapping[str, Column]) -> dict[str, Any]:
    """Without a key of its own, a row is known by its file and line, and a file by its rows."""
    place = {SOURCE_FILE: Column(type="text"), SOURCE_LINE: Column(type="bigint")}
    return {
        "primary_key": [SOURCE_FILE, SOURCE_LINE],
        "columns": {**columns, **place},
        "sweep": SOURCE_FILE,
    }


def _own_key(name: str, key: Any, columns: Mapping[str, Column], memory: Memory) -> dict[str, Any]:
    key = [key] if isinstance(key, str) else list(key)
    missing = [column for column in key if column not in columns]
    if not missing:
        return {"primary_key": key, "columns": dict(columns)}
    if columns and not memory.read_as:
        raise ConfigError(
            f"option `streams.{name}.primary_key` names `{'`, `'.join(missing)}`, which no "
            f"file has. Columns: {', '.join(columns) or 'none'}. Correct the tenant file."
        )
    raise ContractBroken(
        f"no file has the key column `{'`, `'.join(missing)}`. Columns found: "
        f"{', '.join(columns) or 'none'}. Check the files' header, or add its spelling to `header`."
    )
