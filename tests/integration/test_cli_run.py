"""`run`, `status` and `quarantine` end to end on a real database, without Airflow or dbt."""

import json
from pathlib import Path

import psycopg
import pytest

from include import cli
from include.quality.discover import load_mart_checks

TENANT = """\
tenant: clitest
name: Command line
owner: me
feeds:
  uploads:
    connector: files
    schedule: daily
    start_date: 2026-01-01
    options: {path: UPLOADS}
  broken:
    connector: ecommerce_csv
    schedule: daily
    start_date: 2026-01-01
    options: {path: NOWHERE}
"""


@pytest.fixture
def uploads(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tenant with one feed that works and one whose folder is missing."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / "targets.csv").write_text("store,month,target\nA,2026-01,100\nB,2026-01,200\n")
    (folder / "visits.jsonl").write_text('{"id": 1, "n": 2}\n{"id": 2, "n"\n{"id": 3, "n": 4}\n')
    tenants = tmp_path / "tenants"
    tenants.mkdir()
    text = TENANT.replace("UPLOADS", str(folder)).replace("NOWHERE", str(tmp_path / "nowhere"))
    (tenants / "clitest.yaml").write_text(text)
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tenants))
    monkeypatch.setenv("ELT_TENANT_ROLES", "false")
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    with psycopg.connect(warehouse) as connection:
        connection.execute("drop schema if exists elt_ops, clitest_raw_files cascade")
    return folder


def test_one_feed_is_loaded_line_by_line_and_a_second_run_changes_nothing(
    uploads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--tenant", "clitest", "--feed", "uploads", "--mode", "source"]
    assert cli.main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        "loaded   clitest/uploads/targets: read 2  loaded 2  unchanged 0  quarantined 0  filtered 0"
    )
    assert lines[1].startswith(
        "loaded   clitest/uploads/visits: read 3  loaded 2  unchanged 0  quarantined 1  filtered 0"
    )
    assert lines[-1].startswith("ok, ")
    assert cli.main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "read 0  loaded 0  unchanged 0" in lines[0]
    assert cli.main([*words, "--reload"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "read 2  loaded 0  unchanged 2" in lines[0]
    assert "read 3  loaded 0  unchanged 2  quarantined 1" in lines[1]


def test_one_stream_alone(uploads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--tenant", "clitest", "--feed", "uploads", "--stream", "visits", "--step", "ingest"]
    assert cli.main(["run", *words]) == 0
    loaded = [x for x in capsys.readouterr().out.splitlines() if x.startswith("loaded")]
    assert [line.split()[1] for line in loaded] == ["clitest/uploads/visits:"]


def test_a_failing_feed_does_not_stop_the_others(
    uploads: Path, capsys: pytest.CaptureFixture[str], warehouse: str
) -> None:
    code = cli.main(["run", "--tenant", "clitest", "--step", "ingest"])
    shown = capsys.readouterr()
    assert code != 0
    assert "failed   clitest/broken" in shown.out
    assert "loaded   clitest/uploads/targets" in shown.out
    assert "error: " in shown.err
    assert "clitest/broken" in shown.err
    with psycopg.connect(warehouse) as connection:
        rows = connection.execute(
            "select feed, state, count(*) from elt_ops.loads group by 1, 2 order by 1, 2"
        ).fetchall()
    assert ("uploads", "loaded", 2) in rows


def test_checks_of_a_run_look_at_its_own_loads(
    uploads: Path, capsys: pytest.CaptureFixture[str], warehouse: str
) -> None:
    assert cli.main(["run", "--tenant", "clitest", "--feed", "uploads", "--step", "ingest"]) == 0
    assert cli.main(["run", "--tenant", "clitest", "--feed", "uploads", "--step", "quality"]) == 0
    shown = capsys.readouterr().out
    # 2 streams x 10 checks; one of three records quarantined is a warning, not an error.
    assert "checked  clitest/uploads: 19 passed, 1 warnings, 2 skipped" in shown
    with psycopg.connect(warehouse) as connection:
        connection.execute("delete from clitest_raw_files.targets where store = 'A'")
    assert (
        cli.main(["run", "--tenant", "clitest", "--feed", "uploads", "--mode", "data-quality"]) == 5
    )
    shown = capsys.readouterr()
    assert "`targets.rows_match_ledger` (1 rows)" in shown.err


def test_status_and_quarantine_tell_where_things_stand(
    uploads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["run", "--tenant", "clitest", "--step", "ingest"])
    cli.main(["run", "--tenant", "clitest", "--feed", "uploads", "--step", "quality"])
    capsys.readouterr()
    assert cli.main(["status", "--tenant", "clitest", "--json"]) == 0
    (tenant,) = json.loads(capsys.readouterr().out)["tenants"]
    streams = {(row["feed"], row["stream"]): row for row in tenant["streams"]}
    visits = streams["uploads", "visits"]
    assert (visits["read"], visits["loaded"], visits["quarantine_open"]) == (3, 2, 1)
    assert (visits["state"], visits["freshness"]) == ("loaded", "ok")
    customers = streams["broken", "customers"]
    assert customers["state"] in ("failed", "never")
    assert customers["freshness"] == "never"
    assert [(s["layer"], s["feed"]) for s in tenant["scores"]] == [("raw", "uploads")]
    assert cli.main(["status"]) == 0
    assert "uploads/visits" in capsys.readouterr().out
    assert cli.main(["quarantine", "list", "--tenant", "clitest", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["reason"] == "invalid_json"
    shown_id = str(record["quarantine_id"])
    assert cli.main(["quarantine", "list", "--tenant", "clitest"]) == 0
    listed = capsys.readouterr().out
    assert "1 open" in listed
    assert '"n"' not in listed, "a list shows keys and reasons, never the record"
    assert cli.main(["quarantine", "show", shown_id, "--tenant", "clitest"]) == 0
    assert capsys.readouterr().out.strip() == '{"id": 2, "n"'
    assert cli.main(["quarantine", "show", "999999", "--tenant", "clitest"]) == 2


def test_status_before_anything_happened(uploads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status"]) == 0
    shown = capsys.readouterr().out
    assert "quality not checked yet" in shown
    assert "broken/customers" in shown


def test_checks_before_the_first_load_warn_and_do_not_break(
    uploads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`run --step quality` on an empty warehouse once ended with `relation does not exist`."""
    assert cli.main(["run", "--tenant", "clitest", "--step", "quality"]) == 0
    shown = capsys.readouterr().out
    assert "checked  clitest/broken" in shown
    checks = len(load_mart_checks()[0])
    assert f"checked  clitest marts: 0 passed, 0 warnings, {checks} skipped" in shown


def test_forget_asks_first_and_says_what_it_searched(
    uploads: Path, capsys: pytest.CaptureFixture[str], warehouse: str
) -> None:
    (uploads / "people.csv").write_text("id,email\n1,ann@mail.example\n2,bob@mail.example\n")
    cli.main(["run", "--tenant", "clitest", "--feed", "uploads", "--step", "ingest"])
    capsys.readouterr()
    words = ["forget", "--tenant", "clitest", "--email", "Ann@Mail.example"]
    assert cli.main(words) == 2
    assert "Expected `--yes`" in capsys.readouterr().err
    assert cli.main([*words, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "clitest_raw_files.people" in shown
    assert "0 hits" in shown
    assert "dry run: nothing was changed" in shown
    assert f"files of uploads: {uploads}, searched" in shown
    assert cli.main([*words, "--yes"]) == 0
    again = ["run", "--tenant", "clitest", "--feed", "uploads", "--step", "ingest", "--reload"]
    assert cli.main(again) == 0
    with psycopg.connect(warehouse) as connection:
        rows = connection.execute("select id, email from clitest_raw_files.people order by 1")
        assert rows.fetchall() == [(1, None), (2, "bob@mail.example")]
