"""Airflow away from home, the repository's DAGs, and made-up tenants to build others from."""

import atexit
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

# Airflow reads these when it is first imported, which no other test folder does. A probe's process
# (parse_probe.py) imports this file too and keeps its parent's folder.
HOME_VARIABLE = "ELT_TEST_AIRFLOW_HOME"
if HOME_VARIABLE not in os.environ:
    os.environ[HOME_VARIABLE] = tempfile.mkdtemp(prefix="elt-test-airflow-")
    atexit.register(shutil.rmtree, os.environ[HOME_VARIABLE], ignore_errors=True)
os.environ["AIRFLOW_HOME"] = os.environ[HOME_VARIABLE]
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__COSMOS__ENABLE_TELEMETRY"] = "False"
os.environ["DO_NOT_TRACK"] = "1"

import pytest  # noqa: E402
from airflow.sdk import DAG  # noqa: E402

from include.config.load import load_platform  # noqa: E402
from include.config.models import Platform  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))

CONNECTORS = {
    "till": """
connector: till
title: Till
kind: rest
secrets: {token: API token}
api: {base_url: "https://till.example"}
streams:
  sales:
    path: /sales
    primary_key: [id]
    lookback_h: 2
    columns: {id: text, updated_at: timestamp}
    cursor: {field: updated_at, why: test}
  stores: {path: /stores, primary_key: [id], columns: {id: text}}
""",
    "folder": """
connector: folder
title: Folder
kind: files
streams_from_feed: true
options:
  path: {type: text, required: true, description: Folder.}
  streams: {type: mapping, description: Streams.}
""",
}
TENANT = """
tenant: shop
name: Shop
owner: shop-team
alerts: {contacts: [ops@shop.example]}
feeds:
  till: {schedule: hourly, start_date: 2025-01-01, priority: 8, deadline_minutes: 90}
  drop: {connector: folder, schedule: manual, start_date: 2025-01-01, options: {path: none}}
"""

Write = Callable[..., Platform]


def load_module(path: Path) -> ModuleType:
    """Run a DAG file as Airflow does: anew, under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"dag_file_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dags_of(path: Path) -> dict[str, DAG]:
    """DAGs at a module's top level by id, which is what Airflow collects."""
    found = [value for value in vars(load_module(path)).values() if isinstance(value, DAG)]
    return {dag.dag_id: dag for dag in found}


@pytest.fixture(scope="session")
def all_dags() -> dict[str, DAG]:
    """Every DAG of the repository's own files."""
    found: dict[str, DAG] = {}
    for path in DAG_FILES:
        found.update(dags_of(path))
    return found


@pytest.fixture
def write_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes made-up tenants and connectors, points the settings at them, and loads them."""

    def write(**tenants: str) -> Platform:
        for name, text in CONNECTORS.items():
            folder = tmp_path / "connectors" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "connector.yaml").write_text(text)
        (tmp_path / "tenants").mkdir(exist_ok=True)
        for name, text in (tenants or {"shop": TENANT}).items():
            (tmp_path / "tenants" / f"{name}.yaml").write_text(text)
        monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path / "tenants"))
        monkeypatch.setenv("ELT_CONNECTORS_DIR", str(tmp_path / "connectors"))
        monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
        monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "state" / "registry"))
        return load_platform()

    yield write
