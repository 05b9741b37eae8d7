"""Feeds that read the tiny tap of `tests.integration.tiny_tap`."""

import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core.errors import EltError
from include.core.streams import Page, Window
from include.extract.choose_source import build_source
from include.extract.source import ReadOptions, Source
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import TokenStore
from tests.unit.feed_maker import build_feed

SECRET = "pass-word/4711+x"


def build_program(folder: Path) -> Path:
    """The tiny tap as a program of its own."""
    path = folder / "tap-tiny"
    text = Path(__file__).with_name("tiny_tap.py").read_text()
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def build_tool_source(
    connector: str,
    folder: Path,
    config: dict[str, Any] | None = None,
    *,
    secret: str = SECRET,
    store: TokenStore | None = None,
    **options: Any,
) -> Source:
    """A source of connector `singer` or `airbyte` whose program is the tiny tap."""
    feed = build_feed(
        connector,
        executable=str(build_program(folder)),
        config=config or {},
        secrets={"password": "password"},
        **options,
    )
    return build_source(
        feed, Credentials("testco__feed", fields={"password": secret}), Stores(store)
    )


def read(source: Source, stream: str = "orders", position: str | None = None) -> list[Page]:
    return list(source.read(stream, Window(), ReadOptions(position)))


def read_until_error(source: Source, stream: str = "orders") -> tuple[list[Page], EltError]:
    """The pages before the error, and the error."""
    pages = []
    with pytest.raises(EltError) as caught:
        for page in source.read(stream, Window()):
            pages.append(page)
    return pages, caught.value


def ids(pages: list[Page]) -> list[int]:
    return [record["id"] for page in pages for record in page.records]
