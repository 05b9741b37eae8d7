"""The environment of the stack: complete, private, and the same for everybody who asks."""

import json
import stat
import subprocess
from pathlib import Path

import pytest

from include.config.load import load_platform
from include.config.settings import DEMO_TENANTS, ROOT
from include.local.airflow_env import (
    Ports,
    StackFacts,
    build_airflow_environment,
    write_env_file,
)
from include.local.state import LocalState, run_ensure_folders, run_ensure_secrets
from include.local.tuning import build_laptop_settings


@pytest.fixture
def facts(tmp_path: Path) -> StackFacts:
    state = LocalState(tmp_path)
    run_ensure_folders(state)
    (state.sandbox).mkdir()
    world = {
        "credentials": {
            "shopify": {"acme": {"host_path": "/shopify/acme-outdoor", "password": "shpat_x"}},
            "stripe": {"acme": {"account": "acct_x", "password": "sk_x"}},
        }
    }
    (state.sandbox / "world.json").write_text(json.dumps(world))
    secrets = run_ensure_secrets(state)
    url = "postgresql://warehouse:pw@127.0.0.1:5433/warehouse"
    return StackFacts(ROOT, state, secrets, Ports(8081, 5433, 8901), url, 4, DEMO_TENANTS)


def test_secrets_are_made_once_and_only_for_their_owner(facts: StackFacts) -> None:
    path = facts.state.folder / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run_ensure_secrets(facts.state) == facts.secrets
    assert facts.secrets.admin not in repr(facts.secrets)
    assert facts.secrets.admin not in repr(facts)


def test_sandbox_feeds_get_connections_and_others_do_not(facts: StackFacts) -> None:
    found = build_airflow_environment(facts, load_platform())
    shopify = json.loads(found["AIRFLOW_CONN_ACME__SHOPIFY"])
    assert shopify["host"] == "http://127.0.0.1:8901/shopify/acme-outdoor"
    assert shopify["password"] == "shpat_x"
    assert json.loads(found["AIRFLOW_CONN_ACME__STRIPE"])["password"] == "sk_x"
    assert "AIRFLOW_CONN_CORNER__STRIPE" not in found, "the world has no account for corner"
    assert "AIRFLOW_CONN_ACME__QUICKBOOKS" not in found


def test_the_env_file_gives_a_shell_the_same_environment(facts: StackFacts) -> None:
    """JSON connections hold quotes and spaces; a shell must get them back unchanged."""
    wanted = build_airflow_environment(facts, load_platform())
    write_env_file(facts, wanted)
    assert stat.S_IMODE(facts.state.env_file.stat().st_mode) == 0o600
    script = f"source '{facts.state.env_file}'; env -0"
    output = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    got = dict(line.split("=", 1) for line in output.decode().split("\0") if "=" in line)
    assert {name: got.get(name) for name in wanted} == wanted


def test_memory_settings_follow_the_machine() -> None:
    small, large = build_laptop_settings(4 * 2**30), build_laptop_settings(64 * 2**30)
    assert small["shared_buffers"] == "409MB"
    assert large["shared_buffers"] == "1024MB"
