"""`elt alerts`: what people say to an alert holds, and a channel is tried the real way."""

import json
import threading
from pathlib import Path

import pytest

from include import cli
from include.alerts.delivery import run_deliver
from include.core.errors import Refused
from include.ledger.connection import Warehouse
from tests.integration.alert_case import AlertCase, build_alert_case


@pytest.fixture
def case(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertCase:
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    monkeypatch.setenv("ELT_TENANT_ROLES", "false")
    found = build_alert_case(warehouse, tmp_path, monkeypatch)
    found.write("shop", alerts="{webhook: true, escalate: {after_hours: 4}}")
    return found


def _say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, object]:
    code = cli.main(["alerts", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_an_acknowledged_alert_is_not_escalated_and_its_end_is_told(
    case: AlertCase, capsys: pytest.CaptureFixture[str]
) -> None:
    case.load("failed")
    case.settle()
    code, listed = _say(capsys, "list")
    [row] = listed  # type: ignore[misc]
    assert (code, row["type"], row["state"]) == (0, "load_failed", "open")
    said = _say(capsys, "ack", str(row["alert_id"]), "--because", "calling them")
    assert said == (0, {"acknowledged": [row["alert_id"]], "not_found": []})
    case.tick(hours=30)
    case.settle()
    assert case.receiver.news == ["opened"]
    case.load("loaded")
    case.settle()
    assert case.receiver.news == ["opened", "resolved"]
    _code, listed = _say(capsys, "list", "--all")
    assert listed[0]["because"] == "calling them"  # type: ignore[index]


def test_what_nobody_takes_up_is_escalated_once(case: AlertCase) -> None:
    case.load("failed")
    case.settle()
    for _ in range(10):
        case.tick(hours=1)
    case.settle()
    assert case.receiver.news == ["opened", "escalated"]
    assert "nobody has acknowledged" in case.receiver.titles[-1]


def test_a_mute_is_quiet_and_ends(case: AlertCase, capsys: pytest.CaptureFixture[str]) -> None:
    case.load("failed")
    case.settle()
    [(alert_id,)] = case.rows("select alert_id from elt_ops.alerts")
    until = "2099-01-01"
    assert cli.main(["alerts", "mute", str(alert_id), "--until", until, "--because", "known"]) == 0
    case.tick(hours=48)
    case.settle()
    assert case.receiver.news == ["opened"]
    with_end = "update elt_ops.alerts set until = %s returning 1"
    case.rows(with_end, case.now)
    case.settle()
    assert case.receiver.news == ["opened", "opened"]
    capsys.readouterr()


def test_an_alert_that_a_person_ended_stays_ended_until_it_is_seen_again(
    case: AlertCase, capsys: pytest.CaptureFixture[str]
) -> None:
    case.load("failed")
    case.settle()
    [(alert_id,)] = case.rows("select alert_id from elt_ops.alerts")
    assert _say(capsys, "resolve", str(alert_id))[0] == 0
    # The command's clock is today's, the case's is not.
    case.rows("update elt_ops.alerts set resolved_at = %s, news_at = %s returning 1",
              case.now, case.now)  # fmt: skip
    case.settle()
    assert case.receiver.news == ["opened", "resolved"]
    case.tick(hours=1)
    case.load("failed")
    case.settle()
    assert case.receiver.news == ["opened", "resolved", "opened"]


def test_an_unknown_id_is_said(case: AlertCase, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts", "ack", "999"]) == 2
    assert "no alert `999`" in capsys.readouterr().err
    assert cli.main(["alerts", "mute", "1", "--until", "2001-01-01", "--because", "x"]) == 2
    assert cli.main(["alerts", "test", "--tenant", "shop", "--channel", "webhok"]) == 2
    assert "Did you mean `webhook`?" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["arrives", "is refused"])
def test_a_channel_is_tried_the_real_way(
    answer: str, case: AlertCase, capsys: pytest.CaptureFixture[str]
) -> None:
    if answer == "is refused":
        case.receiver.down = lambda _: Refused("the webhook answered 403.")
    stop = threading.Event()

    def deliver() -> None:
        while not stop.wait(0.2):
            with Warehouse(case.url).connect() as connection:
                run_deliver(connection, case.receiver.send)

    sender = threading.Thread(target=deliver)
    sender.start()
    try:
        code, rows = _say(capsys, "test", "--tenant", "shop")
    finally:
        stop.set()
        sender.join()
    [row] = rows  # type: ignore[misc]
    if answer == "arrives":
        assert (code, row["state"]) == (0, "sent")
        assert "this is a test" in case.receiver.titles[0]
    else:
        assert (code, row["last_error"]) == (3, "the webhook answered 403.")
