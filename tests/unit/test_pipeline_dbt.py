"""What dbt is told and what is made of its answers."""

import json
from pathlib import Path

import pytest

from include.core.errors import ConfigError
from include.pipeline.dbt.build import (
    build_node_states,
    build_result,
    build_transform_error,
    load_attached,
    load_run_results,
)
from include.pipeline.dbt.environment import build_dbt_environment
from include.pipeline.dbt.manifest import build_fingerprint

RESULTS = [
    {"unique_id": "model.elt.stg_a", "status": "success", "execution_time": 1.5},
    {"unique_id": "model.elt.fct_b", "status": "success", "execution_time": 2.0},
    {"unique_id": "test.elt.unique_fct_b.1", "status": "fail", "execution_time": 0.5},
    {"unique_id": "model.elt.agg_c", "status": "skipped", "execution_time": 0},
    {"unique_id": "snapshot.elt.snap_d", "status": "error", "execution_time": None},
]


def test_environment_of_a_tenant() -> None:
    found = build_dbt_environment(
        "postgresql://elt:p%40ss@db.example:6543/wh", "acme", tenant_roles=True
    )
    assert {name: value for name, value in found.items() if name.startswith("ELT_DBT")} == {
        "ELT_DBT_HOST": "db.example",
        "ELT_DBT_PORT": "6543",
        "ELT_DBT_USER": "elt",
        "ELT_DBT_PASSWORD": "p@ss",
        "ELT_DBT_DBNAME": "wh",
        "ELT_DBT_ROLE": "elt_acme",
        "ELT_DBT_THREADS": "4",
    }


def test_a_socket_folder_is_a_host_and_roles_can_be_off() -> None:
    found = build_dbt_environment("postgresql:///wh?host=/run/pg", "acme", tenant_roles=False)
    assert (found["ELT_DBT_HOST"], found["ELT_DBT_DBNAME"]) == ("/run/pg", "wh")
    assert found["ELT_DBT_ROLE"] == ""


def test_another_kind_of_url_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        build_dbt_environment("mysql://root:secret@db/wh", "acme", tenant_roles=True)
    assert "secret" not in str(caught.value)


def test_a_models_failed_test_is_the_models_state() -> None:
    """A model whose test had failed was green, and only the group's build task was red."""
    states = build_node_states(RESULTS, {"test.elt.unique_fct_b.1": "model.elt.fct_b"})
    assert states == {
        "model.elt.stg_a": "success",
        "model.elt.fct_b": "test failed",
        "model.elt.agg_c": "skipped",
        "snapshot.elt.snap_d": "error",
    }


def test_which_model_a_test_belongs_to(tmp_path: Path) -> None:
    nodes = {
        "test.elt.unique_fct_b.1": {"resource_type": "test", "attached_node": "model.elt.fct_b"},
        "test.elt.own": {"resource_type": "test", "depends_on": {"nodes": ["model.elt.stg_a"]}},
        "model.elt.stg_a": {"resource_type": "model"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    assert load_attached(tmp_path, RESULTS) == {
        "test.elt.unique_fct_b.1": "model.elt.fct_b",
        "test.elt.own": "model.elt.stg_a",
    }
    assert load_attached(tmp_path, RESULTS[:2]) == {}
    assert load_attached(tmp_path / "none", RESULTS) == {}


def test_counts_and_error() -> None:
    result = build_result(RESULTS)
    assert (result.models, result.tests, result.seconds) == (4, 1, 4.0)
    error = build_transform_error("acme", RESULTS, 1)
    assert str(error) == (
        "acme: dbt: 2 nodes failed: `unique_fct_b.1`, `snap_d`; 1 skipped behind them. "
        "The task's log has their messages."
    )
    assert "before it built anything" in str(build_transform_error("acme", [], 2))


def test_results_of_a_build_that_never_began(tmp_path: Path) -> None:
    assert load_run_results(tmp_path / "run_results.json") == []
    (tmp_path / "run_results.json").write_text("{half")
    assert load_run_results(tmp_path / "run_results.json") == []


def test_the_fingerprint_sees_files_names_and_variables_but_not_dbts_own_output(
    tmp_path: Path,
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1")
    first = build_fingerprint(tmp_path, "{}")
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text("{}")
    assert build_fingerprint(tmp_path, "{}") == first
    assert build_fingerprint(tmp_path, '{"x": 1}') != first
    (tmp_path / "models" / "a.sql").rename(tmp_path / "models" / "b.sql")
    assert build_fingerprint(tmp_path, "{}") != first
