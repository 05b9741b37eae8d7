"""Runs the named tests under every fault, each in a scratch copy of the tree."""

import os
import queue
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.fault import Fault
from tests.mutants.outcome import Outcome
from tests.mutants.scratch import ROOT, run_copy

LONGEST_S = 600
# What pytest answers when tests ran and one of them failed; anything else found nothing.
TESTS_FAILED = 1
ALL_PASSED = 0
PASSED = "survived"


def run_faults(faults: Sequence[Fault], folder: Path, workers: int) -> list[Outcome]:
    """One outcome for each fault, in their order; `folder` holds the copies."""
    trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for number in range(workers):
        run_copy(folder / f"tree-{number}")
        trees.put(folder / f"tree-{number}")
    distinct = list(dict.fromkeys(fault.tests for fault in faults))
    with ThreadPoolExecutor(workers) as pool:
        whole = dict(zip(distinct, pool.map(lambda t: _run_whole(t, trees), distinct), strict=True))
        return list(pool.map(lambda f: _run_one(f, trees, whole[f.tests]), faults))


def _run_whole(tests: tuple[str, ...], trees: "queue.SimpleQueue[Path]") -> str:
    """Tests that fail without a fault find none: what they answer on the whole tree."""
    tree = trees.get()
    try:
        return _run_tests(tree, tests)
    finally:
        trees.put(tree)


def _run_one(fault: Fault, trees: "queue.SimpleQueue[Path]", unbroken: str) -> Outcome:
    try:
        place = f"{fault.path}:{fault.line(ROOT)}"
    except ValueError as error:
        return Outcome("fault", fault.path, fault.name, "rotten", str(error))
    if unbroken != PASSED:
        print(f"  red       {place} {fault.name}: {unbroken} without the fault", flush=True)
        return Outcome("fault", place, fault.name, "red", f"{unbroken} without: {fault.tests}")
    tree = trees.get()
    whole = (tree / fault.path).read_text()
    try:
        fault.run_apply(tree)
        status = _run_tests(tree, fault.tests)
    finally:
        (tree / fault.path).write_text(whole)
        trees.put(tree)
    print(f"  {status:<9} {place} {fault.name}", flush=True)
    return Outcome("fault", place, fault.name, status, f"- {fault.old}\n+ {fault.new}")


def _run_tests(tree: Path, tests: Sequence[str]) -> str:
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "--tb=no"]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    # The caller's state and sockets are not the scratch tree's.
    environment.pop("BASH_ENV", None)
    try:
        code = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=tree,
            env=environment,
            timeout=LONGEST_S,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
    except subprocess.TimeoutExpired:
        return "timeout"
    return {TESTS_FAILED: "killed", ALL_PASSED: PASSED}.get(code, "no tests")
