"""A tenant's file names files below the tenant's own folder, whatever links lie on the way."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.config.walls.own_paths import resolve_own_path
from include.core.errors import ConfigError, EltError, UpstreamUnavailable
from include.core.streams import Window
from include.extract.choose_source import build_source
from include.extract.files.folder import Folder, LocalFolder
from include.extract.files.open_folder import open_folder
from tests.unit.feed_maker import build_feed, build_tenant


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all tenants' files: acme's, and other's with something in it."""
    monkeypatch.delenv("ELT_FILES_SHARED")
    monkeypatch.setenv("ELT_FILES_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
    for tenant in ("acme", "other"):
        (tmp_path / "root" / tenant / "in").mkdir(parents=True)
        (tmp_path / "root" / tenant / "in" / "orders.csv").write_text("id\n1\n")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "orders.csv").write_text("id\n666\n")
    return tmp_path / "root"


def _feed(path: str, connector: Any = "files", **options: Any) -> Any:
    return replace(build_feed(connector, path=path, **options), tenant=build_tenant("acme"))


def _folder(path: str, **options: Any) -> Folder:
    return open_folder(_feed(path, **options), Credentials("acme__feed"))


@pytest.mark.parametrize("path", ["in", "in/", "./in", "file://in"])
def test_the_tenants_own_folder_is_found(path: str, root: Path) -> None:
    assert [one.name for one in _folder(path).find(["*.csv"])] == ["orders.csv"]


def test_a_path_from_the_repository_root_or_absolute_is_the_same(root: Path) -> None:
    assert resolve_own_path(str(root / "acme" / "in"), "acme") == root / "acme" / "in"


@pytest.mark.parametrize(
    "path", ["../other/in", "in/../../other/in", "{root}/other/in", "{root}/../secret", "/etc", "/",
             "in/../..", "..", "{root}", "{root}/acme/../other/in", "file://{root}/other/in"],
)  # fmt: skip
def test_a_path_outside_is_refused(path: str, root: Path) -> None:
    with pytest.raises(ConfigError, match="Expected a path below"):
        _folder(path.format(root=root))


@pytest.mark.parametrize("path", [".env", "include/tenants", "dbt", ".local"])
def test_the_repositorys_own_files_are_not_the_tenants(path: str, root: Path) -> None:
    with pytest.raises(ConfigError, match="Expected a path below"):
        _folder(path)


def test_the_other_tenants_folder_is_not_reached_by_a_link(root: Path) -> None:
    (root / "acme" / "friend").symlink_to(root / "other" / "in")
    with pytest.raises(ConfigError, match="leads outside"):
        _folder("friend")


def test_a_file_that_is_a_link_out_is_not_read(root: Path) -> None:
    (root / "acme" / "in" / "a.csv").symlink_to(root.parent / "secret" / "orders.csv")
    (root / "acme" / "in" / "sub").symlink_to(root.parent / "secret")
    assert [one.name for one in _folder("in").find(["**/*.csv"])] == ["orders.csv"]
    assert _folder("in").look("sub/orders.csv") is None


@pytest.mark.parametrize("kind", ["a link to itself", "a named pipe", "a device", "a folder"])
def test_what_is_no_file_costs_no_other_file(kind: str, root: Path) -> None:
    """A link that leads to itself ended the discovery of its whole folder."""
    path = root / "acme" / "in" / "odd.csv"
    if kind == "a named pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to(path if kind == "a link to itself" else "/dev/zero")
    assert set(build_source(_feed("in"), Credentials("acme__feed")).discover()) == {"orders"}


@pytest.mark.parametrize("step", ["move", "remove", "open"])
def test_a_link_to_itself_on_the_way_is_told(step: str, root: Path) -> None:
    folder = _folder("in")
    (root / "acme" / "in" / "archive").symlink_to("archive")
    (root / "acme" / "loop").symlink_to("loop")
    with pytest.raises(EltError):
        if step == "move":
            folder.move("orders.csv", "archive/orders.csv")
        elif step == "remove":
            folder.remove("archive/orders.csv")
        else:
            resolve_own_path("loop", "acme")
    assert (root / "acme" / "in" / "orders.csv").exists()


def test_a_file_swapped_for_a_link_after_it_was_found_is_not_read(root: Path) -> None:
    folder = _folder("in")
    (found,) = folder.find(["*.csv"])
    (root / "acme" / "in" / "orders.csv").unlink()
    (root / "acme" / "in" / "orders.csv").symlink_to(root.parent / "secret" / "orders.csv")
    with pytest.raises(UpstreamUnavailable, match="out of the folder"), folder.fetch(found):
        pass


def test_an_archive_that_is_a_link_takes_nothing_out(root: Path) -> None:
    """`after: archive` moved a file over the link into somebody else's folder."""
    (root / "acme" / "in" / "archive").symlink_to(root / "other")
    with pytest.raises(UpstreamUnavailable, match="cannot be moved away"):
        _folder("in").move("orders.csv", "archive/2026-01-01/orders.csv")
    assert (root / "acme" / "in" / "orders.csv").exists()
    assert sorted(path.name for path in (root / "other").iterdir()) == ["in"]


@pytest.mark.parametrize("archive", ["../other", "/tmp", "a/../../other", "s3://b"])
def test_an_archive_lies_below_the_folder(archive: str, root: Path) -> None:
    with pytest.raises(ConfigError, match="archive_path"):
        _folder("in", after="archive", archive_path=archive)


def test_deleting_through_a_link_deletes_the_link(root: Path) -> None:
    (root / "acme" / "in" / "gone.csv").symlink_to(root.parent / "secret" / "orders.csv")
    folder = _folder("in")
    assert isinstance(folder, LocalFolder)
    folder.remove("gone.csv")
    assert (root.parent / "secret" / "orders.csv").exists()


def test_a_sqlite_file_is_the_tenants_own_and_opens_no_other(root: Path) -> None:
    """A query `attach database` opened any file of the machine beside the feed's own."""
    for place in (root / "acme" / "books.sqlite", root.parent / "secret" / "books.sqlite"):
        with sqlite3.connect(place) as database:
            database.execute("create table t (id integer primary key)")
    good = build_source(_feed("books.sqlite", "sql"), Credentials("acme__feed"))
    assert list(good.discover()) == ["t"]
    bad = build_source(_feed(str(root.parent / "secret/books.sqlite"), "sql"), Credentials("c"))
    with pytest.raises(EltError, match="Expected a path below"):
        bad.discover()
    link = root / "acme" / "link.sqlite"
    link.symlink_to(root.parent / "secret" / "books.sqlite")
    with pytest.raises(EltError, match="leads outside"):
        build_source(_feed("link.sqlite", "sql"), Credentials("c")).discover()
    by_connection = Credentials("c", kind="sqlite", server=str(root.parent / "secret/books.sqlite"))
    with pytest.raises(EltError, match="Expected a path below"):
        build_source(_feed("", "sql"), by_connection).discover()
    query = f"attach database '{root.parent / 'secret/books.sqlite'}' as x"
    streams = {"t": {"query": query, "primary_key": ["id"], "columns": {"id": "int"}}}
    with pytest.raises(EltError):
        feed = _feed("books.sqlite", "sql", streams=streams)
        list(build_source(feed, Credentials("c")).read("t", Window()))


def test_shared_folders_are_the_operators_to_give(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_FILES_SHARED", str(root.parent / "secret"))
    assert resolve_own_path(str(root.parent / "secret"), "acme").name == "secret"
