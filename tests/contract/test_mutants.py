"""The faults by hand still fit the code: a list nobody runs must not rot in silence."""

from itertools import chain
from pathlib import Path

import pytest

from tests.contract.source_tree import ROOT
from tests.mutants.__main__ import LISTS, choose_faults
from tests.mutants.fault import Fault
from tests.mutants.library_run import FIRST_FILE, build_near_tests

FAULTS = list(chain.from_iterable(LISTS.values()))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_faults_old_text_stands_once_and_its_tests_are_there(fault: Fault) -> None:
    assert fault.line(ROOT) > 0
    assert fault.old != fault.new
    missing = [test for test in fault.tests if not (ROOT / test.split("::")[0]).is_file()]
    assert not missing


def test_names_are_different() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_module_has_the_unit_tests_that_name_it_and_no_others(tmp_path: Path) -> None:
    near = build_near_tests(ROOT)
    assert "tests/unit/test_quality_score.py" in near[FIRST_FILE]
    for name in ("include/load/plan.py", "include/load/plan_more.py", "include/load/alone.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "tests/unit").mkdir(parents=True)
    (tmp_path / "tests/unit/test_more.py").write_text("from include.load.plan_more import x\n")
    assert build_near_tests(tmp_path) == {
        "include/load/plan_more.py": ["tests/unit/test_more.py"],
    }


def test_a_short_run_draws_faults_and_a_named_list_is_run_whole() -> None:
    assert choose_faults("", 7, 20) == choose_faults("", 7, 20) != choose_faults("", 8, 20)
    assert len(choose_faults("", 7, 20)) == 20
    assert choose_faults("", 7, 0) == choose_faults("", 7, 9999) == FAULTS
    assert choose_faults("load", 7, 1) == list(LISTS["load"])
    assert choose_faults("none", 7, 20) == []
