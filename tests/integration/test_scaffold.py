"""Promise 8: a new connector and a new tenant are new files, and they work before they are edited.

The commands run in a copy of the folders they may write to, under git, so that an edit of any
existing file would show.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.load import load_platform
from include.config.lookup import load_one_feed
from include.config.settings import DEMO_TENANTS
from include.core.errors import AccessDenied, EltError
from include.core.streams import LoadResult, RunKind
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.contract.source_tree import ROOT
from tests.load_environment import build_environment

ITEMS = [
    {"id": f"i{n}", "name": f"Item {n}", "updated_at": "2026-05-01T00:00:00Z", "colour": "red"}
    for n in range(5)
]
CSV = "id,name,updated_at\n" + "".join(
    f"{item['id']},{item['name']},{item['updated_at']}\n" for item in ITEMS
)


@dataclass(frozen=True)
class Copy:
    """A copy of what scaffolding may touch, committed to git."""

    folder: Path

    def environment(self) -> dict[str, str]:
        return {
            "ELT_CONNECTORS_DIR": str(self.folder / "include" / "connectors"),
            "ELT_TENANTS_DIR": str(self.folder / "include" / "tenants"),
            "ELT_DBT_PROJECT_DIR": str(self.folder / "dbt"),
            "ELT_STATE_DIR": str(self.folder / "state"),
        }

    def cli(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "include.cli", *words],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, **self.environment(), "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        command = ["git", *identity, *words]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, check=True
        ).stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Three scaffolded connectors, one of each kind, and a tenant that uses them all."""
    folder = tmp_path_factory.mktemp("scaffold")
    ignored = shutil.ignore_patterns("__pycache__", "target", "logs", "dbt_packages", ".user.yml")
    for part in ("include/connectors", "dbt"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copytree(DEMO_TENANTS, folder / "include" / "tenants")
    copy = Copy(folder)
    copy.git("init", "-q")
    copy.git("add", "-A")
    copy.git("commit", "-q", "-m", "before")
    copy.cli("new-connector", "my_crm", "--concept", "customers", "--hooks")
    copy.cli("new-connector", "my_drop", "--kind", "files", "--concept", "products")
    copy.cli("new-connector", "my_api", "--kind", "python")
    copy.cli(
        "new-tenant", "newco", "--connector", "my_crm", "--connector", "my_drop",
        "--connector", "my_api",
    )  # fmt: skip
    return copy


@pytest.fixture
def inside(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """The copy's folders are the platform's."""
    for name, value in copy.environment().items():
        monkeypatch.setenv(name, value)
    return copy


def test_only_new_files_in_the_three_places(copy: Copy) -> None:
    status = copy.git("status", "--porcelain", "--untracked-files=all").splitlines()
    assert all(line.startswith("?? ") for line in status), "an existing file was edited"
    folders = {str(Path(line[3:]).parent) for line in status}
    assert folders == {
        "include/tenants",
        *(f"include/connectors/{name}" for name in ("my_crm", "my_drop", "my_api")),
        *(f"dbt/models/staging/{name}" for name in ("my_crm", "my_drop", "my_api")),
    }
    assert len(status) >= 20


def test_everything_validates_and_the_feeds_resolve(copy: Copy) -> None:
    assert copy.cli("validate").startswith("ok: ")
    feeds = {f["feed"]: f for f in json.loads(copy.cli("feeds", "--tenant", "newco", "--json"))}
    assert sorted(feeds) == ["my_api", "my_crm", "my_drop"]
    assert {tuple(feed["streams"]) for feed in feeds.values()} == {("items",)}
    assert feeds["my_crm"]["dag_id"] == "ingest__newco__my_crm"


def test_the_scaffolded_code_passes_lint(copy: Copy) -> None:
    python = [str(path) for path in copy.folder.rglob("connectors/my_*/*.py")]
    models = [str(path) for path in copy.folder.rglob("staging/my_*/*.sql")]
    assert len(python) >= 4
    assert len(models) >= 5
    tools, settings = Path(sys.executable).parent, str(ROOT / "pyproject.toml")
    for command in (
        [str(tools / "ruff"), "check", "--config", settings, *python],
        [
            str(tools / "ruff"),
            "format",
            "--check",
            "--config",
            str(ROOT / "pyproject.toml"),
            *python,
        ],
        [str(tools / "sqlfluff"), "lint", "--config", str(ROOT / ".sqlfluff"), *models],
    ):
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_staging_written_again_changes_nothing_and_keeps_edits(copy: Copy) -> None:
    again = copy.cli("new-staging", "my_crm").splitlines()
    assert again
    assert all(line.startswith("unchanged ") for line in again)
    model = copy.folder / "dbt/models/staging/my_crm/stg_my_crm__items.sql"
    before = model.read_text()
    model.write_text(before.replace("name,", "upper(name) as name,"))
    try:
        again = copy.cli("new-staging", "my_crm").splitlines()
        assert [line for line in again if line.startswith("kept ")]
        assert "upper(name)" in model.read_text()
    finally:
        model.write_text(before)


class _Api(BaseHTTPRequestHandler):
    """Two pages of items behind a bearer token, as the scaffolded connector.yaml describes."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        allowed = self.headers["Authorization"] == "Bearer secret-token"
        page = int(query.get("cursor", ["0"])[0])
        body = {"data": ITEMS[page * 3 : page * 3 + 3], "next_cursor": "1" if page == 0 else None}
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body if allowed else {"error": "who are you"}).encode())

    def log_message(self, *arguments: object) -> None:
        del arguments  # quiet


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def _load(feed_name: str, house: Warehouse, credentials: Credentials, path: Path) -> LoadResult:
    feed = load_one_feed("newco", feed_name)
    if "path" in feed.options:
        feed.options["path"] = str(path)
    done = run_stream_load(
        LoadRequest(feed, RunKind.MANUAL, ("items",)), build_environment(house, credentials)
    )
    assert isinstance(done, LoadResult)
    return done


def test_each_kind_loads_and_builds_without_an_edit(
    inside: Copy, api: str, warehouse: str, tmp_path: Path
) -> None:
    """A tiny API, a CSV and a JSON file become raw tables, then staging and conformed views."""
    house = Warehouse(warehouse, tenant_roles=False)
    (tmp_path / "items.json").write_text(json.dumps(ITEMS))
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "items.csv").write_text(CSV)
    secret = {"password": "secret-token"}
    cases = {
        "my_crm": (Credentials("newco__my_crm", api, secret), tmp_path),
        "my_drop": (Credentials("newco__my_drop"), tmp_path / "drop"),
        "my_api": (Credentials("newco__my_api"), tmp_path / "items.json"),
    }
    for name, (credentials, path) in cases.items():
        first = _load(name, house, credentials, path)
        assert (first.read, first.loaded, first.quarantined) == (5, 5, 0), name
        assert _load(name, house, credentials, path).loaded == 0, name
    with psycopg.connect(warehouse) as connection:
        raw = "select id, name, _extra->>'colour' from newco_raw_my_crm.items order by id limit 1"
        assert connection.execute(raw).fetchone() == ("i0", "Item 0", "red")
    tenant = load_platform().tenant("newco")
    select = [f"path:models/staging/{name}" for name in cases]
    done = run_dbt_build(tenant, house, select=select)
    assert (done.models, done.tests) == (5, 3)
    with psycopg.connect(warehouse) as connection:
        view = "select count(*), min(customer_id) from newco_stg.stg_my_crm__conformed_customers"
        assert connection.execute(view).fetchone() == (5, "i0")


def test_a_wrong_token_is_told_as_such(
    inside: Copy, api: str, warehouse: str, tmp_path: Path
) -> None:
    house = Warehouse(warehouse, tenant_roles=False)
    credentials = Credentials("newco__my_crm", api, {"password": "wrong-token"})
    with pytest.raises(AccessDenied) as caught:
        _load("my_crm", house, credentials, tmp_path)
    error: EltError = caught.value
    assert (error.tenant, error.feed, error.stream) == ("newco", "my_crm", "items")
    assert "wrong-token" not in str(error)
