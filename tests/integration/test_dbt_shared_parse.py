"""Tenants that read one parse: each has its own schemas, its own sources and its own words."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.settings import ROOT, Settings, load_settings
from include.pipeline.dbt.environment import build_dbt_environment
from include.pipeline.dbt.session import keep_dbt, run_build_command
from include.pipeline.dbt.shared_parse import run_keep_parse
from tests.integration.dbt_project import run_cold_dbt
from tests.integration.test_dbt_session import PROFILE

PROJECT = """
name: elt
profile: elt
version: '1.0'
model-paths: [models]
macro-paths: [macros]
vars: {tenant: unset, word: none, beside: false, sources_by_concept: {}}
models: {elt: {+materialized: table, +schema: int, marts: {+schema: mart}}}
"""
NAMES = "macros/generate_schema_name.sql"
FILES = {
    NAMES: (ROOT / "dbt" / NAMES).read_text(),
    "models/marts/fct_rows.sql": "select n from {{ ref('unioned') }}",
    "models/sources.yml": """
sources:
  - name: shop
    schema: "{{ var('tenant') }}_raw_shop"
    tables: [{name: orders}]
  - name: till
    schema: "{{ var('tenant') }}_raw_till"
    tables: [{name: sales}]
models: [{name: unioned, columns: [{name: n, data_tests: [not_null]}]}]""",
    "models/of_shop.sql": "select n from {{ source('shop', 'orders') }}",
    "models/of_till.sql": "select n from {{ source('till', 'sales') }}",
    "models/unioned.sql": """
{% for one in var('sources_by_concept').get('orders', []) %}
select n, '{{ var("word") }}' as word from {{ ref('of_' ~ one) }} {% if not loop.last %}union all
{% endif %}
{% else %}select 0 as n, '{{ var("word") }}' as word{% endfor %}""",
}


def build_variables(
    tenant: str, *connectors: str, word: str = "none", beside: bool = False
) -> dict[str, Any]:
    given = {"tenant": tenant, "word": word, "beside": beside}
    return given | {"sources_by_concept": {"orders": list(connectors)}}


@pytest.fixture
def settings(tmp_path: Path, warehouse: str) -> Settings:
    """With a project whose parse, made for no tenant and no warehouse, is kept."""
    project = tmp_path / "project"
    for name, text in {**FILES, "dbt_project.yml": PROJECT, "profiles.yml": PROFILE}.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    variables = build_variables("manifest", "shop", "till")
    nowhere = "postgresql://elt@localhost:5432/warehouse"
    run_cold_dbt(nowhere, tmp_path / "first", "parse", variables=variables, project=project)
    manifest = tmp_path / "manifest.json"
    manifest.touch()
    run_keep_parse(manifest, tmp_path / "first", json.dumps(variables))
    return replace(load_settings(), dbt_project_dir=project, dbt_manifest=manifest)


def build(settings: Settings, url: str, variables: dict[str, Any], *select: str) -> Path:
    target = settings.dbt_manifest.with_name(f"target_{variables['tenant']}")
    words = ["build", "--select", *select, "--vars", json.dumps(variables)]
    words += ["--target-path", str(target), "--log-path", str(target)]
    environment = build_dbt_environment(url, "none", tenant_roles=False)
    results = target / "run_results.json"
    code = run_build_command(settings, words, environment, results, lambda event: None)
    assert code == 0
    ended = json.loads(results.read_text())["results"]
    assert ended
    assert {one["status"] for one in ended} <= {"success", "pass"}
    return target


def test_each_tenant_builds_in_its_own_schemas_from_its_own_sources(
    settings: Settings, warehouse: str
) -> None:
    """Every tenant's first build read the whole project: a third of its CPU time."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("create schema acme_raw_shop; create schema corner_raw_till")
        connection.execute("create table acme_raw_shop.orders as select 1 as n")
        connection.execute("create table corner_raw_till.sales as select 2 as n")
        with keep_dbt(settings):
            told = build_variables("acme", "shop", word="one")
            target = build(settings, warehouse, told, "of_shop", "unioned")
            told = build_variables("corner", "till", word="two")
            build(settings, warehouse, told, "of_till", "unioned")
            build(settings, warehouse, build_variables("nobody"), "unioned")
        found = {
            tenant: connection.execute(f"select n, word from {tenant}_int.unioned").fetchall()
            for tenant in ("acme", "corner", "nobody")
        }
        schemas = connection.execute(
            "select count(*) from pg_namespace where nspname like 'manifest%'"
        ).fetchone()
    assert found == {"acme": [(1, "one")], "corner": [(2, "two")], "nobody": [(0, "none")]}
    assert schemas == (0,)
    assert not (target / "partial_parse.msgpack").exists(), "it parsed for itself"
    node = json.loads((target / "manifest.json").read_text())["nodes"]["model.elt.unioned"]
    name = warehouse.rsplit("/", 1)[1]
    assert node["relation_name"] == f'"{name}"."acme_int"."unioned"'


def test_marts_made_beside_are_of_the_shared_parse_too(settings: Settings, warehouse: str) -> None:
    """Since they are, each build read the whole project again: 12 CPU seconds a tenant."""
    told = build_variables("shop", beside=True)
    target = build(settings, warehouse, told, "unioned", "fct_rows")
    assert not (target / "partial_parse.msgpack").exists(), "it parsed for itself"
    target = build(settings, warehouse, told | {"beside": False}, "fct_rows")
    with psycopg.connect(warehouse) as connection:
        made = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname like 'shop%' order by 1"
        ).fetchall()
    assert made == [("shop_int", "unioned"), ("shop_mart", "fct_rows"), ("shop_next", "fct_rows")]


def test_an_edit_after_the_parse_is_built(settings: Settings, warehouse: str) -> None:
    """`make manifest` is for DAGs; who edits a model and builds it must not get the old one."""
    model = settings.dbt_project_dir / "models" / "unioned.sql"
    model.write_text("select 7 as n")
    build(settings, warehouse, build_variables("editor"), "unioned")
    with psycopg.connect(warehouse) as connection:
        assert connection.execute("select n from editor_int.unioned").fetchone() == (7,)
