"""A business whose files have one defect of each kind: each is found, told once, and ends."""

from datetime import timedelta
from pathlib import Path

import pytest

from include import cli
from include.alerts.audience import Audience
from include.alerts.tick import Desk, run_tick
from include.config.load import load_platform
from include.config.settings import ROOT
from include.core.clock import frozen, utcnow
from include.ledger.connection import Warehouse
from include.sandbox.mishap import plant
from tests.integration.alert_case import Receiver

TENANTS = ROOT / "include" / "sandbox" / "mishap" / "tenants"


@pytest.fixture
def state(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(TENANTS))
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    return tmp_path


def _run(*words: str) -> int:
    return cli.main([*words, "--tenant", "mishap"])


def _load() -> None:
    _run("run", "--step", "ingest")
    _run("run", "--step", "quality")


def _look(url: str, receiver: Receiver, later: timedelta) -> None:
    """Now and a while later, as the watcher does."""
    platform = load_platform()
    tenants = {tenant.id: tenant for tenant in platform.tenants}
    desk = Desk(platform, Audience(tenants), lambda _: Warehouse(url), receiver.send)
    now = utcnow()
    for at in (now, now + later):
        with frozen(at):
            run_tick(desk)


def test_each_defect_is_found_told_once_and_ends_when_it_is_mended(
    state: Path, warehouse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = load_platform().tenant("mishap")
    assert not tenant.notices, "a check of the file that cannot be read finds nothing"
    plant.write_broken(state / "sandbox", utcnow())
    _load()
    receiver = Receiver()
    _look(warehouse, receiver, timedelta(seconds=30))
    [(_, message)] = receiver.got
    with Warehouse(warehouse).connect() as connection:
        rows = connection.execute("select subject from elt_ops.alerts where state = 'open'")
        found = {subject for (subject,) in rows.fetchall()}
    assert {one.title for one in tenant.checks if not one.table.startswith("mart.")} <= found
    assert message["severity"] == "error"
    assert "guest11@" not in str(message), "keys and names, no contents"

    plant.write_mended(state / "sandbox", utcnow())
    _load()
    _run("quarantine", "drop", "--stream", "till", "--because", "the file is mended")
    _look(warehouse, receiver, timedelta(seconds=30))
    assert receiver.news == ["opened", "resolved"]
    capsys.readouterr()
