"""A folder of three hundred files, twenty broken in different ways, through a real scheduler.

The tenant's file is put there while Airflow runs, as a person would, and taken away at the end.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.airflow_steps import follow, wait_until
from tests.e2e.conftest import Stack
from tests.integration.broken_files import (
    MAX_UNPACKED_BYTES,
    write_broken_files,
    write_good_files,
)

GOOD_FILES = 280
DAG_ID = "ingest__attic__files"
TENANT = """
tenant: attic
name: Attic
timezone: Europe/Berlin
owner: e2e
limits: {{retries: 0}}
feeds:
  files:
    schedule: manual
    start_date: 2026-01-01
    options: {{path: {path}, settle_seconds: 0, max_unpacked_bytes: {limit}}}
"""


@pytest.fixture
def told(running: Stack) -> Iterator[dict[str, str]]:
    """The folder and its tenant; broken streams by name, with words of their reason."""
    folder = running.facts.state.folder / "sandbox" / "attic"
    folder.mkdir(parents=True)
    tenant = Path(os.environ["ELT_TENANTS_DIR"]) / "attic.yaml"
    write_good_files(folder, GOOD_FILES)
    told = write_broken_files(folder)
    tenant.write_text(TENANT.format(path=folder, limit=MAX_UNPACKED_BYTES))
    yield told
    tenant.unlink()
    shutil.rmtree(folder)


def test_twenty_broken_files_are_red_and_the_others_are_loaded(
    running: Stack, told: dict[str, str]
) -> None:
    """One broken file ended the task before any other was looked at, and no file was loaded."""
    assert len(told) == 20
    wait_until(
        f"`{DAG_ID}` is there",
        lambda: running.metadata("select 1 from dag where dag_id = %s and not is_stale", DAG_ID),
    )
    running.api.unpause(DAG_ID)
    run = follow(running, DAG_ID, running.api.trigger(DAG_ID), timeout_s=900)
    assert run.state == "failed"
    states = {one["task_id"]: one["state"] for one in running.api.tasks(DAG_ID, run.run_id)}
    assert states["all_streams"] == "failed"
    assert states["check_raw"] == "success", "what was loaded is checked, and wakes the marts"
    books = running.rows(
        "select stream, state, error_message from elt_ops.loads where tenant = 'attic'"
    )
    assert len(books) == GOOD_FILES + len(told)
    assert sum(state == "loaded" for _, state, _ in books) == GOOD_FILES
    red = {stream: message for stream, state, message in books if state == "failed"}
    assert set(red) == set(told)
    for stream, words in told.items():
        assert words in red[stream], stream
