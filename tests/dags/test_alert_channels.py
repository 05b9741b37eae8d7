"""Every channel against a receiver that runs: what arrives, what no and not now look like."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from include.alerts.audience import Target
from include.core.errors import Refused, Unreachable
from include.orchestration.alerts.channels import run_send
from tests.dags.alert_receivers import HttpSink, MailSink, http_sink, mail_sink

MESSAGE: dict[str, Any] = {
    "news": "opened",
    "severity": "error",
    "level": "error",
    "type": "load_failed",
    "tenant": "shop",
    "feed": "till",
    "title": "[error] The shop: data could not be loaded (shop/till/sales)",
    "text": "[error] The shop\n\nWhat: 3 < 4 & <b>no</b>\nDo: read the reason.",
    "dedup_key": "elt/shop/till",
    "resolves": [],
    "delivery_id": 7,
    "log_url": "https://airflow.example/log",
    "target": {"connection": "shop__alerts"},
}
OVER = {**MESSAGE, "news": "resolved", "resolves": ["elt/shop/till"]}
SECRET = "xoxb-secret-91823"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as found:
        yield found


@pytest.fixture
def mails() -> Iterator[MailSink]:
    with mail_sink() as found:
        yield found


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets an Airflow connection and answers a target that uses it."""

    def make(kind: str, to: tuple[str, ...] = (), **fields: Any) -> Target:
        # One name each: Airflow keeps what it has read of a connection.
        name = f"shop__{kind}_{len(made)}"
        made.append(name)
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(fields))
        return Target("shop", kind, kind, name, to)

    made: list[str] = []
    return make


def _webhook(connect: Any, sink: HttpSink) -> Target:
    return connect("webhook", conn_type="generic", host=f"{sink.url}/hook")


def _slack(connect: Any, sink: HttpSink) -> Target:
    return connect("slack", conn_type="slackwebhook", password=f"{sink.url}/services/{SECRET}")


def _slack_token(connect: Any, sink: HttpSink) -> Target:
    extra = {"base_url": f"{sink.url}/api/"}
    return connect("slack", ("#data",), conn_type="slack", password=SECRET, extra=extra)


def _pagerduty(connect: Any, sink: HttpSink) -> Target:
    key = SECRET.ljust(32, "x")[:32]
    return connect("pagerduty", conn_type="pagerduty_events", host=sink.url, password=key)


def _opsgenie(connect: Any, sink: HttpSink) -> Target:
    return connect("opsgenie", conn_type="opsgenie", host=sink.url, password=SECRET)


def _apprise(connect: Any, sink: HttpSink) -> Target:
    config = {"path": f"json://127.0.0.1:{sink.port}/{SECRET}"}
    return connect("apprise", conn_type="apprise", extra={"config": config})


HTTP = {
    "webhook": _webhook,
    "slack": _slack,
    "slack with a token": _slack_token,
    "pagerduty": _pagerduty,
    "opsgenie": _opsgenie,
    "apprise": _apprise,
}
ANSWERS: dict[str, Any] = {
    "slack with a token": {"ok": True, "ts": "1"},
    "pagerduty": {"status": "success", "dedup_key": "elt/shop/till", "message": "ok"},
    "opsgenie": {"result": "Request will be processed", "took": 0.1, "requestId": "r"},
}


@pytest.mark.parametrize("name", HTTP)
def test_a_message_arrives(name: str, connect: Any, sink: HttpSink) -> None:
    sink.answer = ANSWERS.get(name, "ok")
    sink.status = {"pagerduty": 202, "opsgenie": 202}.get(name, 200)
    run_send(HTTP[name](connect, sink), MESSAGE)
    [got] = sink.got
    said = json.dumps(got.body)
    assert "data could not be loaded" in said
    assert "target" not in said


@pytest.mark.parametrize("name", HTTP)
def test_a_receiver_that_is_down_is_asked_again(name: str, connect: Any, sink: HttpSink) -> None:
    sink.status, sink.answer = 503, {"error": "service_unavailable"}
    with pytest.raises(Unreachable) as caught:
        run_send(HTTP[name](connect, sink), MESSAGE)
    assert SECRET not in str(caught.value)
    assert len(sink.got) == 1, "tried again by the outbox, not by the client"


@pytest.mark.parametrize("name", [name for name in HTTP if name != "apprise"])
def test_a_receiver_that_says_no_needs_a_person(name: str, connect: Any, sink: HttpSink) -> None:
    sink.status, sink.answer = 403, {"ok": False, "error": "invalid_auth"}
    with pytest.raises(Refused) as caught:
        run_send(HTTP[name](connect, sink), MESSAGE)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", HTTP)
def test_a_host_inside_is_refused_before_anything_is_sent(
    name: str, connect: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the webhook asked the wall; a connection's host led every other client inside."""
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", "")
    with pytest.raises(Refused, match="not public"):
        run_send(HTTP[name](connect, sink), MESSAGE)
    assert sink.got == []


@pytest.mark.parametrize("kind", ["webhook", "slack", "mail", "pagerduty", "opsgenie", "apprise"])
def test_a_connection_that_is_missing_is_said(kind: str) -> None:
    target = Target("shop", kind, kind, "shop__nothing", ("a@b.example",))
    with pytest.raises(Refused, match="no connection `shop__nothing`"):
        run_send(target, MESSAGE)


def test_incidents_of_pagers_end_under_their_own_key(connect: Any, sink: HttpSink) -> None:
    sink.status, sink.answer = 202, ANSWERS["pagerduty"]
    target = _pagerduty(connect, sink)
    run_send(target, MESSAGE)
    run_send(target, {**OVER, "dedup_key": "elt/many 1", "resolves": ["elt/a", "elt/b"]})
    run_send(target, {**OVER, "news": "partly", "resolves": []})
    said = [(got.body["event_action"], got.body["dedup_key"]) for got in sink.got]
    assert said == [("trigger", "elt/shop/till"), ("resolve", "elt/a"), ("resolve", "elt/b")]
    sink.answer = ANSWERS["opsgenie"]
    sink.got.clear()
    run_send(_opsgenie(connect, sink), OVER)
    assert "/v2/alerts/elt%2Fshop%2Ftill/close" in sink.got[0].path
    assert "identifierType=alias" in sink.got[0].path


def test_slack_reads_no_markup_in_what_people_wrote(connect: Any, sink: HttpSink) -> None:
    run_send(_slack(connect, sink), MESSAGE)
    text = sink.got[0].body["attachments"][0]["text"]
    assert "3 &lt; 4 &amp; &lt;b&gt;" in text


def test_a_service_on_this_machine_is_no_channel(connect: Any) -> None:
    target = connect("apprise", conn_type="apprise", extra={"config": {"path": "syslog://"}})
    with pytest.raises(Refused, match="on this machine"):
        run_send(target, MESSAGE)


def _mail(connect: Any, mails: MailSink) -> Target:
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "elt@shop.example",
             "retry_limit": 0}  # fmt: skip
    return connect("mail", ("ann@shop.example", "bo@shop.example"), conn_type="smtp",
                   host="127.0.0.1", port=mails.port, extra=extra)  # fmt: skip


def test_a_mail_arrives_once_for_all(connect: Any, mails: MailSink) -> None:
    target = _mail(connect, mails)
    run_send(target, MESSAGE)
    [(addresses, mail)] = mails.got
    assert addresses == ["ann@shop.example", "bo@shop.example"]
    assert mail["Subject"] == MESSAGE["title"]
    assert mail["Message-ID"] == "<elt.shop.till.opened.7@elt.invalid>"
    body = mail.get_payload()[0].get_payload(decode=True).decode()
    assert "&lt;b&gt;no&lt;/b&gt;" in body


@pytest.mark.parametrize(("answer", "error"), [("451 later", Unreachable), ("550 never", Refused)])
def test_a_mail_server_says_later_or_never(
    answer: str, error: type[Exception], connect: Any, mails: MailSink
) -> None:
    mails.answer = answer
    with pytest.raises(error, match=answer[:3]):
        run_send(_mail(connect, mails), MESSAGE)


def test_a_mail_server_inside_is_refused(
    connect: Any, mails: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", "")
    with pytest.raises(Refused, match="not public"):
        run_send(_mail(connect, mails), MESSAGE)


def test_a_mail_server_that_is_gone_is_asked_again(connect: Any) -> None:
    gone = MailSink(port=1)
    with pytest.raises(Unreachable):
        run_send(_mail(connect, gone), MESSAGE)


def test_no_hop_leads_inside(connect: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's and Apprise's clients follow redirects: the first host was judged and no other."""
    with http_sink() as inside:
        monkeypatch.setenv("ELT_ALLOWED_HOSTS", f"127.0.0.1:{sink.port}")
        for make in (_slack, _apprise, _slack_token):
            sink.got.clear()
            sink.status, sink.location = 302, f"{inside.url}/latest/meta-data"
            with pytest.raises((Refused, Unreachable)):
                run_send(make(connect, sink), MESSAGE)
            assert sink.got
        assert inside.got == []


def test_a_mail_server_in_a_services_words_is_judged(
    connect: Any, mails: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the address's own host was looked at: `?smtp=` led the mail to any server inside."""
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", "")
    path = f"mailto://ann:x@shop.example?smtp=127.0.0.1&port={mails.port}&mode=insecure"
    with pytest.raises(Refused, match="not public"):
        run_send(connect("apprise", conn_type="apprise", extra={"config": {"path": path}}), MESSAGE)
    assert mails.got == []


def test_a_service_without_a_host_of_its_own_is_asked(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id of a Discord webhook was looked up as a host, so that no message ever left."""
    asked: list[str] = []

    def look_up(host: str, *_: Any, **__: Any) -> Any:
        asked.append(str(host))
        raise OSError("no network here")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    path = "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz"
    with pytest.raises(Unreachable):
        run_send(connect("apprise", conn_type="apprise", extra={"config": {"path": path}}), MESSAGE)
    assert asked
    assert set(asked) == {"discord.com"}


def test_a_title_of_several_lines_adds_no_header(connect: Any, mails: MailSink) -> None:
    run_send(_mail(connect, mails), {**MESSAGE, "title": "a\r\nBcc: eve@evil.example\rX: y"})
    [(addresses, mail)] = mails.got
    assert addresses == ["ann@shop.example", "bo@shop.example"]
    assert mail["Subject"] == "a Bcc: eve@evil.example X: y"
    assert mail["Bcc"] is None
