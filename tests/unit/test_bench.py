"""`make bench`: one part that breaks, hangs or cannot be measured here costs itself alone."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from tests.bench import __main__ as bench
from tests.bench.row import Row


def _run(monkeypatch: pytest.MonkeyPatch, everything: bool = False, **parts: Any) -> bench.Outcome:
    modules = {f"tests.bench.bench_{name}": part for name, part in parts.items()}

    def find(name: str) -> Any:
        if isinstance(modules[name], ImportError):
            raise modules[name]
        return modules[name]

    monkeypatch.setattr(bench.importlib, "import_module", find)
    try:
        return bench.run_all(list(parts), everything=everything)
    except pytest.skip.Exception as error:
        raise AssertionError("a part ended the whole run") from error


def _part(run: Any, **more: Any) -> Any:
    return SimpleNamespace(run=run, **more)


def _rows() -> list[Row]:
    return [Row("speed", 2, "x", 1)]


def _break() -> list[Row]:
    raise RuntimeError("no")


def _skip() -> list[Row]:
    pytest.skip("no index")


def _hang() -> list[Row]:
    time.sleep(30)
    return []


def test_a_part_that_breaks_or_hangs_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A labelled set without an index was a `skip`, which is no Exception, and ended the table."""
    outcome = _run(
        monkeypatch,
        absent=ImportError("no such library"),
        broken=_part(_break),
        hanging=_part(_hang, LIMIT_S=1),
        skipped=_part(_skip),
        good=_part(_rows),
    )
    assert outcome.broken == ["absent", "broken", "hanging"]
    assert outcome.left_out == {"skipped": "no index"}
    assert [row.name for row in outcome.rows] == ["speed"]
    assert outcome.seconds["hanging"] < 20


@pytest.mark.parametrize("everything", [False, True])
def test_what_takes_long_runs_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    outcome = _run(monkeypatch, everything, long=_part(_rows, FULL_ONLY="It is long."))
    assert bool(outcome.rows) == everything
    assert outcome.left_out == ({} if everything else {"long": "It is long. FULL=1 runs it."})


def test_a_part_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="`lod`"):
        bench.find_names(["lod", "load"])
    assert bench.find_names(["load"]) == ["load"]
    assert {"alerts", "fleet", "load", "newcomers", "people"} <= set(bench.find_names([]))


def test_a_row_says_whether_its_target_holds() -> None:
    assert bench.format_row(Row("a", 2, "x", 1)).endswith("holds")
    assert bench.format_row(Row("a", 2, "s", 1, at_least=False)).endswith("FALLS SHORT")
