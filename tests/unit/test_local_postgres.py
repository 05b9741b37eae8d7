"""The embedded server: ports, stale pid files, roles and databases."""

import os
import socket
import time
from pathlib import Path

import psycopg
import pytest

from include.core.errors import WarehouseUnavailable
from include.local import postgres


def test_a_taken_port_gets_the_next_free_one() -> None:
    with socket.socket() as holder:
        holder.bind((postgres.HOST, 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert postgres.find_free_port(taken) > taken


def test_a_postmaster_file_of_a_stranger_is_not_our_server(tmp_path: Path) -> None:
    """After a kill -9 the pid in postmaster.pid may belong to any process.

    Only pid, start time and program name together make it ours; this test is a python process.
    """
    started = int(time.time())
    lines = [str(os.getpid()), str(tmp_path), str(started), "5433", "", "127.0.0.1"]
    (tmp_path / "postmaster.pid").write_text("\n".join(lines))
    assert postgres.fetch_running_pid(tmp_path) is None
    assert postgres.fetch_running_port(tmp_path) is None


def test_the_warehouse_fixture_is_an_empty_utf8_database(warehouse: str) -> None:
    with psycopg.connect(warehouse) as connection:
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
        query = "select count(*) from information_schema.schemata where schema_name like 'elt%'"
        assert connection.execute(query).fetchone() == (0,)


def test_the_server_wants_a_password(postgres_url: str) -> None:
    without = postgres_url.replace(postgres_url.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)


def test_a_server_that_somebody_else_stops_meanwhile_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three workers of the tests cleaned up after a killed run: two failed, and 1,310 tests."""
    pids = iter([7, None, 7, 7])

    def fail(*_: str) -> None:
        raise WarehouseUnavailable("`pg_ctl` ended with 1.")

    monkeypatch.setattr(postgres, "fetch_running_pid", lambda _: next(pids))
    monkeypatch.setattr(postgres, "_run", fail)
    server = postgres.PostgresServer(tmp_path, 0, "")
    assert postgres.run_stop(server)
    with pytest.raises(WarehouseUnavailable):
        postgres.run_stop(server)
