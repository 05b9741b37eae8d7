"""A sample of the mutants that mutmut makes of the pure code, against the unit tests.

mutmut keeps all mutants of a function in one file and forks for each, so that one costs a tenth of
a second; which tests reach which function it finds out by itself.
"""

import json
import os
import random
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.mutants.outcome import Outcome
from tests.mutants.scratch import ROOT, run_copy

PACKAGES = ("load", "extract", "quality")
# Making the mutants of a file takes seconds, running one a fraction: few files, many of each.
MUTANTS_OF_A_FILE = 5
MOST_FILES = 30
# The smallest run that makes all mutants and learns which tests reach what.
FIRST_FILE = "include/quality/score.py"
FIRST = "include.quality.score.x_build_score__mutmut_1"
# Texts for people and logs may change; a mutant of them is none.
WORDS = (r"\blog\.", r"^\s*f?\"", r"raise ")
# In a process of its own: tests leave children behind, which mutmut would take for its workers.
CONFIG = """
[tool.mutmut]
source_paths = ["include"]
only_mutate = {files}
do_not_mutate_patterns = {words}
also_copy = ["dbt", "dags", "plugins", "docs", "Makefile", "README.md", ".env.example"]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"
use_git_change_detection = false
track_dependencies = false
"""
# mutmut's exit codes of pytest, by mutant; nothing tested it: 33 and 5.
STATUS = {0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests"}


def run_library(folder: Path, seed: int, count: int, workers: int) -> list[Outcome]:
    """One outcome for each sampled mutant that a unit test reaches."""
    tree = folder / "library"
    run_copy(tree)
    chance = random.Random(seed)
    files = min(max(count // MUTANTS_OF_A_FILE, 1), MOST_FILES)
    _run_configure(tree, _sample_files(build_near_tests(tree), chance, files))
    _run_mutmut(tree, workers, [FIRST])
    reached = sorted(_fetch_reached(tree))
    names = chance.sample(reached, k=min(count, len(reached)))
    _run_mutmut(tree, workers, names)
    codes = _load_codes(tree)
    return [_build_outcome(tree, name, codes[name]) for name in sorted(names)]


def build_near_tests(root: Path) -> dict[str, list[str]]:
    """The unit tests that name a module, by its file; a file that none names is not there.

    What is tested only through another module, or by integration tests, is for faults by hand.
    """
    tests: dict[str, list[str]] = {}
    for path in sorted((root / "tests/unit").glob("test_*.py")):
        for module in set(re.findall(r"\binclude(?:\.\w+)+\b(?!\.)", path.read_text())):
            tests.setdefault(module, []).append(str(path.relative_to(root)))
    near: dict[str, list[str]] = {}
    for path in sorted(
        path for name in PACKAGES for path in (root / "include" / name).rglob("*.py")
    ):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        if module in tests:
            near[str(path.relative_to(root))] = tests[module]
    return near


def _sample_files(
    near: dict[str, list[str]], chance: random.Random, count: int
) -> dict[str, list[str]]:
    chosen = chance.sample(sorted(near), k=min(count, len(near)))
    return {name: near[name] for name in [FIRST_FILE, *chosen]}


def _run_configure(tree: Path, near: dict[str, list[str]]) -> None:
    """mutmut's settings, into the scratch tree's own pyproject.toml."""
    tests = sorted({test for of_it in near.values() for test in of_it})
    filled = CONFIG.format(
        files=json.dumps(list(near)), words=json.dumps(WORDS), tests=json.dumps(tests)
    )
    with (tree / "pyproject.toml").open("a") as file:
        file.write(filled)


def _run_mutmut(tree: Path, workers: int, names: Sequence[str]) -> None:
    with (tree / "mutmut.log").open("a") as log:
        done = subprocess.run(
            [tree / ".venv/bin/mutmut", "run", "--max-children", str(workers), *names],
            cwd=tree,
            env=os.environ | {"PYTHONPATH": ""},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise SystemExit(f"mutmut broke: see the end of {tree.relative_to(ROOT)}/mutmut.log")


def _load_codes(tree: Path) -> dict[str, int | None]:
    """pytest's exit code under every mutant there is; None for those not run."""
    found: dict[str, int | None] = {}
    for path in (tree / "mutants/include").rglob("*.py.meta"):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def _fetch_reached(tree: Path) -> Iterable[str]:
    """Mutants of functions that at least one unit test calls."""
    stats = json.loads((tree / "mutants/mutmut-stats.json").read_text())
    reached = {name for name, tests in stats["tests_by_mangled_function_name"].items() if tests}
    return [name for name in _load_codes(tree) if name.rpartition("__mutmut_")[0] in reached]


def _build_outcome(tree: Path, name: str, code: int | None) -> Outcome:
    status = STATUS.get(0 if code is None else code, "timeout")
    function = re.sub(r"^x_|^xǁ", "", name.split("__mutmut_")[0].rpartition(".")[2])
    path = name.split("__mutmut_")[0].rpartition(".")[0].replace(".", "/") + ".py"
    if status != "survived":
        return Outcome("mutant", path, function.replace("ǁ", "."), status, name)
    shown = subprocess.run(
        [tree / ".venv/bin/mutmut", "show", name],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    change = [line for line in shown if re.match(r"[-+](?![-+]{2})", line)]
    line = _find_line(ROOT / path, change, function.rpartition("ǁ")[2])
    return Outcome(
        "mutant", f"{path}:{line}", function.replace("ǁ", "."), status, "\n".join(change)
    )


def _find_line(path: Path, change: Sequence[str], function: str) -> int:
    """Where the changed line stands, looked for from its function on."""
    lines = path.read_text().splitlines()
    old = next((line[1:].strip() for line in change if line.startswith("-")), "")
    start = next((n for n, text in enumerate(lines) if f"def {function}(" in text), 0)
    return next((n + 1 for n in range(start, len(lines)) if lines[n].strip() == old), start + 1)
