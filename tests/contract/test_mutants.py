"""The faults by hand still fit the code: a list nobody runs must not rot in silence."""

from itertools import chain

import pytest

from tests.contract.source_tree import ROOT
from tests.mutants.__main__ import LISTS
from tests.mutants.fault import Fault

FAULTS = list(chain.from_iterable(LISTS.values()))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_faults_old_text_stands_once_and_its_tests_are_there(fault: Fault) -> None:
    assert fault.line(ROOT) > 0
    assert fault.old != fault.new
    missing = [test for test in fault.tests if not (ROOT / test.split("::")[0]).is_file()]
    assert not missing


def test_names_are_different() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
