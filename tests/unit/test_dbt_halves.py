"""Where identity resolution cuts a build, and what a failure on one side costs the other."""

from collections.abc import Mapping, Sequence
from typing import Any
from unittest import mock

import pytest

from include.core.errors import TransformError
from include.pipeline.dbt import transform
from include.pipeline.dbt.build import DbtResult
from include.pipeline.dbt.halves import RESOLVE_FILE, RESOLVE_NODE, build_halves, find_all
from include.pipeline.dbt.plan import find_planned

GATHERED, RESOLVED = "model.elt.int_customers__gathered", "model.elt.int_customers__resolved"
STAGED, DATES, ORDERS = "model.elt.stg_till__people", "model.elt.dim_date", "model.elt.fct_orders"
SALES, SOURCE = "model.elt.stg_till__sales", "source.elt.till.people"
IDENTITY, TEST = "source.elt.identity.people", "test.elt.not_null_x.1"
CHILDREN: dict[str, list[str]] = {
    SOURCE: [STAGED],
    STAGED: [GATHERED, TEST],
    GATHERED: [RESOLVED],
    IDENTITY: [RESOLVED],
    RESOLVED: [ORDERS],
    "source.elt.till.sales": [SALES],
    SALES: [ORDERS],
}
FILES = {
    STAGED: "models/staging/till/a.sql",
    SALES: "models/staging/till/b.sql",
    GATHERED: "models/intermediate/customers/c.sql",
    RESOLVED: "models/intermediate/customers/d.sql",
    ORDERS: "models/marts/core/e.sql",
    DATES: "models/marts/core/f.sql",
}
MANIFEST: dict[str, Any] = {
    "nodes": {one: {"original_file_path": file} for one, file in FILES.items()},
    "sources": {SOURCE: {"source_name": "till"}, IDENTITY: {"source_name": "identity"}},
    "child_map": CHILDREN,
}
FOLDERS = ("path:models/staging/till", "path:models/intermediate", "path:models/marts")


def test_what_identity_reads_is_built_before() -> None:
    halves = build_halves(find_all(MANIFEST, FOLDERS), MANIFEST)
    assert halves.before == tuple(sorted((STAGED, GATHERED)))
    assert set(halves.after) == {SALES, RESOLVED, ORDERS, DATES}


def test_a_build_of_nothing_that_identity_reads_stays_whole() -> None:
    assert build_halves([SALES, ORDERS], MANIFEST).before == ()
    planned = find_planned(MANIFEST, {"source.elt.till.sales"}, FOLDERS)
    assert set(planned) == {SALES, ORDERS}


def test_a_plan_that_touches_people_resolves_and_builds_all_below_the_answer() -> None:
    """Someone else's record may now be the same person: orders of both change their customer."""
    planned = find_planned(MANIFEST, {SOURCE}, FOLDERS)
    assert set(planned) == {STAGED, GATHERED, RESOLVED, ORDERS, RESOLVE_NODE}
    assert planned[RESOLVE_NODE] == RESOLVE_FILE


class Case:
    """A build of everything with dbt and the engine replaced; `bad` nodes fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, bad: Sequence[str] = ()) -> None:
        self.calls: list[tuple[str, set[str]]] = []
        self.told: dict[str, str] = {}
        self.bad = set(bad)
        monkeypatch.setattr(transform, "run_dbt_build", self._dbt)
        monkeypatch.setattr(transform, "run_resolve_identities", self._resolve)

    def run(self) -> DbtResult:
        halves = build_halves(find_all(MANIFEST, FOLDERS), MANIFEST)
        tenant = mock.MagicMock(id="shop")
        build = transform.HalvesBuild(tenant, mock.MagicMock(), MANIFEST, self._take)
        return build.run(halves)

    def _take(self, ended: Mapping[str, str]) -> None:
        self.told = dict(ended)

    def _dbt(self, *_: Any, select: Sequence[str], part: str, report: Any) -> DbtResult:
        self.calls.append((part, set(select)))
        ended = {f"model.elt.{name}": "success" for name in select}
        failed = self.bad & ended.keys()
        report({**ended, **dict.fromkeys(failed, "error")})
        if failed:
            raise TransformError(f"dbt: {failed}")
        return DbtResult(len(select), 1, 0.5)

    def _resolve(self, *_: Any) -> None:
        self.calls.append(("resolve", set()))
        if RESOLVE_NODE in self.bad:
            raise TransformError("identity of people was not resolved")


def test_a_build_resolves_between_its_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(monkeypatch)
    assert case.run() == DbtResult(6, 2, 1.0)
    assert [part for part, _ in case.calls] == ["first", "resolve", ""]
    assert case.calls[0][1] == {"stg_till__people", "int_customers__gathered"}
    assert case.told[RESOLVE_NODE] == "success"
    assert set(case.told) == {*FILES, RESOLVE_NODE}


def test_a_failed_resolve_is_told_and_costs_what_reads_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Marts that name no person are built all the same; the others keep yesterday's people."""
    case = Case(monkeypatch, bad=[RESOLVE_NODE])
    with pytest.raises(TransformError, match="not resolved"):
        case.run()
    assert case.calls[-1] == ("", {"stg_till__sales", "dim_date"})
    assert case.told[RESOLVE_NODE] == "error"
    assert ORDERS not in case.told


def test_a_failure_before_costs_what_lies_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dbt calls must not let one broken staging model stop the neighbours one call let pass."""
    case = Case(monkeypatch, bad=[GATHERED])
    with pytest.raises(TransformError, match="int_customers__gathered"):
        case.run()
    assert ("resolve", set()) not in case.calls
    assert case.calls[-1] == ("", {"stg_till__sales", "dim_date"})


def test_both_failures_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(monkeypatch, bad=[RESOLVE_NODE, DATES])
    with pytest.raises(TransformError, match=r"not resolved.*dim_date"):
        case.run()
