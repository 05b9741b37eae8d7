"""The command line without a database: quick, friendly, and honest in its exit codes."""

import importlib
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from include import cli
from include.commands.frame.declare import Group
from include.commands.frame.exit_codes import exit_code
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


def _every_action() -> list[list[str]]:
    """Words of every command and, of groups, every action."""
    found = []
    for name in cli.COMMANDS:
        module = importlib.import_module(cli.find_module(name))
        actions = module.COMMAND.actions if isinstance(module.COMMAND, Group) else {"": None}
        found += [[name, *([action] if action else [])] for action in actions]
    return found


ACTIONS = _every_action()


def test_nothing_heavy_is_imported(tenants: Path) -> None:
    """`import airflow` costs 4 s of CPU; a help text and `validate` must not."""
    asked = [["--help"], ["validate"], ["feeds"], ["pools"]]
    asked += [[*words, "--help"] for words in ACTIONS]
    code = (
        "import sys\nfrom include import cli\n"
        f"for words in {asked!r}:\n"
        "    assert cli.main(words) == 0, words\n"
        f"    heavy = {HEAVY!r} & set(sys.modules)\n"
        "    assert not heavy, (words, heavy)\n"
        "print('END')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["END"], done.stderr
    assert len(ACTIONS) > len(cli.COMMANDS)


def test_help_of_all_loads_no_command() -> None:
    """Seventeen modules were read to print seventeen lines."""
    code = (
        "import sys\nfrom include import cli\ncli.main(['--help'])\n"
        "print('READ', sorted(m for m in sys.modules if m.startswith(('include.', 'rich'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    read = {"cli", "core", "core.errors", "core.clock"}
    read |= {"commands", "commands.frame", "commands.screen", "commands.screen.output"}
    read |= {"commands.frame.declare", "commands.frame.exit_codes"}
    assert done.stdout.splitlines()[-1] == f"READ {sorted(f'include.{name}' for name in read)}"


def test_help_tells_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, about in cli.COMMANDS.items():
        assert f"  {name} " in shown
        assert about in shown, "cut off by the help's width"
    assert "Exit codes: 0 done; 1 failed" in shown


@pytest.mark.parametrize("words", ACTIONS, ids=" ".join)
def test_help_of_a_command_has_an_example_that_parses(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    examples = re.findall(r"^ *elt (.*)$", shown.split("Examples:")[1], re.MULTILINE)
    assert examples
    for example in examples:
        typed = shlex.split(example.split(">")[0])
        assert typed[: len(words)] == words
        # `--help` at the end: everything before it is still parsed by name.
        assert cli.main([*typed, "--help"]) == 0
        options = {word for word in typed if word.startswith("--")}
        assert options <= set(re.findall(r"--[a-z-]+", shown))


@pytest.mark.parametrize("words", ACTIONS, ids=" ".join)
def test_every_command_speaks_json(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    cli.main([*words, "--help"])
    assert "--json" in capsys.readouterr().out


def test_no_command_shows_help_and_an_unknown_one_the_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main([]) == 2
    assert "Commands:" in capsys.readouterr().out
    assert cli.main(["validat"]) == 2
    assert "Did you mean 'validate'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "--tenat", "newco"], "No such option: --tenat. Did you mean --tenant?"),
        (["run"], "Missing option '--tenant'"),
        (["run", "--tenant", "newco", "--step", "transfrom"], "transfrom"),
        (["quarantine", "lst", "--tenant", "newco"], "Did you mean 'list'?"),
        (["loads", "--limit", "many"], "'--limit': Input should be a valid integer"),
        (["feeds", "acme"], "No such command 'acme'"),
    ],
)
def test_a_misspelt_command_line_is_one_line_of_error(
    tenants: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    first, second = shown.err.splitlines()
    assert first.startswith("error: ")
    assert told in first
    assert second.startswith("See `elt ")


def test_an_error_is_json_too_when_json_was_asked_for(
    tenants: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["feeds", "--tenant", "newcow", "--json"]) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["type"] == "ConfigError"
    assert shown.err.startswith("error: no tenant `newcow`")


def test_validate_counts_what_is_right(tenants: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("ok: 1 tenants, 1 feeds, 0 streams, ")
    # Nothing said so: a shop in Denver wrote its own midnight.
    assert "schedules are in UTC" in shown


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
        (["--step", "ingest", "--mode", "source"], "Expected one of them"),
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
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["charges", "id", "created"] in [line[:3] for line in told]
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
        "Overtaken": 2,
        "Unfit": 2,
        "UpstreamUnavailable": 1,
        "RateLimited": 1,
        "PositionRefused": 1,
        "SpellingLost": 1,
        "AccessDenied": 3,
        "ContractBroken": 3,
        "TruncatedFetch": 3,
        "WarehouseUnavailable": 1,
        "WarehouseRejected": 4,
        "Unreachable": 1,
        "Refused": 3,
        "TransformError": 4,
        "CheckFailed": 5,
        "CheckBroken": 5,
        "TooManyRejects": 5,
    }
