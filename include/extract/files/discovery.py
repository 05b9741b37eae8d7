"""Streams of a folder nobody described: one per file, or grouped by the feed's `streams`.

Types come from a sample of each file; over the files of a stream the wider type wins.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.config.connector_spec import Column, Stream
from include.config.explain import did_you_mean
from include.config.models import Feed
from include.core.errors import ConfigError, EltError
from include.extract.files.detected import Detected, Part, load_detected, read_detected
from include.extract.files.file_parts import build_names, find_parts, load_parts
from include.extract.files.fingerprint import build_fingerprint
from include.extract.files.folder import Folder, Found, opened, require_files
from include.extract.files.formats.detect_types import detect_json_column, detect_text_column, unite
from include.extract.files.formats.reader import (
    DEFAULT_MAX_LINE_BYTES,
    SOURCE_FILE,
    SOURCE_LINE,
    Layout,
    read_pieces,
)
from include.extract.files.known import Known
from include.extract.files.place import Place
from include.extract.stores.files import LoadedFile

log = logging.getLogger(__name__)

SAMPLE_RECORDS = 20_000
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
    """

    stream: Stream
    files: tuple[Found, ...]
    layout: Layout
    is_keyless: bool
    fingerprint: str
    detected: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    failure: EltError | None = None

    @property
    def is_whole(self) -> bool:
        """Its files say together what exists, so that they are read all or not at all."""
        return self.stream.sweep not in (None, SOURCE_FILE)

    def known(self, rows: Sequence[LoadedFile]) -> Known:
        """What the ledger's rows of this stream say."""
        return Known(rows, self.fingerprint, is_keyless=self.is_keyless, is_whole=self.is_whole)


Loaded = Mapping[str, Sequence[LoadedFile]]


def discover_streams(folder: Folder, feed: Feed, loaded: Loaded) -> dict[str, FileStream]:
    """Every stream of the folder by name, sorted; one that cannot be read says why.

    Args:
        loaded: The ledger's rows by stream: a file that looks as it did is not opened again.

    Raises:
        ConfigError: If the folder does not exist or a block of option `streams` is wrong.
    """
    found = _Discovery(folder, feed, loaded).streams()
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


def takes_away(feed: Feed) -> bool:
    """Loaded files leave the folder."""
    return feed.options.get("after") in ("archive", "delete")


class _Discovery:
    """One look at a folder whose streams the feed leaves to it."""

    def __init__(self, folder: Folder, feed: Feed, loaded: Loaded) -> None:
        self._folder, self._feed, self._loaded = folder, feed, loaded
        self._options = feed.options

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
        files = block.pop("files", f"{name}.*")
        patterns = (files,) if isinstance(files, str) else tuple(files)
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
        parts = find_parts(self._folder, rows)
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
        stream = Stream.model_validate(_key_and_columns(name, None, {}))
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
                f"option `streams.{name}` does not describe a stream: "
                f"{str(error).splitlines()[-1]}. Expected the keys of a stream in connector.yaml. "
                "Correct the tenant file."
            ) from None

    def _build_checked(
        self, name: str, files: tuple[Found, ...], block: dict[str, Any]
    ) -> FileStream:
        key = block.get("primary_key")
        layout = self._layout(block)
        fingerprint = build_fingerprint(
            self._feed, layout, key=key, day_first=bool(self._options.get("day_first"))
        )
        rows = self._loaded.get(name, ())
        known = Known(rows, fingerprint, is_keyless=not key)
        texts: dict[str, str] = {}
        for file in files:
            row = known.by_looks(file)
            texts[file.name] = (row and row.detected) or self._detect(file, layout)
        gone = [row.detected for row in rows if row.is_archived and row.detected]
        columns: dict[str, Column] = {}
        for text in (*gone, *texts.values()):
            for column, found in load_detected(text).columns.items():
                columns[column] = unite(columns[column], found) if column in columns else found
        columns |= layout.columns
        described = {key: block[key] for key in _STREAM_KEYS if key in block}
        described["files"] = [file.name for file in files]
        stream = Stream.model_validate(described | _key_and_columns(name, key, columns))
        return FileStream(stream, files, layout, not key, fingerprint, texts)

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

    def _detect(self, file: Found, layout: Layout) -> str:
        """Columns of one file, and its parts, as JSON."""
        with opened(self._folder, file, layout.member) as place:
            columns = _detect(place, layout, bool(self._options.get("day_first")))
        part = Part(layout.member, layout.sheet)
        return Detected(columns, part, load_parts(self._folder, file)).dump()


def _block_of(part: Part) -> dict[str, Any]:
    """A stream of one part, as a block of option `streams` would say it."""
    return {"member": part.member, "sheet": part.sheet}


def _key_and_columns(name: str, key: Any, columns: dict[str, Column]) -> dict[str, Any]:
    """Without a key of its own, a row is known by its file and line, and a file by its rows."""
    if key:
        key = [key] if isinstance(key, str) else list(key)
        missing = [column for column in key if column not in columns]
        if missing:
            raise ConfigError(
                f"option `streams.{name}.primary_key` names `{'`, `'.join(missing)}`, which no "
                f"file has. Columns: {', '.join(columns) or 'none'}. Correct the tenant file."
            )
        return {"primary_key": key, "columns": columns}
    place = {SOURCE_FILE: Column(type="text"), SOURCE_LINE: Column(type="bigint")}
    return {
        "primary_key": [SOURCE_FILE, SOURCE_LINE],
        "columns": columns | place,
        "sweep": SOURCE_FILE,
    }


def _detect(place: Place, layout: Layout, day_first: bool) -> dict[str, Column]:
    """Columns of one file, typed by its first records."""
    values: dict[str, list[Any]] = {}
    room, is_text = SAMPLE_RECORDS, True
    for piece in read_pieces(place, layout):
        records = piece.records
        if isinstance(records, list):
            is_text = False
            for record in records[:room]:
                for key, value in record.items():
                    values.setdefault(key, []).append(value)
        else:
            for column in records.schema.names:
                found = records.column(column).slice(0, room).to_pylist()
                values.setdefault(column, []).extend(found)
        room -= len(records)
        if room <= 0:
            break
    detect = detect_text_column if is_text else detect_json_column
    return {name: detect(sample, day_first=day_first) for name, sample in values.items()}
