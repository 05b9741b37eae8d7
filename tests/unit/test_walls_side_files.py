"""Files beside a tenant's: whatever they are, reading them ends, and costs that tenant at most."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from include.config.load import load_tenant
from include.config.tenant.categories import build_categories_path, load_categories
from include.config.tenant.registered import FEEDS, TENANTS
from include.quality.discover import load_mart_checks
from tests.shipped import load_known_connectors

TENANT = "tenant: shop\nname: Shop\nowner: ann\nfeeds: {}\n"
HEAD = "tenant: shop\nname: Shop\nowner: ann\nfeeds:\n"
OWN = "  drop: {connector: files, start_date: 2025-01-01, options: {path: in}}\n"


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    path.write_text("x")
    os.truncate(path, 100_000_000)


def _latin(path: Path) -> None:
    path.write_bytes("B\u00e4r: {}".encode("latin-1"))


KINDS: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "a device without end": _endless,
    "a link to itself": _loop,
    "a folder": Path.mkdir,
    "a hundred megabytes": _huge,
    "no UTF-8": _latin,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_categories_is_read_or_told(tmp_path: Path, kind: str) -> None:
    """A named pipe in its place held the parse of all tenants' DAGs for ever."""
    path = build_categories_path(tmp_path / "shop.yaml")
    KINDS[kind](path)
    names, problems = load_categories(tmp_path / "shop.yaml")
    assert names is None
    assert [problem.path for problem in problems] == [path]


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_is_read_or_told(tmp_path: Path, kind: str) -> None:
    KINDS[kind](tmp_path / "c.sql")
    checks, problems = load_mart_checks(tmp_path)
    assert not checks
    assert len(problems) == 1


@pytest.mark.parametrize("kind", [*KINDS, "nothing", "a list", "a scalar"])
def test_feeds_of_the_console_are_read_or_told(tmp_path: Path, kind: str) -> None:
    """A snapshot that a full disk left empty took the console's feeds away without a word."""
    registry = tmp_path / "registry"
    (registry / FEEDS).mkdir(parents=True)
    (registry / TENANTS).mkdir()
    broken = registry / FEEDS / "shop.yaml"
    texts = {"nothing": "", "a list": "[1]", "a scalar": "x"}
    broken.write_text(texts[kind]) if kind in texts else KINDS[kind](broken)
    path = tmp_path / "shop.yaml"
    path.write_text(HEAD + OWN)
    tenant, problems = load_tenant(path, load_known_connectors(), {}, registry)
    assert not problems
    assert tenant is not None
    assert [feed.name for feed in tenant.feeds] == ["drop"]
    assert [notice.path for notice in tenant.notices] == [broken]
