"""Airbyte: catalogs, selection and messages (docs.airbyte.com, Airbyte Protocol, read 2026-11)."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from include.core.errors import AccessDenied, ConfigError, ContractBroken, UpstreamUnavailable
from include.extract.exact_json import parse_json
from include.extract.programs.errors import MAX_SAID, build_trace_error
from include.extract.programs.mask import Mask
from include.extract.programs.run import MAX_LOG_CHARS
from include.extract.programs.stream import (
    FULL,
    INCREMENTAL,
    CatalogEntry,
    ForeignStream,
    build_stream,
)

log = logging.getLogger(__name__)

_LEVELS = {"FATAL": logging.ERROR, "ERROR": logging.ERROR, "WARN": logging.WARNING,
           "INFO": logging.INFO, "DEBUG": logging.DEBUG, "TRACE": logging.DEBUG}  # fmt: skip


class AirbyteProtocol:
    """One feed's way of talking to its source."""

    prefix = "source-"
    on_config: Callable[[Mapping[str, Any]], None] | None = None

    def __init__(self, mask: Mask) -> None:
        self._mask = mask

    def discover_arguments(self) -> list[str]:
        return ["discover", "--config", "config.json"]

    def check_arguments(self) -> list[str]:
        return ["check", "--config", "config.json"]

    def parse_catalog(self, output: bytes) -> list[dict[str, Any]]:
        """The streams of the CATALOG message; log messages on the way go to the log.

        Raises:
            ContractBroken: If there is no such message.
        """
        for message in self._messages(output):
            if message.get("type") == "CATALOG":
                streams = (message.get("catalog") or {}).get("streams")
                if isinstance(streams, list):
                    return [entry for entry in streams if isinstance(entry, dict)]
        raise ContractBroken(
            "the source's `discover` wrote no CATALOG message. Expected one with `streams`. See "
            "the task log."
        )

    def require_success(self, output: bytes) -> None:
        """What `check` answered.

        Raises:
            AccessDenied: If it says the connection does not work.
            ContractBroken: If it says nothing.
        """
        for message in self._messages(output):
            status = message.get("connectionStatus")
            if message.get("type") != "CONNECTION_STATUS" or not isinstance(status, dict):
                continue
            if status.get("status") == "SUCCEEDED":
                return
            said = self._mask.cut(str(status.get("message") or "no reason given"), MAX_SAID)
            raise AccessDenied(
                f"the source's own check failed: {said.strip().rstrip('.')}. Expected status "
                "`SUCCEEDED`. Check the feed's `config` and the connection's fields."
            )
        raise ContractBroken(
            "the source's `check` wrote no CONNECTION_STATUS. Expected one. See the task log."
        )

    def require_no_failure(self, output: bytes) -> None:
        """Raises the error the source reported, if it reported one."""
        self._messages(output)

    def native_name(self, entry: Mapping[str, Any]) -> str:
        return str(entry.get("name"))

    def describe(
        self, name: str, entry: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> ForeignStream:
        """Our stream for a catalog entry: its key, its columns, how it is read."""
        modes = entry.get("supported_sync_modes") or ["full_refresh"]
        wanted = settings.get("replication")
        cursor = [settings["cursor"]] if settings.get("cursor") else None
        cursor = cursor or entry.get("default_cursor_field") or []
        can = "incremental" in modes and (bool(cursor) or bool(entry.get("source_defined_cursor")))
        if (wanted or FULL) != FULL and not can:
            raise ConfigError(
                f"stream `{name}` cannot be read incrementally as it is set up. Expected "
                f"`replication: {FULL}`, or `cursor` in option `streams`. Correct the tenant file."
            )
        replication = wanted or (INCREMENTAL if can else FULL)
        keys = entry.get("source_defined_primary_key") or []
        schema = entry.get("json_schema") or {}
        field = str(cursor[0]) if len(cursor) == 1 and replication != FULL else None
        said = CatalogEntry(name, entry, schema, keys, replication, field)
        return build_stream(said, settings)

    def read_command(
        self, found: ForeignStream, entries: Sequence[Mapping[str, Any]], state: str | None
    ) -> tuple[list[str], dict[str, str]]:
        """Arguments and private files of a read of this stream alone."""
        files = {"catalog.json": json.dumps({"streams": [_configure(found)]}, default=str)}
        arguments = ["read", "--config", "config.json", "--catalog", "catalog.json"]
        if state is not None:
            files["state.json"] = state
            arguments += ["--state", "state.json"]
        return arguments, files

    def talk(self, found: ForeignStream, entries: Sequence[Mapping[str, Any]]) -> "AirbyteTalk":
        return AirbyteTalk(found, self._mask, self._take_control)

    def _take_control(self, message: Mapping[str, Any]) -> None:
        """A new configuration, a refresh token rotated; told at once, before any other message."""
        control = message.get("control")
        new = control.get("connectorConfig") if isinstance(control, dict) else None
        config = new.get("config") if isinstance(new, dict) else None
        if self.on_config is not None and isinstance(config, dict):
            self.on_config(config)

    def _messages(self, output: bytes) -> list[dict[str, Any]]:
        found = []
        for line in output.splitlines():
            try:
                message = parse_json(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                run_log(message, self._mask)
                if message.get("type") == "CONTROL":
                    self._take_control(message)
                failure = build_failure(message, self._mask)
                if failure is not None:
                    raise failure
                found.append(message)
        return found


class AirbyteTalk:
    """The messages of one read; see `include.extract.programs.pages.Talk`.

    Attributes:
        state: What `--state` takes to go on, as JSON text; None before the first STATE.
        failure: The first error the source reported; its exit code alone says less.
    """

    def __init__(
        self,
        found: ForeignStream,
        mask: Mask,
        take_control: Callable[[dict[str, Any]], None],
    ) -> None:
        self.state: str | None = None
        self.failure: Exception | None = None
        self.others = 0
        self._mask = mask
        self._name = found.entry.get("name")
        self._takers: dict[Any, Callable[[dict[str, Any]], None]] = {
            "STATE": self._take_state,
            "TRACE": self._take_trace,
            "LOG": lambda message: run_log(message, mask),
            "CONTROL": take_control,
        }

    def take(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The data of a RECORD message of our stream.

        Raises:
            ContractBroken: If a record is none.
        """
        if message.get("type") != "RECORD":
            taker = self._takers.get(message.get("type"))
            if taker:
                taker(message)
            return None
        record = message.get("record")
        data = record.get("data") if isinstance(record, dict) else None
        if not isinstance(record, dict) or not isinstance(data, dict):
            raise ContractBroken(
                f"a RECORD message of `{self._name}` holds no object. Expected `record.data`. "
                "See the source's documentation."
            )
        if record.get("stream") != self._name:
            self.others += 1
            return None
        return data

    def _take_state(self, message: dict[str, Any]) -> None:
        state = message.get("state") or {}
        kind = state.get("type") or "LEGACY"
        if kind == "STREAM":
            descriptor = (state.get("stream") or {}).get("stream_descriptor") or {}
            if descriptor.get("name") != self._name:
                return
            self.state = json.dumps([{"type": "STREAM", "stream": state["stream"]}], default=str)
        elif kind == "GLOBAL":
            self.state = json.dumps(
                [{"type": "GLOBAL", "global": state.get("global")}], default=str
            )
        else:
            self.state = json.dumps(state.get("data"), default=str)

    def _take_trace(self, message: dict[str, Any]) -> None:
        self.failure = self.failure or build_failure(message, self._mask)
        status = (message.get("trace") or {}).get("stream_status") or {}
        if status.get("status") == "INCOMPLETE" and self.failure is None:
            self.failure = UpstreamUnavailable(
                f"the source ended `{self._name}` as INCOMPLETE. Expected COMPLETE. See the task "
                "log; the next try goes on at the last committed state."
            )


def run_log(message: Mapping[str, Any], mask: Mask) -> None:
    """A LOG message into our log, masked."""
    said = message.get("log")
    if message.get("type") != "LOG" or not isinstance(said, dict):
        return
    text = str(said.get("message") or "")
    if said.get("stack_trace"):
        text = f"{text} {said['stack_trace']}"
    level = _LEVELS.get(str(said.get("level")), logging.INFO)
    log.log(level, "source: %s", mask.cut(text, MAX_LOG_CHARS))


def build_failure(message: Mapping[str, Any], mask: Mask) -> Exception | None:
    """The error of a TRACE message of type ERROR; None for any other message."""
    trace = message.get("trace")
    if message.get("type") != "TRACE" or not isinstance(trace, dict):
        return None
    error = trace.get("error")
    if trace.get("type") != "ERROR" or not isinstance(error, dict):
        return None
    said = mask.cut(str(error.get("message") or ""), MAX_LOG_CHARS)
    detail = mask.cut(str(error.get("internal_message") or ""), MAX_LOG_CHARS)
    if error.get("stack_trace"):
        log.error("source: %s", mask.cut(str(error["stack_trace"]), MAX_LOG_CHARS))
    return build_trace_error("source", error.get("failure_type"), said, detail)


def _configure(found: ForeignStream) -> dict[str, Any]:
    """The stream of a ConfiguredAirbyteCatalog."""
    is_full = found.is_full
    configured: dict[str, Any] = {
        "stream": dict(found.entry),
        "sync_mode": "full_refresh" if is_full else "incremental",
        "destination_sync_mode": "overwrite" if is_full else "append_dedup",
        "primary_key": [list(path) for path in found.key_paths],
        "generation_id": 0,
        "minimum_generation_id": 0,
        "sync_id": 0,
    }
    if not found.key_paths and not is_full:
        configured["destination_sync_mode"] = "append"
    if not is_full:
        default = found.entry.get("default_cursor_field") or []
        configured["cursor_field"] = [found.cursor] if found.cursor else list(default)
    return configured
