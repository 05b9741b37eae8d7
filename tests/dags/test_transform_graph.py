"""A transform DAG's graph in each way it can be drawn, and its model tasks' answers."""

import json
import os
from pathlib import Path

import pytest
from airflow.sdk import DAG, AssetAny, TriggerRule

from include.orchestration.dag_builders.transform import build_transform_dag
from include.transform.drawing import find_drawing, run_write_drawing
from tests.dags.conftest import TENANT
from tests.dags.test_parsing import probe

# Enough of a manifest for Cosmos: id -> parents. `stg_other` belongs to a connector nobody has.
NODES = {
    "model.elt.stg_till__sales": ("models/staging/till", []),
    "model.elt.stg_other__x": ("models/staging/other", []),
    "model.elt.int_orders": ("models/intermediate/orders", ["model.elt.stg_till__sales"]),
    "model.elt.fct_orders": (
        "models/marts/core",
        ["model.elt.int_orders", "model.elt.stg_other__x"],
    ),
    "model.elt.dim_date": ("models/marts/core", []),
}


def _write_project(root: Path, nodes_by_id: dict[str, tuple[str, list[str]]]) -> None:
    (root / "dbt").mkdir(exist_ok=True)
    (root / "dbt" / "dbt_project.yml").write_text("name: elt\nprofile: elt\nversion: '1'\n")
    (root / "dbt" / "profiles.yml").write_text("elt: {target: x, outputs: {x: {type: postgres}}}\n")
    nodes = {}
    for unique_id, (folder, parents) in nodes_by_id.items():
        name = unique_id.rsplit(".", 1)[1]
        (root / "dbt" / folder).mkdir(parents=True, exist_ok=True)
        (root / "dbt" / folder / f"{name}.sql").write_text("select 1")
        nodes[unique_id] = {
            "unique_id": unique_id,
            "name": name,
            "resource_type": "model",
            "package_name": "elt",
            "original_file_path": f"{folder}/{name}.sql",
            "depends_on": {"nodes": parents},
            "config": {"materialized": "view"},
            "tags": [],
            "fqn": ["elt", *folder.split("/")[1:], name],
        }
    (root / "manifest.json").write_text(
        json.dumps({"nodes": nodes, "sources": {}, "exposures": {}})
    )


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_platform):
    _write_project(tmp_path, NODES)
    monkeypatch.setenv("ELT_DBT_PROJECT_DIR", str(tmp_path / "dbt"))
    monkeypatch.setenv("ELT_DBT_MANIFEST", str(tmp_path / "manifest.json"))

    def run(render: str) -> DAG:
        platform = write_platform(shop=TENANT + f"render: {render}\n")
        assert not platform.problems
        return build_transform_dag(platform.tenant("shop"))

    return run


def _graph(dag: DAG) -> dict[str, set[str]]:
    return {task.task_id: task.downstream_task_ids for task in dag.tasks}


def test_a_task_per_model_in_two_groups_beside_one_build(build) -> None:
    assert _graph(build("models")) == {
        "wait_for_feeds": {
            *("dbt_build", "staging.stg_till__sales", "marts.dim_date"),
            *("marts.int_orders", "marts.fct_orders"),
        },
        "dbt_build": {"check_marts"},
        "staging.stg_till__sales": {"marts.int_orders"},
        "marts.int_orders": {"marts.fct_orders"},
        "marts.fct_orders": {"check_marts"},
        "marts.dim_date": {"check_marts"},
        "check_marts": set(),
    }


def test_models_start_in_the_triggerer(build) -> None:
    """148 workers were started only to say what one build had said already."""
    dag = build("models")
    task = dag.get_task("marts.fct_orders")
    assert task.start_from_trigger
    assert task.start_trigger_args.trigger_kwargs == {
        "unique_id": "model.elt.fct_orders",
        "build_task_id": "dbt_build",
        "above": ["marts.int_orders"],
    }
    assert not dag.get_task("dbt_build").start_from_trigger


def test_a_task_per_layer(build) -> None:
    assert _graph(build("layers")) == {
        "wait_for_feeds": {"staging"},
        "staging": {"marts"},
        "marts": {"check_marts"},
        "check_marts": set(),
    }


def test_one_task(build) -> None:
    dag = build("single")
    assert _graph(dag) == {
        "wait_for_feeds": {"dbt_build"},
        "dbt_build": {"check_marts"},
        "check_marts": set(),
    }
    assert dag.get_task("dbt_build").folders == (
        "path:models/staging/till",
        "path:models/intermediate",
        "path:models/marts",
    )


def test_without_a_manifest_it_still_runs_and_says_so(build, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").unlink()
    dag = build("models")
    assert set(_graph(dag)) == {"wait_for_feeds", "staging", "marts", "check_marts"}
    assert "make manifest" in dag.doc_md


def test_any_feed_wakes_it_and_only_one_run_at_a_time(build) -> None:
    """With several runs at once every feed of a burst would start its own transform."""
    dag = build("models")
    assert dag.schedule == AssetAny(*dag.get_task("wait_for_feeds").inlets[:2])
    assert [asset.name for asset in dag.get_task("wait_for_feeds").inlets] == [
        "raw/shop/drop",
        "raw/shop/till",
        "mart/shop",
    ]
    assert dag.max_active_runs == 1
    # With it a pause of a week would be made up for, run by run, out of the same raw tables.
    assert dag.catchup is False
    assert dag.max_active_tasks >= 8
    assert dag.tags == {"tenant:shop", "layer:transform"}
    assert [asset.name for asset in dag.get_task("check_marts").outlets] == ["mart/shop"]


def test_what_fails_stops_what_depends_on_it(build) -> None:
    dag = build("models")
    rules = {task.task_id: task.trigger_rule for task in dag.tasks}
    assert rules.pop("check_marts") == TriggerRule.NONE_FAILED
    assert rules.pop("dbt_build") == TriggerRule.ALL_SUCCESS
    assert not dag.get_task("marts.fct_orders").on_failure_callback


def test_models_wait_for_the_plan_and_not_for_one_another(build) -> None:
    """Sixteen layers of models, each started when the one above had ended, took 48 s beside dbt."""
    dag = build("models")
    models = [task for task in dag.tasks if "." in task.task_id]
    assert len(models) == 4
    for task in models:
        assert task.trigger_rule == TriggerRule.ONE_SUCCESS
        assert "wait_for_feeds" in task.upstream_task_ids


def test_the_last_layer_is_what_is_remembered_as_built(build) -> None:
    dag = build("layers")
    assert [dag.get_task(name).is_last for name in ("staging", "marts")] == [False, True]


def test_it_is_drawn_from_the_small_manifest_and_is_the_same(build, tmp_path: Path) -> None:
    """4 MB of tests, SQL and documentation were read for each tenant in each task's process."""
    before = _graph(build("models"))
    manifest = tmp_path / "manifest.json"
    run_write_drawing(manifest)
    drawing = find_drawing(manifest)
    assert drawing != manifest
    assert _graph(build("models")) == before
    drawing.write_text(json.dumps({"nodes": {}}))
    assert set(_graph(build("models"))) == {"wait_for_feeds", "dbt_build", "check_marts"}
    manifest.touch()
    os.utime(drawing, (1, 1))
    assert _graph(build("models")) == before, "the manifest is newer"


def test_two_processes_serialize_the_same_bytes(build, tmp_path: Path) -> None:
    """Cosmos draws in the order of a set, so each parse in a new process was a new DAG version."""
    more = {f"model.elt.dim_{letter}": ("models/marts/core", []) for letter in "abcdefghijkl"}
    _write_project(tmp_path, NODES | more)
    build("models")
    first, second = probe("1", "tenant_transform.py"), probe("2", "tenant_transform.py")
    assert "marts.dim_l" in first["dags"]["transform__shop"]
    assert first["dags"] == second["dags"]
    assert " object at 0x" not in json.dumps(first["dags"])
