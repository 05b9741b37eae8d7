"""`elt`, the script: from any folder, with the variables a person expects, past traps."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract.source_tree import ROOT

SCRIPT = ROOT / "include" / "local" / "elt.sh"
# Stands in for Python: tells how it was called, and with what.
TELLS = '#!/bin/sh\necho "$@"\necho "$WAREHOUSE_URL|${FROM_DOTENV:-}|${MINE:-}|$PYTHONPATH|$PWD"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of the script alone, linked as `make setup` does."""
    root = tmp_path / "a repository"
    (root / "include" / "local").mkdir(parents=True)
    for name in ("elt.sh", "dotenv.sh"):
        shutil.copy(SCRIPT.with_name(name), root / "include" / "local")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").write_text(TELLS)
    (root / ".venv" / "bin" / "python").chmod(0o755)
    (root / ".venv" / "bin" / "elt").symlink_to("../../include/local/elt.sh")
    (root / ".local" / "demo").mkdir(parents=True)
    for name in ("env", "demo/env"):
        lines = f"export WAREHOUSE_URL=of-{name}\nexport MINE='stack\"s'\n"
        (root / ".local" / name).write_text(lines)
    (root / ".env").write_text("FROM_DOTENV='a b'\n")
    return root


def _run(root: Path, *words: str, cwd: Path, **variables: str) -> list[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [str(root / ".venv" / "bin" / "elt"), *words]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_works_from_any_folder_on_what_was_started(root: Path, tmp_path: Path) -> None:
    called, variables = _run(root, "feeds", "--json", cwd=tmp_path)
    assert called == "-P -m include.cli feeds --json"
    assert variables == f'of-env|a b|stack"s|{root}|{tmp_path}'


def test_the_demo_has_servers_of_its_own(root: Path, tmp_path: Path) -> None:
    called, variables = _run(root, "--demo", "status", cwd=tmp_path)
    assert called == "-P -m include.cli status"
    assert variables.startswith("of-demo/env|")


def test_what_the_shell_has_set_wins(root: Path, tmp_path: Path) -> None:
    """The stack's variables once overwrote a connection that was set for this one command."""
    _, variables = _run(root, "run", cwd=tmp_path, MINE="mine", FROM_DOTENV="mine too")
    assert variables.split("|")[:3] == ["of-env", "mine too", "mine"]
    _, variables = _run(root, "run", cwd=tmp_path, WAREHOUSE_URL="elsewhere")
    assert variables.split("|")[:3] == ["elsewhere", "a b", ""]


def test_a_folder_with_our_names_is_not_imported(tmp_path: Path) -> None:
    """Typed in a C project, `include/` and `json.py` of that project came first."""
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "__init__.py").write_text("raise SystemExit('not ours')")
    (tmp_path / "json.py").write_text("raise SystemExit('not ours')")
    done = subprocess.run([SCRIPT, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Commands:" in done.stdout


def test_make_setup_links_it() -> None:
    text = (ROOT / "include" / "local" / "setup.sh").read_text()
    assert "ln -sfn ../../include/local/elt.sh .venv/bin/elt" in text
    assert os.access(SCRIPT, os.X_OK)


def test_the_shell_completes_commands_options_and_names(tmp_path: Path) -> None:
    (tmp_path / "newco.yaml").write_text(
        "tenant: newco\nname: N\nowner: me\nfeeds:\n  uploads:\n    connector: files\n"
        "    start_date: 2026-01-01\n    options: {path: data}\n"
    )

    def complete(line: str) -> set[str]:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        environment = {**os.environ, **words, "_ELT_COMPLETE": "complete_bash"}
        environment["ELT_TENANTS_DIR"] = str(tmp_path)
        done = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True)
        return set(done.stdout.split())

    assert complete("elt val") == {"validate"}
    assert complete("elt quarantine re") == {"replay"}
    assert "--accept-deletes" in complete("elt run --acc")
    assert complete("elt run --tenant ") == {"newco"}
    assert complete("elt run --tenant newco --feed ") == {"uploads"}
    assert complete("elt connectors strip") == {"stripe"}


def test_make_run_knows_its_variables() -> None:
    """`make run TENANT=acme FEEED=shopify` loaded every feed of acme."""
    command = ["make", "--no-print-directory", "run", "TENANT=acme", "FEEED=shop", "TO=a=b c=d"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "make run does not know FEEED. Known: TENANT FEED" in done.stderr
    known = [
        "make",
        "-n",
        "run",
        "TENANT=acme",
        "FEED=shop",
        "STREAM=orders",
        "FROM=2026-10-01 06:00",
    ]
    done = subprocess.run(known, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--tenant acme --feed shop" in done.stdout
