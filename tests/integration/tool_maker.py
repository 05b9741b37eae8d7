"""Feeds that read the tiny tap of `tests.integration.tiny_tap`."""

import stat
import sys
from pathlib import Path
from typing import Any

from include.config.credentials import Credentials
from include.extract.oauth_token import TokenStore
from include.extract.source import Source, build_source
from include.extract.stores import Stores
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
