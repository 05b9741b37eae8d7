"""dbt's tests as outcomes: named by model, without dbt's message, which may quote rows."""

from include.quality.check import Dimension, Origin, Severity, Status
from include.quality.dbt_tests import build_dbt_outcomes

ID = "test.elt.not_null_fct_orders_order_id.abc"
MANIFEST = {
    "nodes": {
        ID: {
            "name": "not_null_fct_orders_order_id",
            "attached_node": "model.elt.fct_orders",
            "column_name": "order_id",
            "test_metadata": {"name": "not_null"},
            "config": {"severity": "ERROR"},
        },
        "test.elt.own": {
            "name": "own",
            "depends_on": {"nodes": ["model.elt.a", "model.elt.b"]},
            "config": {"severity": "warn"},
        },
    }
}


def _result(state: str, unique_id: str = ID, failures: int | None = None) -> dict:
    message = "value ann@x.example is not unique"
    return {"unique_id": unique_id, "status": state, "failures": failures, "message": message}


def test_states_become_ours() -> None:
    states = {
        state: build_dbt_outcomes([_result(state)], MANIFEST)[0].status
        for state in ("pass", "fail", "warn", "error", "skipped", "runtime error")
    }
    assert states == {
        "pass": Status.PASSED,
        "fail": Status.FAILED,
        "warn": Status.FAILED,
        "error": Status.BROKEN,
        "skipped": Status.SKIPPED,
        "runtime error": Status.BROKEN,
    }


def test_an_outcome_names_its_model_and_no_row() -> None:
    (one,) = build_dbt_outcomes([_result("fail", failures=4)], MANIFEST)
    assert (one.name, one.stream, one.about) == (
        "not_null_fct_orders_order_id",
        "fct_orders",
        "fct_orders",
    )
    assert (one.bad_rows, one.dimension, one.severity, one.origin) == (
        4,
        Dimension.COMPLETENESS,
        Severity.ERROR,
        Origin.DBT,
    )
    assert "ann@" not in one.detail
    assert "ann@" not in build_dbt_outcomes([_result("error")], MANIFEST)[0].detail


def test_models_and_unit_tests_are_no_checks_and_unknown_tests_keep_their_name() -> None:
    results = [
        _result("success", "model.elt.a"),
        _result("pass", "unit_test.elt.a.b"),
        _result("warn", "test.elt.own", 2),
        _result("pass", "test.elt.gone.x"),
    ]
    found = build_dbt_outcomes(results, MANIFEST)
    assert [(one.name, one.stream, one.severity) for one in found] == [
        ("own", "b", Severity.WARN),
        ("gone", None, Severity.ERROR),
    ]
