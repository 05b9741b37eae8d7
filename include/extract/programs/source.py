"""A feed read by a foreign program: Singer taps and Airbyte sources alike.

Data flow: environment (made once) -> catalog (kept for an hour) -> one run of the program with one
stream selected -> pages. Its state is the pages' position, and comes back as the next read's.
"""

import contextlib
import hashlib
import json
import logging
import shutil
import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.config.settings import ROOT
from include.config.walls.allowed_programs import require_allowed_program
from include.core.errors import ConfigError
from include.core.streams import Page, Window
from include.extract.programs.config import ConfigKeeper, build_config, find_secrets
from include.extract.programs.environment import (
    Tool,
    find_program,
    hold_lock,
    run_install,
    tools_folder,
)
from include.extract.programs.errors import build_exit_error
from include.extract.programs.mask import Mask
from include.extract.programs.pages import PageBuilder, Talk
from include.extract.programs.run import RunRules, ToolRun
from include.extract.programs.stream import (
    FULL,
    INCREMENTAL,
    ForeignStream,
    check_settings,
    name_streams,
    pick_streams,
)
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.extract.stores.source_stores import NO_STORES, Stores
from include.extract.stores.tokens import MemoryTokenStore

log = logging.getLogger(__name__)

MAX_CATALOG_BYTES = 512_000_000
Entries = Sequence[Mapping[str, Any]]


class ReadTalk(Talk, Protocol):
    """A read's messages, and what they said of its end."""

    failure: Exception | None
    others: int


class ToolProtocol(Protocol):
    """What the two protocols differ in."""

    prefix: str
    on_config: Callable[[Mapping[str, Any]], None] | None

    def discover_arguments(self) -> list[str]: ...
    def check_arguments(self) -> list[str]: ...
    def require_success(self, output: bytes) -> None: ...
    def require_no_failure(self, output: bytes) -> None: ...
    def parse_catalog(self, output: bytes) -> list[dict[str, Any]]: ...
    def native_name(self, entry: Mapping[str, Any]) -> str: ...
    def describe(
        self, name: str, entry: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> ForeignStream: ...
    def read_command(
        self, found: ForeignStream, entries: Entries, state: str | None
    ) -> tuple[list[str], dict[str, str]]: ...
    def talk(self, found: ForeignStream, entries: Entries) -> ReadTalk: ...


def build_mask(credentials: Credentials, config: Mapping[str, Any]) -> Mask:
    """Hides every field of the connection, and what in the config looks like a secret."""
    return Mask([*credentials.fields.values(), *find_secrets(config)])


class ForeignSource(SourceBase):
    """The reader of one feed; a subclass says which protocol its program speaks."""

    takes_positions = True

    def __init__(self, feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> None:
        super().__init__(feed, credentials, stores)
        self._options = feed.options
        self._config = build_config(feed, credentials)
        self._mask = build_mask(credentials, self._config)
        self._protocol = self._build_protocol(self._mask)
        self._reading: Generator[Page, None, None] | None = None
        self._keeper: ConfigKeeper | None = None
        if feed.options["keeps_config"]:
            store = stores.token_store or MemoryTokenStore()
            self._keeper = ConfigKeeper(self._config, feed.options["secrets"] or {}, store)
            self._protocol.on_config = self._run_keep
        self._entries: list[dict[str, Any]] | None = None
        self._found: dict[str, ForeignStream] | None = None

    @abstractmethod
    def _build_protocol(self, mask: Mask) -> ToolProtocol:
        """What the program speaks."""

    def check(self) -> None:
        """Ask the program itself where the protocol has a word for it, else discover anew."""
        if self._options.get("discover") is False:
            self._program()
            return
        self._protocol.require_success(self._run_collect(self._protocol.check_arguments()))

    def discover(self) -> dict[str, Stream]:
        """The declared streams of the catalog, or all of them."""
        return {name: found.stream for name, found in self._streams().items()}

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of one stream; the window plays no part, the program's state does.

        Raises:
            ConfigError: If the stream does not exist or the program refuses its configuration.
            UpstreamError: As the program reported, or by how it ended.
        """
        if self._reading is not None:
            # The load it fed has failed, and that failure's traceback keeps it open.
            self._reading.close()
        self._reading = self._read(stream, options.position)
        yield from self._reading

    def _read(self, stream: str, position: str | None) -> Generator[Page, None, None]:
        found = self._streams().get(stream)
        if found is None:
            raise ConfigError(
                f"no stream `{stream}`. Streams found: {', '.join(self._streams())}. Correct "
                "option `streams`."
            )
        entries = self._entries or []
        state = None if found.is_full else position
        arguments, files = self._protocol.read_command(found, entries, state)
        talk = self._protocol.talk(found, entries)
        talk.state = state
        builder = PageBuilder(found, talk, self._mask)
        with self._running(arguments, files) as run:
            for page in builder.pages(run.lines(), self._options["max_line_bytes"]):
                self._run_look(run)
                yield page
            self._run_look(run)
            failure = _find_failure(run, talk)
            yield from builder.last(is_good=failure is None)
            if failure is not None:
                raise failure
        if talk.others:
            log.info("records of other streams left out stream=%s count=%s", stream, talk.others)

    def _streams(self) -> dict[str, ForeignStream]:
        if self._found is None:
            self._found = self._discover()
        return self._found

    def _discover(self) -> dict[str, ForeignStream]:
        declared = self._options.get("streams") or {}
        if self._options.get("discover") is False:
            return self._declared()
        settings = check_settings(declared)
        self._entries = self._load_entries()
        by_native = {self._protocol.native_name(entry): entry for entry in self._entries}
        picked = pick_streams(name_streams(list(by_native)), settings)
        return {
            name: self._protocol.describe(name, by_native[native], settings.get(name, {}))
            for name, native in picked.items()
        }

    def _declared(self) -> dict[str, ForeignStream]:
        """Streams of a program that cannot be asked: the tenant file says what they are."""
        if not self._feed.streams:
            raise ConfigError(
                "option `discover` is false and `streams` declares none in full. Expected "
                "`primary_key` and `columns` for each stream. Complete option `streams`."
            )
        return {
            name: ForeignStream(
                name=name,
                entry={"stream": name, "name": name},
                stream=stream,
                replication=FULL if stream.sweep == "all" else INCREMENTAL,
                key_paths=_key_paths(stream),
                settings={"primary_key": stream.primary_key},
            )
            for name, stream in self._feed.streams.items()
        }

    def _load_entries(self) -> list[dict[str, Any]]:
        """The catalog, kept beside the environment for a while: all tasks of a run share it."""
        folder = tools_folder() / "catalogs"
        said = [self._feed.tenant.id, self._feed.name, self._options]
        name = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
        kept = folder / f"{name[:32]}.json"
        with hold_lock(kept.with_suffix(".lock")):
            kept_s = 60 * self._options["catalog_minutes"]
            if kept.is_file() and time.time() - kept.stat().st_mtime < kept_s:
                entries: list[dict[str, Any]] = json.loads(kept.read_text())
                return entries
            output = self._run_collect(self._protocol.discover_arguments())
            entries = self._protocol.parse_catalog(output)
            log.info("catalog discovered feed=%s streams=%s", self._feed.name, len(entries))
            partial = kept.with_suffix(".part")
            partial.write_text(json.dumps(entries, default=str))
            partial.replace(kept)
        return entries

    def _run_collect(self, arguments: list[str]) -> bytes:
        """All a short run wrote.

        Raises:
            UpstreamError: As the program reported, or by how it ended.
        """
        output = bytearray()
        with self._running(arguments, {}) as run:
            for line in run.lines():
                output += line.text + b"\n"
                if len(output) > MAX_CATALOG_BYTES:
                    raise ConfigError(
                        f"`{run.name}` wrote more than `{MAX_CATALOG_BYTES}` bytes as a catalog. "
                        "Expected a list of streams. Narrow the feed's `config`."
                    )
            self._run_look(run)
            code = run.finish()
            if code:
                # What Airbyte sources report comes as messages; they say more than the code.
                self._protocol.require_no_failure(bytes(output))
                raise build_exit_error(run.name, code, list(run.tail))
        return bytes(output)

    @contextlib.contextmanager
    def _running(self, arguments: list[str], files: Mapping[str, str]) -> Iterator[ToolRun]:
        """A run; runs that may rotate a secret take turns on this machine."""
        if self._keeper is None:
            with self._start(arguments, files) as run:
                yield run
            return
        name = f"{self._feed.tenant.id}.{self._feed.name}.lock"
        with hold_lock(tools_folder() / "turns" / name):
            self._config = self._keeper.load()
            self._mask.add(find_secrets(self._config))
            with self._start(arguments, files) as run:
                try:
                    yield run
                finally:
                    self._run_look(run)

    def _run_look(self, run: ToolRun) -> None:
        """Keep what the program has changed in its config file so far."""
        if self._keeper is None:
            return
        with contextlib.suppress(OSError, ValueError):
            new = json.loads((run.folder / "config.json").read_text())
            if isinstance(new, dict) and new != self._config:
                self._run_keep(new)

    def _run_keep(self, new: Mapping[str, Any]) -> None:
        if self._keeper is not None:
            self._mask.add(find_secrets(new))
            self._keeper.run_note(new)

    def _start(self, arguments: list[str], files: Mapping[str, str]) -> ToolRun:
        program = self._program()
        further = [str(word) for word in self._options.get("arguments") or ()]
        environment = {str(k): str(v) for k, v in (self._options.get("environment") or {}).items()}
        return ToolRun(
            [str(program), *arguments, *further],
            runs=tools_folder() / "runs",
            mask=self._mask,
            files={"config.json": json.dumps(self._config, default=str), **files},
            environment=environment,
            rules=RunRules(
                linger=self._keeper is not None,
                silence_s=self._options["silence_s"],
                max_line_bytes=self._options["max_line_bytes"],
            ),
        )

    def _program(self) -> Path:
        require_allowed_program(self._options)
        package, name = self._options.get("package"), self._options.get("executable")
        if package:
            further = tuple(str(word) for word in self._options.get("with") or ())
            tool = Tool((package, *further), self._options.get("python"))
            return find_program(tool, run_install(tool), name, self._protocol.prefix)
        if not name:
            raise ConfigError(
                "the feed names no program. Expected option `package` (a pip requirement) or "
                "`executable` (a path). Add one to the tenant file."
            )
        path = Path(name) if Path(name).is_absolute() else ROOT / name
        found = path if path.is_file() else shutil.which(name)
        if not found:
            raise ConfigError(
                f"there is no program `{name}` on this worker. Expected a path from the "
                "repository root, or a name on PATH. Correct option `executable`."
            )
        return Path(found)


def _key_paths(stream: Stream) -> tuple[tuple[str, ...], ...]:
    paths = [stream.columns[key].path or key for key in stream.primary_key]
    return tuple(tuple(path.split(".")) for path in paths)


def _find_failure(run: ToolRun, talk: ReadTalk) -> Exception | None:
    """What the program reported of itself, else what its exit code says."""
    code = run.finish()
    return talk.failure or (build_exit_error(run.name, code, list(run.tail)) if code else None)
