"""What people hear when something fails: everything once, nothing secret, whatever else is down."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from include.core.errors import AccessDenied
from include.orchestration.alerts import failure as failure_callback
from include.orchestration.alerts.alert import Alert, build_failure_alert, build_message
from include.orchestration.alerts.channels import LogNotifier, WebhookNotifier
from include.orchestration.alerts.failure import notify_deadline, notify_failure, run_send

AT = datetime(2026, 11, 1, tzinfo=UTC)
URL = "https://airflow.example/dags/ingest__shop__till/runs/r1/tasks/sales"


def _context(error: BaseException | None) -> dict:
    ti = SimpleNamespace(
        dag_id="ingest__shop__till", run_id="r1", task_id="sales", try_number=2, log_url=URL
    )
    dag = SimpleNamespace(tags={"tenant:shop", "layer:ingest"})
    task = SimpleNamespace(tenant="shop", feed="till", stream="sales")
    return {"ti": ti, "task": task, "dag": dag, "exception": error}


def test_an_alert_says_where_what_and_where_to_read_on() -> None:
    error = AccessDenied("token has no `read_orders`. Grant it.", tenant="shop", feed="till")
    alert = build_failure_alert(_context(error), ("ops@shop.example",), AT)
    assert alert.payload() == {
        "kind": "failure",
        "tenant": "shop",
        "feed": "till",
        "stream": "sales",
        "error": "AccessDenied",
        "message": "token has no `read_orders`. Grant it.",
        "dag_id": "ingest__shop__till",
        "run_id": "r1",
        "task_id": "sales",
        "try_number": 2,
        "log_url": URL,
        "contacts": ["ops@shop.example"],
        "at": "2026-11-01T00:00:00Z",
        "subject": None,
        "level": "error",
        "text": "failure: shop/till/sales AccessDenied: token has no `read_orders`. Grant it.",
    }


def test_a_killed_task_has_an_alert_too() -> None:
    alert = build_failure_alert(_context(None), (), AT)
    assert (alert.error, alert.stream) == ("TaskKilled", "sales")


def test_a_foreign_error_is_named_but_not_quoted() -> None:
    """A driver's message quoted the row it could not insert, and the webhook got it."""
    assert "555-12" not in build_message(ValueError("bad value 555-12 in row"))
    assert "ValueError" in build_message(ValueError("bad value 555-12 in row"))


def test_one_fingerprint_per_failure_not_per_try() -> None:
    first, second = (build_failure_alert(_context(AccessDenied("x")), (), AT) for _ in range(2))
    other = build_failure_alert(_context(KeyError("x")), (), AT)
    assert first.fingerprint == second.fingerprint != other.fingerprint


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Alert]:
    """Everything that a notifier standing behind a failing one was given."""
    found: list[Alert] = []

    class Broken:
        def send(self, alert: Alert) -> None:
            raise RuntimeError("webhook answered 500")

    notifiers = [Broken(), SimpleNamespace(send=found.append)]
    monkeypatch.setattr(failure_callback, "build_notifiers", lambda *_: notifiers)
    return found


def test_a_broken_notifier_does_not_silence_the_next(sent, write_platform) -> None:
    write_platform()
    notify_failure(_context(AccessDenied("x")))
    assert [alert.error for alert in sent] == ["AccessDenied"]
    assert sent[0].contacts == ("ops@shop.example",)


def test_without_a_warehouse_the_alert_is_sent_all_the_same(
    sent, write_platform, monkeypatch
) -> None:
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://elt@127.0.0.1:1/none?connect_timeout=1")
    notify_failure(_context(AccessDenied("x")))
    assert len(sent) == 1


def test_a_claimed_failure_is_not_sent_again(sent, write_platform, monkeypatch) -> None:
    tenant = write_platform().tenant("shop")
    seen: set[str] = set()

    def claim(alert: Alert, _: object) -> bool:
        return alert.fingerprint not in seen and not seen.add(alert.fingerprint)

    monkeypatch.setattr(failure_callback, "_claim", claim)
    alert = build_failure_alert(_context(AccessDenied("x")), (), AT)
    assert [run_send(alert, tenant) for _ in range(3)] == [True, False, False]
    assert len(sent) == 1


def test_a_broken_tenant_file_does_not_silence_its_alerts(sent, write_platform) -> None:
    write_platform(shop="tenant: shop\n")
    notify_failure(_context(AccessDenied("x")))
    assert len(sent) == 1


def test_a_missed_deadline_names_the_run(sent, write_platform) -> None:
    write_platform()
    run = {"dag_id": "ingest__shop__till", "dag_run_id": "scheduled__1"}
    notify_deadline("shop", "till", 90, context={"dag_run": run})
    (alert,) = sent
    assert (alert.kind, alert.feed, alert.run_id) == ("deadline", "till", "scheduled__1")
    assert "90 minutes" in alert.message


def test_the_log_has_every_field(caplog: pytest.LogCaptureFixture) -> None:
    alert = build_failure_alert(_context(AccessDenied("x")), ("ops@shop.example",), AT)
    with caplog.at_level(logging.ERROR):
        LogNotifier().send(alert)
    line = caplog.messages[0]
    for part in ("tenant=shop", "feed=till", "stream=sales", "error=AccessDenied", URL, "ops@shop"):
        assert part in line


@pytest.fixture
def receiver() -> Iterator[SimpleNamespace]:
    """A webhook on loopback that keeps what it got and answers `status`."""
    state = SimpleNamespace(got=[], status=200)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            state.got.append(json.loads(self.rfile.read(size)))
            self.send_response(state.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/hook/token-1"
    yield state
    server.shutdown()
    server.server_close()


def test_the_webhook_gets_the_payload_and_its_url_stays_secret(receiver) -> None:
    alert = build_failure_alert(_context(AccessDenied("x")), (), AT)
    WebhookNotifier(receiver.url).send(alert)
    assert receiver.got == [alert.payload()]
    receiver.status = 500
    with pytest.raises(RuntimeError) as refused:
        WebhookNotifier(receiver.url).send(alert)
    with pytest.raises(RuntimeError) as unreachable:
        WebhookNotifier("http://127.0.0.1:1/hook/token-1").send(alert)
    assert "500" in str(refused.value)
    assert "token-1" not in str(refused.value) + str(unreachable.value)
