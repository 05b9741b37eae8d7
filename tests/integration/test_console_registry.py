"""Feeds and tenants made in the console: as good as files, versioned, and no file's master."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.cli import main
from include.config.load import load_platform
from include.config.lookup import load_one_feed
from include.orchestration.dag_files.layout import run_lay_out
from tests.integration.console_case import Console, write_world

HOOK = {"connector": "webhook", "start_date": "2026-01-01", "options": {"verify": "hmac"}}
FEEDS = "/api/v1/tenants/acme/feeds"


@pytest.fixture
def console(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "registry"))
    write_world(warehouse, tmp_path, registered=True)
    yield Console(warehouse)


def add(console: Console, feed: str = "further", **spec: Any) -> Any:
    body = {"feed": feed, "spec": {**HOOK, **spec}, "secrets": {"password": "s3cret-word"}}
    return console.ask("own", FEEDS, "POST", json=body)


def test_a_feed_made_here_is_a_feed(console: Console, tmp_path: Path) -> None:
    """Its DAG file is laid out, a task finds it, the page shows it; its secret is written only."""
    found = add(console)
    assert (found.status_code, found.headers["etag"]) == (201, '"v1"'), found.text
    assert load_one_feed("acme", "further").connector.connector == "webhook"
    assert "further" in console.ask("own", "/").text
    assert console.kept == [("acme__further", {"password": "s3cret-word"})]
    for path in (
        FEEDS,
        f"{FEEDS}/further/spec",
        f"{FEEDS}/further/versions",
        "/api/v1/tenants/acme/export",
        "/api/v1/tenants/acme/audit",
    ):
        assert "s3cret" not in console.ask("own", path).text, path
    assert "s3cret" not in (tmp_path / "registry" / "feeds" / "acme.yaml").read_text()
    loaders = run_lay_out(tmp_path, tmp_path / "dags", registry=tmp_path / "registry")
    assert sorted(loaders) == ["acme.yaml", "bazaar.yaml"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"scheduel": "daily"}, "Did you mean `schedule`?"),
        ({"connector": "webhok"}, "Did you mean `webhook`?"),
        ({"options": {"verfy": "hmac"}}, "Did you mean `verify`?"),
        ({"start_date": "soon"}, "start_date"),
        ({"schedule": "every\x00day"}, "control character"),
        ({"options": []}, "options"),
    ],
)
def test_what_is_wrong_is_said_as_for_files(console: Console, spec: Any, said: str) -> None:
    found = add(console, **spec)
    assert found.status_code == 422, found.text
    problem = found.json()["error"]
    assert said in " ".join([problem["message"], *problem["faults"]])
    assert console.query("select count(*) from elt_ops.feeds where feed = 'further'") == [(0,)]
    assert console.kept == []


def test_two_people_do_not_overwrite_each_other(console: Console) -> None:
    add(console)
    place, other = f"{FEEDS}/further", {"spec": {**HOOK, "schedule": "hourly"}}
    tag = console.ask("own", f"{place}/spec").headers["etag"]
    assert console.ask("own", place, "PUT", json=other).status_code == 428
    saved = console.ask("own", place, "PUT", json=other, headers={"If-Match": tag})
    assert (saved.status_code, saved.headers["etag"]) == (200, '"v2"')
    late = console.ask("own", place, "PUT", json=other, headers={"If-Match": tag})
    assert late.status_code == 412 and late.json()["error"]["code"] == "overtaken"
    versions = console.ask("own", f"{place}/versions").json()["items"]
    assert [one["version"] for one in versions] == [2, 1]
    assert versions[0]["diff"] == ["+ schedule: hourly"] and versions[0]["who"] == "olga"


def test_back_to_an_older_version_and_back_from_removal(console: Console) -> None:
    add(console)
    place, latest = f"{FEEDS}/further", {"If-Match": "*"}
    console.ask("own", place, "PUT", json={"spec": {**HOOK, "schedule": "hourly"}}, headers=latest)
    body = {"version": 1}
    assert console.ask("own", f"{place}/rollback", "POST", json=body).status_code == 428
    console.ask("own", f"{place}/rollback", "POST", json=body, headers=latest)
    assert console.ask("own", f"{place}/spec").json()["spec"] == HOOK
    assert console.ask("own", place, "DELETE", headers=latest).status_code == 200
    assert console.ask("own", f"{place}/spec").status_code == 404
    assert "further" not in console.ask("own", "/").text
    assert console.ask("own", f"{place}/rollback", "POST", json={"version": 2}).status_code == 200
    assert load_one_feed("acme", "further").schedule != load_one_feed("acme", "inbox").schedule


def test_files_win(console: Console, tmp_path: Path) -> None:
    """A feed of the file is not changed here; where both have one, the file's is the feed."""
    latest = {"If-Match": "*"}
    found = console.ask("own", f"{FEEDS}/hooks", "PUT", json={"spec": HOOK}, headers=latest)
    assert (found.status_code, found.json()["error"]["code"]) == (409, "file_wins")
    assert add(console, "hooks").status_code == 409
    add(console, schedule="weekly")
    path = tmp_path / "acme.yaml"
    path.write_text(
        path.read_text()
        + "  further: {connector: webhook, start_date: 2026-01-01, schedule: hourly,"
        + " options: {verify: hmac}}\n"
    )
    console.fleet.reread_tenant("acme")
    assert str(load_one_feed("acme", "further").schedule).endswith("* * * *")
    shown = console.ask("own", "/api/v1/tenants/acme/configured").json()["items"]
    origins = {one["feed"]: one["origin"] for one in shown}
    assert origins == {"further": "file", "hooks": "file", "inbox": "console", "stripe": "file"}


def test_a_feed_that_has_become_wrong_is_left_out_alone(console: Console, tmp_path: Path) -> None:
    """A connector changes under it: its tenant and its neighbours stay, and it is said why."""
    folder = tmp_path / "registry" / "feeds" / "acme.yaml"
    folder.write_text(folder.read_text() + "odd: {connector: gone, start_date: 2026-01-01}\n")
    platform = load_platform()
    acme = platform.tenant("acme")
    assert [feed.name for feed in acme.feeds] == ["hooks", "inbox", "stripe"]
    assert any("feed `odd` of the console is left out" in str(one) for one in platform.problems)
    folder.write_text("feeds: [")
    assert [feed.name for feed in load_platform().tenant("acme").feeds] == ["hooks", "stripe"]


def test_a_tenant_made_here(console: Console, tmp_path: Path) -> None:
    body = {"tenant": "corner", "spec": {"name": "Corner", "owner": "ada"}}
    assert console.ask("own", "/api/v1/tenants", "POST", json=body).status_code == 403
    assert console.ask("admin", "/api/v1/tenants", "POST", json=body).status_code == 201
    assert console.ask("admin", "/api/v1/tenants", "POST", json=body).status_code == 409
    assert load_platform().tenant("corner").feeds == ()
    loaders = run_lay_out(tmp_path, tmp_path / "dags", registry=tmp_path / "registry")
    assert "corner.yaml" in loaders
    wrong = {**body, "tenant": "odd", "spec": {"name": "Odd", "owner": "x", "timezone": "Mars"}}
    found = console.ask("admin", "/api/v1/tenants", "POST", json=wrong)
    assert found.status_code == 422 and "Europe/Berlin" in found.text
    (tmp_path / "corner.yaml").write_text(
        (tmp_path / "acme.yaml").read_text().replace("acme", "corner")
    )
    assert [f.name for f in load_platform().tenant("corner").feeds] == ["hooks", "stripe"]


def test_versions_are_never_rewritten(console: Console) -> None:
    for change in ("update elt_ops.feeds set who = 'x'", "delete from elt_ops.feeds"):
        with pytest.raises(Exception, match="append-only"):
            console.query(change)


def test_a_test_before_saving_keeps_nothing(console: Console) -> None:
    body = {"spec": HOOK, "secrets": {"password": "typed-only"}}
    found = console.ask("own", f"{FEEDS}/tried/test", "POST", json=body)
    assert found.status_code == 200, found.text
    assert found.json()["items"][0]["what"] == "credentials"
    assert console.kept == [] and "typed-only" not in found.text
    assert console.query("select count(*) from elt_ops.feeds where feed = 'tried'") == [(0,)]
    unknown = {**body, "secrets": {"evil": "x"}}
    assert console.ask("own", f"{FEEDS}/tried/test", "POST", json=unknown).status_code == 422


def test_out_as_files_and_back(
    console: Console, warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`elt feeds export|import`: what comes back is what went, and nothing is a version twice."""
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    add(console, schedule="hourly", sweep_schedule=None)
    assert main(["feeds", "export", "--to", str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "acme.yaml").read_text()
    assert yaml.safe_load(text)["feeds"]["further"]["schedule"] == "hourly"
    assert main(["feeds", "import", str(tmp_path / "out" / "acme.yaml")]) == 0
    count = "select count(*) from elt_ops.feeds where feed = 'further'"
    assert console.query(count) == [(1,)]
    other = tmp_path / "out" / "corner.yaml"
    other.write_text("tenant: corner\nname: Corner\nowner: me\n" + text)
    assert main(["feeds", "import", str(other), "--why", "moved"]) == 0
    assert [f.name for f in load_platform().tenant("corner").feeds] == ["further", "inbox"]
    other.write_text(other.read_text().replace("hourly", "hurly"))
    assert main(["feeds", "import", str(other)]) == 2
    # A feed of the tenant's file is not taken in beside it: it could never be the one that counts.
    taken = tmp_path / "out" / "acme.yaml"
    taken.write_text("tenant: acme\n" + text.replace("further:", "hooks:"))
    assert main(["feeds", "import", str(taken)]) == 2
    (tmp_path / "registry" / "feeds" / "corner.yaml").unlink()
    assert main(["feeds", "sync"]) == 0
    assert [f.name for f in load_platform().tenant("corner").feeds] == ["further", "inbox"]
