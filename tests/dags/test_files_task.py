"""A task that takes whatever discovery finds: red at the end, and everything good loaded."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from include.core.errors import EltError
from include.ledger.connection import Warehouse
from include.orchestration.operators import load_and_check as operators
from include.pipeline.load_environment import LoadEnvironment
from tests.integration.broken_files import (
    MAX_UNPACKED_BYTES,
    write_broken_files,
    write_good_files,
)
from tests.integration.files_case import build_files_case


def test_broken_files_make_the_task_red_and_the_others_are_loaded(
    tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One broken file used to end the task before any other file was looked at."""
    write_good_files(tmp_path, 5)
    told = write_broken_files(tmp_path)
    case = build_files_case(warehouse, tmp_path, max_unpacked_bytes=MAX_UNPACKED_BYTES)
    monkeypatch.setattr(operators, "load_one_feed", lambda tenant, feed: case.feed)
    environment = LoadEnvironment(Warehouse(warehouse), lambda feed: case.credentials)
    monkeypatch.setattr(operators, "build_environment", lambda tenant: environment)
    monkeypatch.setattr(
        "include.orchestration.alerts.schema_change.notify_changes", lambda *args: None
    )
    task = operators.ExtractLoadOperator(task_id="all_streams", tenant="t", feed="feed")
    ti = SimpleNamespace(dag_id="d", run_id="r", task_id="all_streams", try_number=1)
    run = SimpleNamespace(run_type="scheduled", data_interval_start=None, data_interval_end=None)
    with pytest.raises(EltError) as caught:
        task.execute({"ti": ti, "params": {}, "dag_run": run})
    message = str(caught.value)
    assert all(f"{stream}" in message for stream in told)
    books = dict(
        case.query(
            f"select stream, state from elt_ops.loads where tenant = '{case.feed.tenant.id}'"
        )
    )
    assert {name for name, state in books.items() if state == "failed"} == set(told)
    assert sum(state == "loaded" for state in books.values()) == 5
