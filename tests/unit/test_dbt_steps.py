"""Where steps in Python cut a build, and what a failure on one side costs the other."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from include.core.errors import TransformError
from include.pipeline.dbt import transform
from include.pipeline.dbt.build import DbtResult
from include.pipeline.dbt.plan import find_planned
from include.pipeline.dbt.steps import (
    FIT,
    FIT_NODE,
    RESOLVE,
    RESOLVE_NODE,
    build_parts,
    find_all,
)

GATHERED, RESOLVED = "model.elt.int_customers__gathered", "model.elt.int_customers__resolved"
STAGED, DATES, ORDERS = "model.elt.stg_till__people", "model.elt.dim_date", "model.elt.fct_orders"
SALES, SOURCE = "model.elt.stg_till__sales", "source.elt.till.people"
IDENTITY, TEST = "source.elt.identity.people", "test.elt.not_null_x.1"
BOUGHT, WORTH = f"model.elt.{FIT.reads[0]}", "model.elt.fct_customer_lifetime_value"
FITTED = "source.elt.fits.lifetime_models"
CHILDREN: dict[str, list[str]] = {
    SOURCE: [STAGED],
    STAGED: [GATHERED, TEST],
    GATHERED: [RESOLVED],
    IDENTITY: [RESOLVED],
    RESOLVED: [ORDERS],
    "source.elt.till.sales": [SALES],
    SALES: [ORDERS],
    ORDERS: [BOUGHT],
    BOUGHT: [WORTH],
    FITTED: [WORTH],
}
FILES = {
    STAGED: "models/staging/till/a.sql",
    SALES: "models/staging/till/b.sql",
    GATHERED: "models/intermediate/customers/c.sql",
    RESOLVED: "models/intermediate/customers/d.sql",
    ORDERS: "models/marts/core/e.sql",
    DATES: "models/marts/core/f.sql",
    BOUGHT: "models/intermediate/purchases/g.sql",
    WORTH: "models/marts/customers/h.sql",
}
MANIFEST: dict[str, Any] = {
    "nodes": {one: {"original_file_path": file} for one, file in FILES.items()},
    "sources": {
        SOURCE: {"source_name": "till"},
        IDENTITY: {"source_name": "identity"},
        FITTED: {"source_name": "fits"},
    },
    "child_map": CHILDREN,
}
FOLDERS = ("path:models/staging/till", "path:models/intermediate", "path:models/marts")


def test_what_a_step_reads_is_built_before_it() -> None:
    first, middle, last = build_parts(find_all(MANIFEST, FOLDERS), MANIFEST)
    assert first.nodes == tuple(sorted((STAGED, GATHERED)))
    assert set(middle.nodes) == {SALES, RESOLVED, ORDERS, DATES, BOUGHT}
    assert last.nodes == (WORTH,)
    assert (first.step, middle.step, last.step) == (None, RESOLVE, FIT)


def test_a_build_of_nothing_that_a_step_reads_stays_whole() -> None:
    (part,) = build_parts([SALES, DATES], MANIFEST)
    assert part.step is None
    assert set(part.nodes) == {SALES, DATES}


def test_a_build_that_touches_nobody_fits_and_does_not_resolve() -> None:
    planned = find_planned(MANIFEST, {"source.elt.till.sales"}, FOLDERS)
    assert set(planned) == {SALES, ORDERS, BOUGHT, WORTH, FIT_NODE}
    parts = build_parts([one for one in planned if one != FIT_NODE], MANIFEST)
    assert [part.step for part in parts] == [None, FIT]
    assert parts[-1].nodes == (WORTH,)


def test_a_plan_that_touches_people_resolves_and_builds_all_below_the_answer() -> None:
    """Someone else's record may now be the same person: orders of both change their customer."""
    planned = find_planned(MANIFEST, {SOURCE}, FOLDERS)
    models = {STAGED, GATHERED, RESOLVED, ORDERS, BOUGHT, WORTH}
    assert set(planned) == {*models, RESOLVE_NODE, FIT_NODE}
    assert planned[RESOLVE_NODE] == RESOLVE.file
    assert planned[FIT_NODE] == FIT.file


def test_steps_are_where_they_say() -> None:
    """A plan names the file as a model's: it was once the name of a file that had moved."""
    root = Path(__file__).parents[2]
    assert all((root / step.file).is_file() for step in (RESOLVE, FIT))


class Case:
    """A build of everything with dbt and the engine replaced; `bad` nodes fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, bad: Sequence[str] = ()) -> None:
        self.calls: list[tuple[str, set[str]]] = []
        self.told: dict[str, str] = {}
        self.later: list[set[str]] = []
        self.bad = set(bad)
        monkeypatch.setattr(transform, "run_dbt_build", self._dbt)
        monkeypatch.setattr(transform, "run_resolve_identities", self._resolve)
        monkeypatch.setattr(transform, "run_fit_models", self._fit)

    def run(self) -> DbtResult:
        parts = build_parts(find_all(MANIFEST, FOLDERS), MANIFEST)
        tenant = mock.MagicMock(id="shop")
        build = transform.PartsBuild(tenant, mock.MagicMock(), MANIFEST, self._take)
        return build.run(parts)

    def _take(self, ended: Mapping[str, str]) -> None:
        self.told = dict(ended)

    def _dbt(self, *_: Any, select: Sequence[str], part: Any, report: Any) -> DbtResult:
        self.calls.append(("dbt", set(select)))
        self.later.append(set(part.later))
        ended = {f"model.elt.{name}": "success" for name in select}
        failed = self.bad & ended.keys()
        if "dbt" in self.bad:
            raise TransformError("dbt stopped before it built anything")
        report({**ended, **dict.fromkeys(failed, "error")})
        if failed:
            raise TransformError(f"dbt: {failed}")
        return DbtResult(len(select), 1, 0.5)

    def _resolve(self, *_: Any) -> None:
        self.calls.append(("resolve", set()))
        if RESOLVE_NODE in self.bad:
            raise TransformError("identity of people was not resolved")

    def _fit(self, *_: Any) -> None:
        self.calls.append(("fit", set()))
        if FIT_NODE in self.bad:
            raise TransformError("fit `lifetime` was not made")


def test_a_build_runs_steps_between_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(monkeypatch)
    assert case.run() == DbtResult(8, 3, 1.5)
    assert [what for what, _ in case.calls] == ["dbt", "resolve", "dbt", "fit", "dbt"]
    assert case.calls[0][1] == {"stg_till__people", "int_customers__gathered"}
    assert case.calls[-1][1] == {"fct_customer_lifetime_value"}
    assert case.told[RESOLVE_NODE] == case.told[FIT_NODE] == "success"
    assert set(case.told) == {*FILES, RESOLVE_NODE, FIT_NODE}


def test_tests_that_look_at_later_models_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link from an order to what is fitted after it was tested against yesterday's rows."""
    case = Case(monkeypatch)
    case.run()
    assert "fct_orders" in case.later[0]
    assert case.later[1] == {"fct_customer_lifetime_value"}
    assert case.later[2] == set()


def test_a_failed_resolve_is_told_and_costs_what_reads_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Marts that name no person are built all the same; the others keep yesterday's people."""
    case = Case(monkeypatch, bad=[RESOLVE_NODE])
    with pytest.raises(TransformError, match="not resolved"):
        case.run()
    assert case.calls[-1] == ("dbt", {"stg_till__sales", "dim_date"})
    assert ("fit", set()) not in case.calls
    assert case.told[RESOLVE_NODE] == "error"
    assert ORDERS not in case.told


def test_a_failed_fit_costs_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Revenue does not wait for a forecast: everything else is built, and the failure is told."""
    case = Case(monkeypatch, bad=[FIT_NODE])
    with pytest.raises(TransformError, match="not made"):
        case.run()
    assert case.calls[-1] == ("fit", set())
    assert case.told[FIT_NODE] == "error"
    assert case.told[ORDERS] == "success"
    assert WORTH not in case.told


def test_a_failure_before_costs_what_lies_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dbt calls must not let one broken staging model stop the neighbours one call let pass."""
    case = Case(monkeypatch, bad=[GATHERED])
    with pytest.raises(TransformError, match="int_customers__gathered"):
        case.run()
    assert [what for what, _ in case.calls] == ["dbt", "dbt"]
    assert case.calls[-1] == ("dbt", {"stg_till__sales", "dim_date"})


def test_a_failure_in_the_middle_costs_the_fit_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(monkeypatch, bad=[ORDERS])
    with pytest.raises(TransformError, match="fct_orders"):
        case.run()
    assert [what for what, _ in case.calls] == ["dbt", "resolve", "dbt"]
    assert WORTH not in case.told


def test_dbt_that_does_not_start_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(monkeypatch, bad=["dbt"])
    with pytest.raises(TransformError, match="before it built anything"):
        case.run()
    assert [what for what, _ in case.calls] == ["dbt"]


def test_all_failures_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(monkeypatch, bad=[RESOLVE_NODE, DATES])
    with pytest.raises(TransformError, match=r"not resolved.*dim_date"):
        case.run()
