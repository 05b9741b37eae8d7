"""Full reads of every demo feed, each made once and shared by all tests of a session."""

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from include.config.connector_spec import Stream
from include.config.load import load_connectors
from include.config.settings import ROOT, load_settings
from include.core import clock
from include.core.streams import Window
from include.extract.record_path import pick
from tests.connectors.connector_cases import Case, read_records
from tests.connectors.request_recorder import Sent, recording
from tests.shipped import load_demo_platform

FOLDER = load_settings().connectors_dir
ON_DISK = sorted(path.parent.name for path in FOLDER.glob("*/connector.yaml"))
CONNECTORS, PROBLEMS = load_connectors(FOLDER)
FEEDS = {f"{feed.tenant.id}-{feed.name}": feed for feed in load_demo_platform().feeds}
CASES = sorted(FEEDS)
# One feed per connector: a second one of the same proves nothing new about it.
FIRST_CASES = sorted({f.connector.connector: n for n, f in reversed(FEEDS.items())}.values())
API_CASES = [name for name in FIRST_CASES if FEEDS[name].connector.api is not None]
START = datetime(2025, 1, 1, tzinfo=UTC)
ALL_TIME = Window(START, datetime(2027, 2, 1, tzinfo=UTC))
# The made-up world ends on 1 November: soon enough for what vendors keep for some weeks only.
NOW = datetime(2026, 11, 10, tzinfo=UTC)
_PAGE_SIZE = re.compile(r"^(?!MAX_)([A-Z]+_)?PAGE(_ROWS)?$")

Records = list[dict[str, Any]]


@dataclass
class Reads:
    """What each feed's streams hold, and which requests that took."""

    cases: dict[str, Case]
    _streams: dict[str, dict[str, Stream]] = field(default_factory=dict)
    _full: dict[tuple[str, str], Records] = field(default_factory=dict)
    _sent: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)

    def streams(self, name: str) -> dict[str, Stream]:
        if name not in self._streams:
            self._streams[name] = self.cases[name].quick().discover()
        return self._streams[name]

    def full(self, name: str, stream: str) -> Records:
        """Every record of a stream, page by page; not to be changed."""
        if (name, stream) not in self._full:
            case = self.cases[name]
            with clock.frozen(NOW), recording(vendor_root(case)) as sent:
                self._full[name, stream] = read_records(
                    case.quick(**unbulked(case)), stream, ALL_TIME
                )
            self._sent[name, stream] = sent
        return self._full[name, stream]

    def requests(self, name: str, only: str | None = None) -> list[Sent]:
        """All that was sent for the full reads of a feed, or of one of its streams."""
        wanted = [only] if only else list(self.streams(name))
        for stream in wanted:
            self.full(name, stream)
        return [one for stream in wanted for one in self._sent[name, stream]]


def unbulked(case: Case) -> dict[str, str]:
    """Options that make a source read page by page where it could ask for a bulk file."""
    return {"bulk": "never"} if "bulk" in case.feed.connector.options else {}


def vendor_root(case: Case) -> str | None:
    """Address at which the sandbox serves the vendor's own root."""
    host = case.credentials.host
    base = case.feed.connector.api.base_url if case.feed.connector.api else ""
    path = "/" + base.split("://", 1)[-1].partition("/")[2]
    return host.rstrip("/").removesuffix(path.rstrip("/")) if host else None


def keys_of(records: Records, stream: Stream) -> list[tuple[Any, ...]]:
    paths = [stream.columns[name].path or name for name in stream.primary_key]
    return [tuple(pick(record, path) for path in paths) for record in records]


def declared(record: dict[str, Any], stream: Stream) -> dict[str, Any]:
    """What the loader stores of a record."""
    found = {name: pick(record, column.path or name) for name, column in stream.columns.items()}
    return found | {name: pick(record, child.path) for name, child in stream.children.items()}


@contextmanager
def small_pages(case: Case, size: int) -> Iterator[None]:
    """Pages of so many records where Python fixes how many: the connector's, or the vendor's."""
    name, sandbox = case.feed.connector.connector, ROOT / "include" / "sandbox" / "vendors"
    places = [*(FOLDER / name).glob("*.py"), *(sandbox / case.vendor).glob("*.py")]
    with pytest.MonkeyPatch.context() as patch:
        for path in sorted(places):
            dotted = path.relative_to(ROOT).with_suffix("").parts
            module = importlib.import_module(".".join(dotted))
            for constant, value in vars(module).copy().items():
                if _PAGE_SIZE.match(constant) and isinstance(value, int | str):
                    patch.setattr(module, constant, type(value)(min(size, int(value))))
        yield
