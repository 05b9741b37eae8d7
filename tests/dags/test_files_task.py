"""A task that takes whatever discovery finds: red at the end, and everything good loaded."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from include.core.errors import EltError
from include.ledger.connection import Warehouse
from include.orchestration.operators import load_and_check as operators
from include.pipeline.load_environment import LoadEnvironment
from tests.integration.broken_files import (
    MAX_UNPACKED_BYTES,
    write_broken_files,
    write_good_files,
)
from tests.integration.files_case import FilesCase, build_files_case


@pytest.fixture
def folder(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> FilesCase:
    """A folder feed whose operators look into `tmp_path` and load into the test's warehouse."""
    case = build_files_case(warehouse, tmp_path, max_unpacked_bytes=MAX_UNPACKED_BYTES)
    house = Warehouse(warehouse)
    monkeypatch.setattr(operators, "load_one_feed", lambda tenant, feed: case.feed)
    environment = LoadEnvironment(house, lambda feed: case.credentials)
    monkeypatch.setattr(operators, "build_environment", lambda tenant: environment)
    monkeypatch.setattr(operators, "build_warehouse", lambda tenant: house)
    monkeypatch.setattr(
        "include.orchestration.alerts.schema_change.notify_changes", lambda *args: None
    )
    return case


def _execute(task_id: str) -> Any:
    if task_id == "all_streams":
        task = operators.ExtractLoadOperator(task_id=task_id, tenant="t", feed="feed", checks=True)
    else:
        task = operators.QualityCheckOperator(
            task_id=task_id, tenant="t", feed="feed", after_failures=True
        )
    ti = SimpleNamespace(dag_id="d", run_id="r", task_id=task_id, try_number=1)
    run = SimpleNamespace(run_type="scheduled", data_interval_start=None, data_interval_end=None)
    return task.execute({"ti": ti, "params": {}, "dag_run": run})


def _checked(case: FilesCase) -> set[str]:
    rows = case.query(
        "select distinct stream from elt_ops.check_results "
        f"where tenant = '{case.feed.tenant.id}' and stream is not null"
    )
    return {str(stream) for (stream,) in rows}


def test_broken_files_make_the_task_red_and_the_others_are_loaded(
    tmp_path: Path, folder: FilesCase
) -> None:
    """One broken file used to end the task before any other file was looked at."""
    write_good_files(tmp_path, 5)
    told = write_broken_files(tmp_path)
    with pytest.raises(EltError) as caught:
        _execute("all_streams")
    message = str(caught.value)
    assert all(f"{stream}" in message for stream in told)
    books = dict(
        folder.query(
            f"select stream, state from elt_ops.loads where tenant = '{folder.feed.tenant.id}'"
        )
    )
    assert {name for name, state in books.items() if state == "failed"} == set(told)
    loaded = {name for name, state in books.items() if state == "loaded"}
    assert len(loaded) == 5
    # What failed must not keep the others from the marts: they are checked, the asset is sent on.
    assert not _checked(folder)
    assert _execute("check_raw")["passed"] > 0
    assert _checked(folder) >= loaded


def test_a_good_folder_is_checked_by_its_own_task(tmp_path: Path, folder: FilesCase) -> None:
    write_good_files(tmp_path, 2)
    assert len(_execute("all_streams")) == 2
    assert len(_checked(folder)) == 2
    with pytest.raises(AirflowSkipException):
        _execute("check_raw")


def test_a_folder_of_which_nothing_loads_wakes_no_marts(tmp_path: Path, folder: FilesCase) -> None:
    write_broken_files(tmp_path)
    with pytest.raises(EltError):
        _execute("all_streams")
    with pytest.raises(AirflowSkipException):
        _execute("check_raw")
