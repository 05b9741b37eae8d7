"""Streams of a folder nobody described: one per file, or grouped by the feed's `streams`.

Types come from a sample of each file; over the files of a stream the wider type wins.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.config.connector_spec import Column, Stream
from include.config.explain import did_you_mean
from include.core import naming
from include.core.errors import ConfigError, EltError
from include.extract.detect_types import detect_json_column, detect_text_column, unite
from include.extract.excel_reader import load_sheet_names
from include.extract.file_batches import (
    DEFAULT_MAX_LINE_BYTES,
    SOURCE_FILE,
    SOURCE_LINE,
    Layout,
    read_pieces,
)
from include.extract.file_places import (
    DELIMITED,
    EXCEL,
    JSON_LINES,
    Place,
    match_files,
    require_files,
)

log = logging.getLogger(__name__)

SAMPLE_RECORDS = 20_000
# Keys of a block under the feed's option `streams`: those of Stream that make sense for files.
_BLOCK_KEYS = (
    *("files", "sheet", "delimiter", "encoding", "primary_key", "columns", "cursor", "version"),
    *("sweep", "lookback_h", "freshness", "description"),
)


@dataclass(frozen=True)
class FileStream:
    """A stream with the files it comes from.

    Attributes:
        stream: With detected columns, marked so.
        layout: How to read its files; its columns are those the tenant file gave.
        is_keyless: Its key is (source_file, source_line).
    """

    stream: Stream
    places: tuple[Place, ...]
    layout: Layout
    is_keyless: bool


def discover_streams(folder: Path, options: Mapping[str, Any]) -> dict[str, FileStream]:
    """Every stream of the folder by name, sorted.

    Raises:
        ConfigError: If a block of option `streams` is wrong.
        UpstreamUnavailable: If a file cannot be read, or none matches a block.
    """
    blocks = options.get("streams")
    if blocks:
        found = {name: _declared(folder, name, block, options) for name, block in blocks.items()}
    else:
        found = dict(_one_per_file(folder, options))
    return {name: found[name] for name in sorted(found)}


def _declared(folder: Path, name: str, block: Any, options: Mapping[str, Any]) -> FileStream:
    block = dict(block or {})
    for key in block:
        if key not in _BLOCK_KEYS:
            raise ConfigError(
                f"option `streams.{name}` has the key `{key}`.{did_you_mean(key, _BLOCK_KEYS)} "
                f"Expected some of: {', '.join(_BLOCK_KEYS)}. Correct the tenant file."
            )
    files = block.pop("files", f"{name}.*")
    patterns = (files,) if isinstance(files, str) else tuple(files)
    places = tuple(require_files(folder, patterns))
    return _build(name, places, block, options)


def _one_per_file(folder: Path, options: Mapping[str, Any]) -> Iterator[tuple[str, FileStream]]:
    """A stream per file, and per sheet where a workbook has several."""
    found: list[tuple[str, Place, str | None]] = []
    for place in match_files(folder, ["**/*"]):
        if place.suffix in EXCEL:
            sheets = load_sheet_names(place)
            for sheet in sheets:
                name = _stream_name(place, sheet if len(sheets) > 1 else None)
                found.append((name, place, sheet))
        elif place.suffix in DELIMITED + JSON_LINES:
            found.append((_stream_name(place, None), place, None))
        else:
            log.info("action=file_ignored file=%s reason=unknown_extension", place.name)
    twice = {name for name, count in Counter(n for n, _, _ in found).items() if count > 1}
    for name, place, page in found:
        # Two files of one stem: the extension tells them apart, stably whatever else arrives.
        unique = f"{name}_{place.suffix[1:]}" if name in twice else name
        yield unique, _build(unique, (place,), {"sheet": page}, options)


def _stream_name(place: Place, sheet: str | None) -> str:
    *folders, file = place.name.split("/")
    stem = " ".join([*folders, file.split(".")[0]])
    name = naming.snake(f"{stem} {sheet}" if sheet else stem).strip("_") or "file"
    name = name if name[0].isalpha() else f"file_{name}"
    return name[:50].rstrip("_")


def _build(
    name: str, places: tuple[Place, ...], block: dict[str, Any], options: Mapping[str, Any]
) -> FileStream:
    day_first = bool(options.get("day_first"))
    try:
        declared = {k: Column.model_validate(v) for k, v in (block.get("columns") or {}).items()}
        layout = Layout(
            columns=declared,
            encoding=block.get("encoding") or options.get("encoding") or "auto",
            delimiter=block.get("delimiter") or options.get("delimiter"),
            sheet=block.get("sheet"),
            max_line_bytes=int(options.get("max_line_bytes") or DEFAULT_MAX_LINE_BYTES),
            rename=True,
        )
        columns: dict[str, Column] = {}
        for place in places:
            for column, found in _detect(place, layout, day_first).items():
                columns[column] = unite(columns[column], found) if column in columns else found
        columns |= declared
        key = block.get("primary_key")
        stream = Stream.model_validate(
            {**block, "files": [p.name for p in places], **_key_and_columns(name, key, columns)}
        )
    except ValueError as error:
        if isinstance(error, EltError):
            raise
        raise ConfigError(
            f"option `streams.{name}` does not describe a stream: {str(error).splitlines()[-1]}. "
            "Expected the keys of a stream in connector.yaml. Correct the tenant file."
        ) from None
    return FileStream(stream, places, layout, is_keyless=not key)


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
