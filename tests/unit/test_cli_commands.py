"""The command line without a database: quick, friendly, and honest in its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from include import cli
from include.commands.exit_codes import exit_code
from include.core import errors

HEAVY = {"airflow", "pyarrow", "psycopg", "duckdb", "cosmos", "requests", "pandas"}
TENANT = """\
tenant: {tenant}
name: Newco
owner: me
feeds:
  uploads:
    connector: files
    schedule: daily
    start_date: 2026-01-01
    options: {{path: data}}
"""


@pytest.fixture
def tenants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tenants"
    folder.mkdir()
    monkeypatch.setenv("ELT_TENANTS_DIR", str(folder))
    (folder / "newco.yaml").write_text(TENANT.format(tenant="newco"))
    return folder


@pytest.mark.parametrize(
    "words",
    [["--help"], ["validate"], ["feeds"], ["pools"], *([name, "--help"] for name in cli.COMMANDS)],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(words: list[str]) -> None:
    """`import airflow` costs 4 s of CPU; a help text must not."""
    code = (
        "import sys\nfrom include import cli\n"
        f"try:\n    cli.main({words!r})\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    assert len(done.stdout.splitlines()) > 1


def test_help_tells_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    shown = capsys.readouterr().out
    assert stopped.value.code == 0
    assert all(name in shown for name in cli.COMMANDS)
    assert "Exit codes: 0 done; 1 failed" in shown


def test_no_command_shows_help_and_an_unknown_one_the_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main([]) == 2
    assert "commands:" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        cli.main(["bogus"])
    assert stopped.value.code == 2
    assert "'validate'" in capsys.readouterr().err


def test_validate_counts_what_is_right(tenants: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate"]) == 0
    assert capsys.readouterr().out.startswith("ok: 1 tenants, 1 feeds, 0 streams, ")


def test_validate_tells_every_problem_of_every_file(
    tenants: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tenants / "bad.yaml").write_text(
        TENANT.format(tenant="bad").replace("owner: me\n", "ownr: me\n")
    )
    (tenants / "worse.yaml").write_text("tenant: [")
    assert cli.main(["validate"]) == 1
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert [line.removeprefix(f"{tenants}/").split(": ")[0] for line in lines] == [
        "bad.yaml",  # `owner` is missing, and so stands in no line
        "bad.yaml:3",
        "worse.yaml:2",
    ]
    assert "Did you mean `owner`?" in shown.out
    assert "Tenants not loaded: bad, worse. The other 1 are untouched." in shown.err
    assert cli.main(["validate", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert len(found) == len(lines)
    assert {"path", "line", "message"} == set(found[0])


def test_a_concept_without_its_model_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would break every tenant of the connector at its next dbt run, far from the edit."""
    folder = tmp_path / "till"
    folder.mkdir()
    (folder / "connector.yaml").write_text(
        "connector: till\ntitle: Till\nkind: files\nconcepts:\n  - orders\n  - ordres\n"
        "streams: {sales: {primary_key: [id], columns: {id: text}}}\n"
    )
    monkeypatch.setenv("ELT_CONNECTORS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    assert cli.main(["validate"]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{folder}/connector.yaml:5: concept `orders` has no model `stg_till__")
    assert second.startswith(f"{folder}/connector.yaml:6: `ordres` is no concept. Did you mean `or")


def test_feeds_shows_the_good_and_points_at_the_bad(
    tenants: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tenants / "worse.yaml").write_text("tenant: [")
    assert cli.main(["feeds"]) == 0
    shown = capsys.readouterr()
    header, row = shown.out.splitlines()
    assert header.split() == ["tenant", "feed", "connector", "schedule", "start", "streams"]
    assert row.split()[:3] == ["newco", "uploads", "files"]
    assert row.endswith("(detected)")
    assert "worse.yaml" in shown.err
    assert cli.main(["feeds", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["dag_id"] == "ingest__newco__uploads"
    assert found["connection_id"] == "newco__uploads"
    assert found["streams_detected"] is True


def test_an_unknown_tenant_gets_a_guess(tenants: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["feeds", "--tenant", "newcow"]) == 2
    assert capsys.readouterr().err == (
        "error: no tenant `newcow`. Did you mean `newco`? Expected one of: `newco`.\n"
    )


def test_a_broken_tenant_cannot_be_run(tenants: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tenants / "worse.yaml").write_text("tenant: [")
    assert cli.main(["run", "--tenant", "worse"]) == 2
    assert "has problems, so nothing of it was run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--stream", "x"], "`--stream` without `--feed`"),
        (["--feed", "upload"], "Did you mean `uploads`?"),
        (["--from", "2026-10-02", "--to", "2026-10-01"], "the earlier first"),
        (["--from", "31/10/2026"], "`--from 31/10/2026 --to None` is no interval"),
    ],
)
def test_a_wrong_run_is_refused_before_anything_happens(
    tenants: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert cli.main(["run", "--tenant", "newco", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_run_without_a_warehouse_names_the_setting(
    tenants: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    assert cli.main(["run", "--tenant", "newco"]) == 2
    assert "`WAREHOUSE_URL`" in capsys.readouterr().err


def test_pools_are_in_the_form_airflow_imports(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["pools"]) == 0
    pools = json.loads(capsys.readouterr().out)
    assert len(pools) >= 6
    assert pools["api_stripe"] == {
        "slots": 4,
        "description": "Parallel loads of Stripe",
        "include_deferred": True,
    }


def test_connectors_lists_all_and_describes_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["connectors"]) == 0
    assert "stripe" in capsys.readouterr().out
    assert cli.main(["connectors", "stripe"]) == 0
    assert "stream charges: key id; cursor created" in capsys.readouterr().out
    assert cli.main(["connectors", "strype"]) == 2
    assert "Did you mean `stripe`?" in capsys.readouterr().err


def test_every_error_has_its_exit_code() -> None:
    codes = {
        name: exit_code(cls("x."))
        for name, cls in vars(errors).items()
        if isinstance(cls, type) and issubclass(cls, errors.EltError) and not cls.__subclasses__()
    }
    assert codes == {
        "MissingSecret": 2,
        "UpstreamUnavailable": 1,
        "RateLimited": 1,
        "PositionRefused": 1,
        "AccessDenied": 3,
        "ContractBroken": 3,
        "TruncatedFetch": 3,
        "WarehouseUnavailable": 1,
        "WarehouseRejected": 4,
        "TransformError": 4,
        "CheckFailed": 5,
        "CheckBroken": 5,
        "TooManyRejects": 5,
    }
