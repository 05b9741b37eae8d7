"""Several builds in one dbt process: each as if it had one of its own."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.config.settings import Settings, load_settings
from include.pipeline.dbt import session
from include.pipeline.dbt.environment import build_dbt_environment
from include.pipeline.dbt.session import find_python, keep_dbt, run_build_command

PROJECT = """
name: elt
profile: elt
version: '1.0'
model-paths: [models]
"""
PROFILE = """
elt:
  target: warehouse
  outputs:
    warehouse:
      type: postgres
      host: "{{ env_var('ELT_DBT_HOST') }}"
      port: "{{ env_var('ELT_DBT_PORT') | int }}"
      user: "{{ env_var('ELT_DBT_USER') }}"
      password: "{{ env_var('ELT_DBT_PASSWORD') }}"
      dbname: "{{ env_var('ELT_DBT_DBNAME') }}"
      schema: dbt_session
      threads: 1
"""
WHO = "select pg_backend_pid() as pid, cast(current_user as text) as acts_as"
MODELS = {
    "good": "select 1 as n",
    "bad": "select 1/0 as n",
    "later": "select n from {{ ref('good') }}",
}


class Case:
    def __init__(self, folder: Path, url: str) -> None:
        project = folder / "project"
        (project / "models").mkdir(parents=True)
        (project / "dbt_project.yml").write_text(PROJECT)
        (project / "profiles.yml").write_text(PROFILE)
        for name, text in MODELS.items():
            head = "{{ config(materialized='table') }}\n"
            (project / "models" / f"{name}.sql").write_text(head + text)
        self.settings: Settings = replace(load_settings(), dbt_project_dir=project)
        self.target = folder / "target"
        self.environment = build_dbt_environment(url, "shop", tenant_roles=False)
        self.events: list[Mapping[str, Any]] = []

    def build(self, *names: str, variables: str = "{}") -> tuple[int, dict[str, str]]:
        """The exit code, and name -> state of what run_results.json has."""
        results = self.target / "run_results.json"
        results.unlink(missing_ok=True)
        words = ["build", "--select", *names, "--vars", variables]
        words += ["--target-path", str(self.target), "--log-path", str(self.target / "logs")]
        code = run_build_command(
            self.settings, words, self.environment, results, self.events.append
        )
        found = json.loads(results.read_text())["results"] if results.exists() else []
        return code, {one["unique_id"].rsplit(".", 1)[1]: one["status"] for one in found}


@pytest.fixture
def case(tmp_path: Path, warehouse: str) -> Case:
    return Case(tmp_path, warehouse)


def test_builds_of_one_session_share_a_process_and_nothing_else(case: Case) -> None:
    """Each half of a transform started dbt and read the project: 7 CPU seconds for nothing."""
    with keep_dbt(case.settings):
        assert case.build("good") == (0, {"good": "success"})
        first = session._CURRENT.get()._process  # type: ignore[union-attr]
        assert case.build("bad", "later") == (1, {"bad": "error", "later": "success"})
        assert case.build("later") == (0, {"later": "success"})
        assert session._CURRENT.get()._process is first  # type: ignore[union-attr]
        assert first.poll() is None
    assert first.poll() == 0, "it ends with the session"
    ended = [
        e for e in case.events if (e.get("data") or {}).get("node_info", {}).get("node_finished_at")
    ]
    assert {e["data"]["node_info"]["unique_id"].rsplit(".", 1)[1] for e in ended} == set(MODELS)
    assert (case.target / "manifest.json").exists()


def test_other_variables_are_parsed_anew(case: Case) -> None:
    (case.settings.dbt_project_dir / "models" / "later.sql").write_text(
        "{{ config(enabled=var('wanted', false)) }} select 1 as n"
    )
    with keep_dbt(case.settings):
        assert case.build("later") == (0, {})
        assert case.build("later", variables='{"wanted": true}') == (0, {"later": "success"})


def test_a_project_that_cannot_be_parsed_answers_two_and_leaves_no_results(case: Case) -> None:
    (case.settings.dbt_project_dir / "models" / "bad.sql").write_text("{{ ref('nobody') }}")
    assert case.build("good") == (2, {})


def test_a_process_that_dies_is_an_error_and_the_next_build_has_another(case: Case) -> None:
    with keep_dbt(case.settings):
        assert case.build("good")[0] == 0
        process = session._CURRENT.get()._process  # type: ignore[union-attr]
        process.kill()
        process.wait()
        assert case.build("good") == (0, {"good": "success"})


def test_without_a_python_beside_dbt_each_build_is_a_command(case: Case, tmp_path: Path) -> None:
    """ELT_DBT_EXECUTABLE may be a script of somebody's own."""
    script = tmp_path / "bin" / "dbt"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {load_settings().dbt_executable} "$@"\n')
    script.chmod(0o755)
    shutil.copy(script, script.parent / "python")
    case.settings = replace(case.settings, dbt_executable=script)
    assert find_python(case.settings) is None
    assert case.build("good") == (0, {"good": "success"})


def test_nodes_of_a_thread_share_a_connection(case: Case, warehouse: str) -> None:
    """dbt logs in anew for every node: 900 server processes in one build of a large tenant.

    A failed node in between leaves nothing behind, and the role that was set stays.
    """
    models = case.settings.dbt_project_dir / "models"
    for name in ("first", "second"):
        (models / f"{name}.sql").write_text("{{ config(materialized='table') }}\n" + WHO)
    profile = case.settings.dbt_project_dir / "profiles.yml"
    profile.write_text(profile.read_text() + "      role: dbt_session_role\n")
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("drop schema if exists dbt_session cascade")
        connection.execute("create role dbt_session_role")
        connection.execute("grant dbt_session_role to current_user")
        database = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL("grant create on database {} to dbt_session_role").format(database)
        )
        try:
            code, ended = case.build("bad", "first", "second")
            found = connection.execute(
                "select * from dbt_session.first union all select * from dbt_session.second"
            ).fetchall()
        finally:
            connection.execute("drop owned by dbt_session_role cascade")
            connection.execute("drop role dbt_session_role")
    assert (code, ended["bad"], ended["first"], ended["second"]) == (1, "error", *["success"] * 2)
    assert found[0] == found[1], "one server process, one role"
    assert found[0][1] == "dbt_session_role"
