"""Singer: catalogs, selection and messages (https://hub.meltano.com/singer/spec, read 2026-11).

Taps disagree in details; each choice here names the ones it is for.
"""

import copy
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from include.core.errors import ConfigError, ContractBroken
from include.extract.exact_json import parse_json
from include.extract.programs.stream import (
    FULL,
    INCREMENTAL,
    LOG,
    CatalogEntry,
    ForeignStream,
    build_stream,
)

log = logging.getLogger(__name__)

METHODS = {"FULL_TABLE": FULL, "INCREMENTAL": INCREMENTAL, "LOG_BASED": LOG}
_METHOD_OF = {ours: theirs for theirs, ours in METHODS.items()}


class SingerProtocol:
    """One feed's way of talking to its tap."""

    prefix = "tap-"
    # Taps say nothing of a changed configuration, they rewrite the file.
    on_config: Callable[[Mapping[str, Any]], None] | None = None

    def __init__(self, catalog_flag: str) -> None:
        self._catalog_flag = catalog_flag

    def discover_arguments(self) -> list[str]:
        return ["--config", "config.json", "--discover"]

    def check_arguments(self) -> list[str]:
        """Singer has no check; discovery asks the source as well as anything."""
        return self.discover_arguments()

    def require_success(self, output: bytes) -> None:
        """Discovery answered: raises as `parse_catalog` does."""
        self.parse_catalog(output)

    def require_no_failure(self, output: bytes) -> None:
        """A tap reports nothing but its exit code and standard error."""

    def parse_catalog(self, output: bytes) -> list[dict[str, Any]]:
        """Catalog entries; lines printed before the catalog are skipped.

        Raises:
            ContractBroken: If there is no catalog in it.
        """
        for start in _starts(output):
            try:
                found = parse_json(output[start:])
            except ValueError:
                continue
            if isinstance(found, dict) and isinstance(found.get("streams"), list):
                return [entry for entry in found["streams"] if isinstance(entry, dict)]
        raise ContractBroken(
            "the tap's discovery wrote no catalog. Expected a JSON object with `streams`. See the "
            "task log; a tap without discovery needs option `discover: false`."
        )

    def native_name(self, entry: Mapping[str, Any]) -> str:
        return str(entry.get("tap_stream_id") or entry.get("stream"))

    def describe(
        self, name: str, entry: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> ForeignStream:
        """Our stream for a catalog entry: its key, its columns, how it is read."""
        top = _metadata(entry).get((), {})
        keys = (
            top.get("table-key-properties")
            or entry.get("key_properties")
            or top.get("view-key-properties")
            or []
        )
        replication, cursor = _replication(name, entry, top, settings)
        paths = [[str(key)] for key in keys]
        schema = entry.get("schema") or {}
        said = CatalogEntry(name, entry, schema, paths, replication, cursor)
        return build_stream(said, settings)

    def read_command(
        self, found: ForeignStream, entries: Sequence[Mapping[str, Any]], state: str | None
    ) -> tuple[list[str], dict[str, str]]:
        """Arguments and private files of a read of this stream alone."""
        arguments, files = ["--config", "config.json"], {}
        if entries:
            selected = [_select(entry, found) for entry in entries]
            files["catalog.json"] = json.dumps({"streams": selected}, default=str)
            arguments += [self._catalog_flag, "catalog.json"]
        if state is not None:
            files["state.json"] = state
            arguments += ["--state", "state.json"]
        return arguments, files

    def talk(self, found: ForeignStream, entries: Sequence[Mapping[str, Any]]) -> "SingerTalk":
        return SingerTalk(found, entries)


class SingerTalk:
    """The messages of one read; see `include.extract.programs.pages.Talk`.

    Attributes:
        state: The newest STATE value as JSON text.
        others: Records of other streams that came along (parents that are always written).
    """

    failure: Exception | None = None

    def __init__(self, found: ForeignStream, entries: Sequence[Mapping[str, Any]]) -> None:
        self.state: str | None = None
        self.others = 0
        self._found = found
        ours = found.entry
        self._names = {ours.get("stream"), ours.get("tap_stream_id"), found.name} - {None}
        others = {e.get(w) for e in entries if e is not ours for w in ("stream", "tap_stream_id")}
        self._others = others - self._names

    def take(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The record of a RECORD message of our stream.

        Raises:
            ContractBroken: If a record is none, or the key changed while reading.
        """
        kind = message.get("type")
        if kind == "RECORD":
            stream, record = message.get("stream"), message.get("record")
            # A name nobody has in the catalog is ours under an alias: only ours is selected.
            if stream not in self._names and stream in self._others:
                self.others += 1
                return None
            if not isinstance(record, dict):
                raise ContractBroken(
                    f"a RECORD message of `{stream}` holds no object. Expected `record`. "
                    "See the tap's documentation."
                )
            return record
        if kind == "STATE":
            self.state = json.dumps(message.get("value"), default=str)
        elif kind == "SCHEMA":
            self._take_schema(message)
        elif kind == "ACTIVATE_VERSION" and not self._found.is_full:
            log.warning(
                "table version is not followed stream=%s reason=%s",
                self._found.name,
                "only a full read tells what was deleted",
            )
        elif kind == "BATCH":
            raise ContractBroken(
                "the tap writes BATCH messages. Expected records. Leave `batch_config` out of "
                "the feed's `config`."
            )
        return None

    def _take_schema(self, message: dict[str, Any]) -> None:
        if message.get("stream") not in self._names or not self._found.key_paths:
            return
        keys = message.get("key_properties")
        known = [path[0] for path in self._found.key_paths]
        if keys and not self._found.settings.get("primary_key") and sorted(keys) != sorted(known):
            raise ContractBroken(
                f"the key of `{self._found.name}` is now `{', '.join(keys)}`. Expected "
                f"`{', '.join(known)}`, as discovered. Set `primary_key` in option `streams`."
            )


def _starts(output: bytes) -> Iterator[int]:
    """Places where a catalog may begin: an opening brace at the beginning of a line."""
    if output.startswith(b"{"):
        yield 0
    start = output.find(b"\n{")
    while start >= 0:
        yield start + 1
        start = output.find(b"\n{", start + 1)


def _metadata(entry: Mapping[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {
        tuple(item.get("breadcrumb") or ()): item.get("metadata") or {}
        for item in entry.get("metadata") or ()
    }


def _replication(
    name: str, entry: Mapping[str, Any], top: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[str, str | None]:
    """How the stream is read: as the feed says, else as the tap forces, suggests or allows."""
    forced = top.get("forced-replication-method")
    forced = forced.get("replication-method") if isinstance(forced, Mapping) else forced
    named = forced or top.get("replication-method") or entry.get("replication_method")
    valid = top.get("valid-replication-keys") or []
    valid = [valid] if isinstance(valid, str) else valid
    key = settings.get("cursor") or top.get("replication-key") or entry.get("replication_key")
    if key is None and valid:
        key = valid[0] if named == "INCREMENTAL" or len(valid) == 1 else None
    method = settings.get("replication") or METHODS.get(str(named).upper())
    if settings.get("cursor") and "replication" not in settings:
        method = INCREMENTAL
    if method is None:
        method = INCREMENTAL if key else FULL
    if method == INCREMENTAL and key is None and named != "INCREMENTAL":
        raise ConfigError(
            f"stream `{name}` has no field to be read by incrementally. Expected `cursor` in "
            f"option `streams`. Add it, or set `replication: {FULL}`."
        )
    return method, None if method == FULL else key


def _select(entry: Mapping[str, Any], found: ForeignStream) -> dict[str, Any]:
    """The entry as the tap wants it back: this stream selected, any other not."""
    chosen = copy.deepcopy(dict(entry))
    is_ours = entry is found.entry
    known = _metadata(chosen)
    top = known.setdefault((), {})
    top["selected"] = is_ours
    properties = (chosen.get("schema") or {}).get("properties") or {}
    if is_ours:
        top["replication-method"] = chosen["replication_method"] = _METHOD_OF[found.replication]
        if found.cursor and found.replication == INCREMENTAL:
            top["replication-key"] = chosen["replication_key"] = found.cursor
        wanted = set(found.settings.get("fields") or properties)
        wanted |= {path[0] for path in found.key_paths} | {found.cursor}
        for field in properties:
            spot = known.setdefault(("properties", field), {})
            spot["selected"] = field in wanted and spot.get("inclusion") != "unsupported"
    # Taps from before metadata look here.
    if isinstance(chosen.get("schema"), dict):
        chosen["schema"]["selected"] = is_ours
    chosen["metadata"] = [{"breadcrumb": list(k), "metadata": v} for k, v in known.items()]
    return chosen
