"""dbt's documentation by dbt itself: from its DAG's task to the entry in Airflow's menu."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from include.console.answers import Refusal
from include.console.pages.dbt_docs import send_docs
from include.orchestration.dag_builders.dbt_docs import build_dbt_docs_dag
from plugins.elt_plugin import EltPlugin
from tests.contract.dbt_models import MODELS
from tests.integration.dbt_project import parsed_settings

PLAIN = Request({"type": "http", "method": "GET", "path": "/docs", "headers": []})


def test_the_dag_writes_what_the_menu_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a person may look for is in it: models, columns, tests, what depends on what."""
    manifest = tmp_path / "dbt" / "manifest.json"
    shutil.copytree(
        parsed_settings().dbt_manifest.parent,
        manifest.parent,
        ignore=lambda folder, names: [one for one in names if (Path(folder) / one).is_dir()],
    )
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_DBT_MANIFEST", str(manifest))
    with pytest.raises(Refusal):
        send_docs(PLAIN)
    task = build_dbt_docs_dag().get_task("build")
    assert task.execute({"dag_run": SimpleNamespace(conf={}), "params": {}}) == "docs.html"
    found = send_docs(PLAIN)
    text = bytes(found.body).decode()
    assert found.status_code == 200
    assert found.media_type == "text/html"
    known = set(re.findall(r'"(?:model|test|snapshot)\.elt\.(\w+)', text))
    assert MODELS.keys() <= known, "a model that nobody can look up"
    described = MODELS["fct_orders"].columns["net_amount"]["description"]
    assert described[:40] in text
    assert '"model.elt.int_money__ledger"' in text.split('"parent_map"')[-1]
    [view] = [one for one in EltPlugin().external_views if one["name"] == "dbt docs"]
    assert view["href"].endswith("/elt/docs")
    assert view["destination"] == "nav"
