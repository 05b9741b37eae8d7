"""A user's own tenant files: they run by `make up`, and neither tests nor demo depend on them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from include.cli import main
from include.config.load import load_connectors, load_platform, load_tenant
from include.config.settings import DEMO_TENANTS, load_settings, use_demo
from tests.dags.conftest import DAG_FILES, ROOT, dags_of

# Everything here is allowed: a demo tenant's id, letters of other scripts, a half-hour time zone,
# two feeds of one connector, one without a DAG, a feed named like another connector.
STRANGE = """
tenant: acme
name: "Ünïçøde & Söhne — 株式会社 <b>"
timezone: Asia/Kolkata
currency: JPY
owner: "o'brien; drop table x"
render: single
grace_minutes: 0
privacy: {pii: drop}
alerts: {contacts: ["a@b.example"], webhook: true}
feeds:
  shopify: {connector: stripe, schedule: "59 23 29 2 *", start_date: 1999-12-31, priority: 10}
  stripe_b: {connector: stripe, schedule: manual, start_date: 2030-01-01, streams: [charges]}
  f: {connector: files, schedule: weekly, start_date: 2025-01-01, options: {path: nowhere}}
  later: {connector: square, schedule: hourly, start_date: 2025-01-01, enabled: false}
"""
BROKEN = "tenant: shut\nname: [\n"
EXPECTED = {
    "ingest__acme__f",
    "ingest__acme__shopify",
    "ingest__acme__stripe_b",
    "transform__acme",
    "broken__shut",
    "ops__alerts",
    "ops__dbt_docs",
    "ops__quality_report",
    "ops__airflow_retention",
    "ops__identity_rebuild",
    "ops__retention",
    "ops__webhook_drain",
    "ops__weekly_report",
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, with one strange tenant and one broken file."""
    folder = tmp_path / "tenants"
    folder.mkdir()
    (folder / "acme.yaml").write_text(STRANGE, encoding="utf-8")
    (folder / "shut.yaml").write_text(BROKEN)
    monkeypatch.setenv("ELT_TENANTS_DIR", str(folder))
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://user@production.example/warehouse")
    return folder


def test_the_dags_are_the_users_and_a_broken_file_is_red(own: Path) -> None:
    assert {dag_id for path in DAG_FILES for dag_id in dags_of(path)} == EXPECTED


def test_no_tenant_at_all_is_a_platform_too(own: Path) -> None:
    for path in own.iterdir():
        path.unlink()
    found = {dag_id for path in DAG_FILES for dag_id in dags_of(path)}
    assert found == {dag_id for dag_id in EXPECTED if dag_id.startswith("ops__")}
    assert main(["validate"]) == 0


def test_validate_names_the_broken_file_alone(own: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["validate"]) == 1
    said = capsys.readouterr()
    assert re.search(r"shut\.yaml:\d+: not valid YAML", said.out)
    assert "acme" not in said.out
    assert "The other 1 are untouched." in said.err


def test_the_demo_runs_its_own_tenants_in_its_own_warehouse(own: Path) -> None:
    """Their files lay in the user's folder: a tenant added there was run by `make demo`."""
    use_demo()
    use_demo()  # again changes nothing, as after `source .local/demo/env`
    settings, platform = load_settings(), load_platform()
    assert settings.is_demo
    assert settings.state_dir == own.parent / "state" / "demo"
    assert settings.warehouse_url is None
    assert [tenant.id for tenant in platform.tenants] == ["acme", "bazaar", "corner", "summit"]
    assert platform.broken == ()
    assert {tenant.path.parent for tenant in platform.tenants} == {DEMO_TENANTS}


def test_the_tenants_folder_shows_a_file_that_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "include" / "tenants" / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "mybiz.yaml"
    path.write_text(shown)
    tenant, problems = load_tenant(path, load_connectors(load_settings().connectors_dir)[0])
    assert problems == []
    assert tenant is not None
    assert [feed.name for feed in tenant.feeds] == ["stripe", "uploads"]


def pytest_beside(own: Path, *words: str) -> str:
    """The suite in a process of its own, started where the user's tenants are."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env={**os.environ, "ELT_TENANTS_DIR": str(own), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_the_suite_is_the_same_beside_a_strange_and_a_broken_tenant(own: Path) -> None:
    """One more tenant file failed twelve tests, and without acme.yaml the suite did not start."""
    found = pytest_beside(
        own, "--collect-only", "tests/unit", "tests/contract", "tests/integration"
    )
    assert "acme-shopify" in found
    assert "acme-stripe_b" not in found
    passed = pytest_beside(
        own,
        "tests/dags/test_dag_set.py",
        "tests/contract/test_dbt_variables.py",
        "tests/unit/test_local_environment.py",
    )
    assert " passed" in passed
