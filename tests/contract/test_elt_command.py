"""`elt`, the script: from any folder, with the variables a person expects, past traps."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.source_tree import ROOT

SCRIPT = ROOT / "include" / "local" / "elt.sh"
# Stands in for Python: tells how it was called, and with what; .env is read by the real one.
TELLS = """#!/bin/sh
[ "$1" != -I ] || exec {real} "$@"
echo "$@"
echo "$WAREHOUSE_URL|${FROM_DOTENV:-}|${MINE:-}|$PYTHONPATH|$PWD"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of the script alone, linked as `make setup` does."""
    root = tmp_path / "a repository"
    (root / "include" / "local").mkdir(parents=True)
    for name in ("elt.sh", "dotenv.sh", "dotenv_pairs.py"):
        shutil.copy(SCRIPT.with_name(name), root / "include" / "local")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").write_text(TELLS.replace("{real}", sys.executable))
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


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("V=plain", "plain"),
        ("V=two words", "two words"),
        ("V='two words'", "two words"),
        ('V="say \\"hi\\""', 'say "hi"'),
        ('V=\'{"password": "p$HOME#x"}\'', '{"password": "p$HOME#x"}'),
        ("V=a#b", "a#b"),
        ("V=a # said of it", "a"),
        ("V='a # b'", "a # b"),
        ("V=${HOME}$(touch ran)`touch ran`", "${HOME}$(touch ran)`touch ran`"),
        ("V='a'$(touch ran)", ""),
        ("export V=x", "x"),
        ("V=x; touch ran", "x; touch ran"),
        ("V=x\ntouch ran\nnot a line", "x"),
        ("V='two\nlines'", "two\nlines"),
        ("V[$(touch ran)]=x", ""),
        ("V=\u00fc\r", "\u00fc"),
    ],
)
def test_a_line_of_dotenv_is_a_value_and_never_run(root: Path, line: str, value: str) -> None:
    """`eval "export $line"` ran what stood in a value: a password with $( in it, or a `;`."""
    (root / ".env").write_text(f"{line}\n", encoding="utf-8", newline="")
    script = 'BASH_ENV= . include/local/dotenv.sh; printf %s "${V:-}"'
    done = subprocess.run(
        ["bash", "-ec", script], cwd=root, env={"PATH": os.environ["PATH"], "HOME": "/h"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == value
    assert not (root / "ran").exists()


def test_an_empty_variable_of_the_shell_wins_too(root: Path) -> None:
    script = '. include/local/dotenv.sh; printf \'%s|%s\' "$FROM_DOTENV" "$MINE"'
    (root / ".env").write_text("FROM_DOTENV='a b'\nMINE=x\n")
    environment = {"PATH": os.environ["PATH"], "FROM_DOTENV": ""}
    done = subprocess.run(["bash", "-ec", script], cwd=root, env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "|x"


def test_make_reads_it_the_same_way(root: Path) -> None:
    (root / ".env").write_text("SIZE='a $(touch ran) b'\n")
    rule = 'SHELL := bash\nexport BASH_ENV := include/local/dotenv.sh\nx:\n\t@echo "$$SIZE"\n'
    (root / "Makefile").write_text(rule)
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(["make", "x"], cwd=root, env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "a $(touch ran) b\n"
    assert "export BASH_ENV := include/local/dotenv.sh" in (ROOT / "Makefile").read_text()


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
    # `make test WORKERS=3` hands its own words down.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", "run", "TENANT=acme", "FEEED=shop", "TO=a=b c=d"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=env)
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
    done = subprocess.run(known, cwd=ROOT, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert "--tenant acme --feed shop" in done.stdout
