"""What a transform builds: exactly what lies below the changed raw tables."""

import random
from pathlib import Path
from typing import Any

import yaml

from include.config.load import load_tenant
from include.pipeline.dbt.node_states import NodeStates, build_attached
from include.pipeline.dbt.plan import BuildPlan, find_downstream, find_mapped, find_sources
from tests.shipped import load_known_connectors

FOLDERS = ("path:models/staging/till", "path:models/marts")


def _manifest(edges: dict[str, list[str]], files: dict[str, str]) -> dict[str, Any]:
    nodes = {id_: {"original_file_path": file} for id_, file in files.items()}
    sources = {
        "source.elt.till.sales": {"schema": "manifest_raw_till", "identifier": "sales"},
        "source.elt.till.sales__lines": {
            "schema": "manifest_raw_till", "identifier": "sales__lines"},
        "source.elt.till.sales_tax": {"schema": "manifest_raw_till", "identifier": "sales_tax"},
        "source.elt.shop.sales": {"schema": "manifest_raw_shop", "identifier": "sales"},
    }  # fmt: skip
    return {"nodes": nodes, "sources": sources, "child_map": edges}


def test_a_stream_is_its_table_and_its_children() -> None:
    manifest = _manifest({}, {})
    assert find_sources(manifest, "acme", {("till", "sales")}) == {
        "source.elt.till.sales",
        "source.elt.till.sales__lines",
    }
    assert find_sources(manifest, "acme", {("other", "sales")}) == set()


def test_a_mapped_stream_leads_to_its_concepts(tmp_path: Path) -> None:
    """No source of the graph names a tenant's own stream: its news would have built nothing."""
    own = {"orders": {"from": "sales", "order_id": "id", "order_status": {"value": "paid"}}}
    own["orders"] |= {"total_amount": "total", "ordered_on": "day", "currency_code": "code"}
    own["order_lines"] = {"from": "sales__lines", "order_line_id": "id", "gross_amount": "total"}
    own["order_lines"] |= {"order_id": "_parent_id", "quantity": "pieces"}
    feed = {"connector": "sql", "start_date": "2025-01-01", "options": {"path": "x.sqlite"}}
    data = {
        "tenant": "shop",
        "name": "S",
        "owner": "a",
        "feeds": {"till": feed | {"concepts": own}},
    }
    path = tmp_path / "shop.yaml"
    path.write_text(yaml.safe_dump(data))
    tenant, problems = load_tenant(path, load_known_connectors())
    assert problems == []
    assert tenant is not None
    names = ("int_orders__unioned", "int_order_lines__unioned", "int_refunds__unioned")
    manifest = _manifest({}, {f"model.elt.{n}": "x" for n in (*names, "int_concepts__refused")})
    found = find_mapped(manifest, tenant, {("till", "sales")})
    assert found == {f"model.elt.{n}" for n in (*names[:2], "int_concepts__refused")}
    assert find_mapped(manifest, tenant, {("till", "other"), ("shop", "sales")}) == set()


def test_random_graphs_give_exactly_what_is_reachable() -> None:
    """Each of 200 random graphs is walked the slow way too."""
    for seed in range(200):
        draw = random.Random(seed)
        ids = [f"model.elt.m{n}" for n in range(draw.randint(1, 25))]
        edges: dict[str, list[str]] = {
            one: [other for other in ids[n + 1 :] if draw.random() < 0.15]
            for n, one in enumerate(ids)
        }
        root = "source.elt.till.sales"
        edges[root] = [one for one in ids if draw.random() < 0.2] + ["test.elt.t.1"]
        files = {
            one: draw.choice(("models/marts/x.sql", "models/staging/other/x.sql")) for one in ids
        }
        manifest = _manifest(edges, files)
        below = find_downstream(manifest, {root}, FOLDERS)
        reachable = {one for one in ids if _reaches(edges, root, one)}
        assert set(below) == {one for one in reachable if files[one].startswith("models/marts/")}


def _reaches(edges: dict[str, list[str]], start: str, end: str) -> bool:
    return any(child == end or _reaches(edges, child, end) for child in edges.get(start, ()))


def test_a_plan_selects_by_layer() -> None:
    plan = BuildPlan(
        "changed", "f", {},
        {"model.elt.stg_a": "models/staging/till/stg_a.sql", "snapshot.elt.s": "models/marts/s.y"},
    )  # fmt: skip
    assert plan.select(FOLDERS) == ("s", "stg_a")
    assert plan.select(FOLDERS[:1]) == ("stg_a",)
    # A folder's name that is the start of another's is not that folder.
    assert plan.select(("path:models/staging/ti",)) == ()
    assert BuildPlan("all", "f", {}).select(FOLDERS) == FOLDERS
    assert BuildPlan("none", "f", {}, {}).is_nothing
    assert not BuildPlan("all", "f", {}).is_nothing


def _event(unique_id: str, status: str, finished: str = "2026-01-01T00:00:00") -> dict[str, Any]:
    info = {"unique_id": unique_id, "node_status": status, "node_finished_at": finished}
    return {"data": {"node_info": info}}


def test_a_model_has_ended_when_its_tests_have() -> None:
    """A model was green for a moment before its failed test made it red."""
    states = NodeStates({"test.elt.a": "model.elt.m", "test.elt.b": "model.elt.m"})
    assert not states.take(_event("model.elt.m", "success"))
    assert not states.take(_event("test.elt.a", "pass"))
    assert states.take(_event("test.elt.b", "warn"))
    assert states.ended == {"model.elt.m": "success"}


def test_the_first_failed_test_ends_its_model() -> None:
    states = NodeStates({"test.elt.a": "model.elt.m", "test.elt.b": "model.elt.m"})
    states.take(_event("model.elt.m", "success"))
    assert states.take(_event("test.elt.a", "fail"))
    assert not states.take(_event("test.elt.b", "pass"))
    assert states.ended == {"model.elt.m": "test failed"}


def test_failures_and_starts() -> None:
    states = NodeStates({})
    assert not states.take(_event("model.elt.m", "started", finished=""))
    assert states.take(_event("model.elt.m", "error"))
    assert states.take(_event("model.elt.n", "skipped"))
    assert not states.take({"info": {"msg": "Running with dbt"}})
    states.settle_all({"model.elt.o": "success"})
    assert states.ended == {
        "model.elt.m": "error", "model.elt.n": "skipped", "model.elt.o": "success"
    }  # fmt: skip


def test_a_test_belongs_to_the_model_it_is_declared_at() -> None:
    nodes = {
        "test.elt.a": {"resource_type": "test", "attached_node": "model.elt.m"},
        "test.elt.own": {"resource_type": "test", "depends_on": {"nodes": ["x", "model.elt.n"]}},
        "model.elt.m": {"resource_type": "model"},
    }
    assert build_attached({"nodes": nodes}) == {
        "test.elt.a": "model.elt.m",
        "test.elt.own": "model.elt.n",
    }
