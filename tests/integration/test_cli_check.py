"""`check`: each failure says what to grant or change, and nothing is written."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import psycopg
import pytest

from include import cli
from include.pipeline.ready.network_check import build_clock_step, check_address, check_clock
from tests.integration.cli_case import point_cli_at
from tests.unit.fake_api import FakeApi, Reply, Seen

CONNECTOR = """
connector: till
title: Till
kind: rest
secrets: {token: API token}
api:
  base_url: https://till.example
  auth: {kind: bearer, secret: token}
  records_path: data
  paginator: {kind: single}
streams:
  sales: {path: /sales, primary_key: [id], columns: {id: int}}
  refunds: {path: /refunds, primary_key: [id], columns: {id: int}}
  lines:
    path: /sales/{id}/lines
    parent: {stream: sales}
    primary_key: [id]
    columns: {id: int}
"""
TENANT = """
tenant: checks
name: Checks
owner: tests
feeds:
  till: {schedule: daily, start_date: 2026-01-01}
  other: {connector: till, schedule: daily, start_date: 2026-01-01}
  drop: {connector: files, schedule: daily, start_date: 2026-01-01, options: {path: FOLDER}}
"""
SECRET = "sk_canary_5f0c"


class Till:
    """A source that refuses what it is told to."""

    def __init__(self) -> None:
        self.refused: dict[str, int] = {}

    def answer(self, seen: Seen) -> Reply:
        if seen.headers.get("Authorization") != f"Bearer {SECRET}":
            return Reply({"error": "who are you"}, 401)
        status = self.refused.get(seen.path)
        return Reply({"error": "no"}, status) if status else Reply({"data": [{"id": 1}]})


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def api(
    till: Till, tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeApi]:
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR)
    files = Path(cli.__file__).parent / "connectors" / "files"
    (tmp_path / "files").symlink_to(files)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.csv").write_text("id\n1\n")
    (tmp_path / "checks.yaml").write_text(TENANT.replace("FOLDER", str(folder)))
    point_cli_at(tmp_path, warehouse, monkeypatch)
    with FakeApi(till.answer) as server:
        for feed in ("TILL", "OTHER"):
            _connect(monkeypatch, server.url, feed=feed)
        yield server


def _connect(patch: pytest.MonkeyPatch, host: str, token: str = SECRET, feed: str = "TILL") -> None:
    value = json.dumps({"host": host, "extra": {"token": token}})
    patch.setenv(f"AIRFLOW_CONN_CHECKS__{feed}", value)


def _check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict]]:
    code = cli.main(["check", "--tenant", "checks", "--json", *words])
    shown = capsys.readouterr()
    assert SECRET not in shown.out + shown.err
    return code, json.loads(shown.out)


def _bad(steps: list[dict]) -> list[tuple]:
    return [(s["feed"], s["check"], s["stream"]) for s in steps if s["state"] == "failed"]


def test_all_is_well(api: FakeApi, warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, steps = _check(capsys)
    assert (code, _bad(steps)) == (0, [])
    till = [(s["check"], s["stream"]) for s in steps if s["feed"] == "till"]
    assert till == [
        *[(what, None) for what in ("credentials", "dns", "tcp", "http", "clock", "auth")],
        *[("scope", stream) for stream in ("lines", "refunds", "sales")],
    ]
    assert [s["check"] for s in steps if s["feed"] is None] == ["warehouse", "clock"]
    with psycopg.connect(warehouse) as connection:
        assert connection.execute("select count(*) from elt_ops.loads").fetchone() == (0,)
    assert cli.main(["check", "--tenant", "checks"]) == 0
    shown = capsys.readouterr().out
    assert "ok       checks/warehouse: warehouse, clock" in shown
    assert "ok       checks/till: credentials, dns, tcp, http, clock, auth, 3 streams" in shown
    assert "ok       checks/drop: credentials, scope" in shown
    assert shown.endswith("all can be loaded\n")


def test_a_missing_scope_is_told_for_its_stream_only(
    api: FakeApi, till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    till.refused["/refunds"] = 403
    code, steps = _check(capsys, "--feed", "till")
    assert code == 3
    assert _bad(steps) == [("till", "scope", "refunds")]
    (refused,) = [s for s in steps if s["state"] == "failed"]
    assert refused["error"] == "AccessDenied"
    assert "/refunds" in refused["message"]
    assert [s["check"] for s in steps if s["state"] == "ok"].count("auth") == 1
    assert cli.main(["check", "--tenant", "checks"]) == 3
    shown = capsys.readouterr().out
    assert "failed   checks/till" in shown
    assert "  failed   scope refunds: " in shown
    assert shown.endswith("2 of 3 feeds cannot be loaded\n")


def test_every_broken_file_is_told_beside_those_that_can_be_read(
    api: FakeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check ended at the first broken file, and the next was met by the next check."""
    (tmp_path / "folder" / "list.json").write_text('[{"id": 1},')
    (tmp_path / "folder" / "page.csv").write_text("<!DOCTYPE html>\n<html>log in</html>\n")
    code, steps = _check(capsys, "--feed", "drop")
    assert code != 0
    assert _bad(steps) == [("drop", "scope", "list"), ("drop", "scope", "page")]
    told = {s["stream"]: s["message"] for s in steps if s["state"] == "failed"}
    assert "`list.json` starts as a JSON array" in told["list"]
    assert "`page.csv` is a web page" in told["page"]
    assert "1 streams can be read" in [s["message"] for s in steps]


def test_a_login_that_is_refused_is_asked_for_once(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _connect(monkeypatch, api.url, "old")
    code, steps = _check(capsys, "--feed", "till")
    assert (code, _bad(steps)) == (3, [("till", "auth", None)])
    assert len([seen for seen in api.seen if seen.method == "GET"]) == 1


def test_a_missing_connection_or_secret_names_it(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_CHECKS__TILL")
    _connect(monkeypatch, api.url, "", feed="OTHER")
    code, steps = _check(capsys)
    assert code == 2
    assert _bad(steps) == [("other", "credentials", None), ("till", "credentials", None)]
    told = " ".join(s["message"] for s in steps if s["state"] == "failed")
    assert "no connection `checks__till`" in told
    assert "connection `checks__other` has no `token`" in told


@pytest.mark.parametrize(
    ("host", "what", "told"),
    [
        ("http://no-such-host.invalid", "dns", "is not known"),
        ("http://127.0.0.1:1", "tcp", "Let this machine out to it"),
        ("ftp://127.0.0.1", "dns", "is no address"),
    ],
)
def test_each_layer_of_the_network_has_its_own_cure(
    api: FakeApi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
    what: str,
    told: str,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    _connect(monkeypatch, host)
    code, steps = _check(capsys, "--feed", "till")
    assert code in (1, 2)
    assert _bad(steps) == [("till", what, None)]
    assert any(told in step["message"] for step in steps)


def test_plain_text_where_tls_is_expected_says_so(api: FakeApi) -> None:
    steps = list(check_address(api.url.replace("http://", "https://")))
    assert [step.what for step in steps] == ["dns", "tcp", "tls"]
    assert "should begin with `http://`" in steps[-1].message
    assert steps[-1].state == "failed"


def test_a_port_that_speaks_no_http_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        def hang_up() -> None:
            for _ in range(2):
                server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        steps = list(check_address(f"http://127.0.0.1:{server.getsockname()[1]}"))
    assert [(step.what, step.state) for step in steps][-1] == ("http", "failed")


@pytest.mark.parametrize(
    ("ahead_s", "state"),
    [(0, "ok"), (29, "ok"), (45, "warning"), (-90, "warning"), (400, "failed")],
)
def test_clocks_are_compared(ahead_s: int, state: str) -> None:
    """A worker an hour ahead asked for windows that had not happened, and skipped them."""
    step = build_clock_step(timedelta(seconds=ahead_s), "the source's")
    assert step.state == state
    date = format_datetime(datetime.now(tz=UTC) - timedelta(seconds=ahead_s), usegmt=True)
    assert check_clock(date).state == state
    assert check_clock(None).state == "warning"


def test_without_a_warehouse_no_login_is_tried(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A login that changes with every use would be spent and lost."""
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://elt@127.0.0.1:1/none")
    code, steps = _check(capsys)
    assert (code, _bad(steps)) == (1, [(None, "warehouse", None)])
    assert api.seen == []
