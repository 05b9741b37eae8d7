"""What people read: plain words, since when, what it touches, what to do; nothing else."""

from datetime import UTC, datetime
from pathlib import Path

from include.alerts.alone import build_rows
from include.alerts.grouping import Bundle
from include.alerts.message import Scene, build_message
from include.alerts.signal import Signal
from include.config.load import load_connectors, load_tenant
from include.config.settings import load_settings
from include.core.streams import RunOrigin
from include.ledger.trust.alerts.notes import Note

AT = datetime(2026, 11, 3, 4, 12, tzinfo=UTC)
TENANT = """\
tenant: shop
name: The Shop
owner: ann
timezone: Europe/Berlin
alerts: {contacts: [ops@shop.example]}
feeds: {stripe: {schedule: daily, start_date: 2025-01-01}}
"""
CONNECTORS = load_connectors(load_settings().connectors_dir)[0]


def _message(folder: Path, *signals: Signal, kind: str = "opened") -> dict:
    path = folder / "shop.yaml"
    path.write_text(TENANT)
    tenant, problems = load_tenant(path, CONNECTORS)
    assert tenant is not None, problems
    rows = build_rows(signals)
    note = Note(1, 1, "shop", "team", "slack x", kind, "shop/stripe", False, AT, AT)
    scene = Scene({"shop": tenant}, lambda _: ["fct_orders", "fct_payments"], AT)
    return build_message(Bundle("slack x", kind, "shop/stripe", (note,)), rows, scene)


FAILED = Signal(
    "load_failed",
    "shop",
    "token has no `read_orders`. Grant it.",
    AT,
    "stripe",
    "charges",
    error="AccessDenied",
    log_url="https://airflow.example/log",
    origin=RunOrigin("ingest__shop__stripe", "r1", "charges", 2),
)


def test_one_alert_in_plain_words(tmp_path: Path) -> None:
    message = _message(tmp_path, FAILED)
    assert message["text"].splitlines() == [
        "[error] The Shop: data could not be loaded (shop/stripe/charges)",
        "",
        "What: token has no `read_orders`. Grant it.",
        "Since: 2026-11-03 05:12 Europe/Berlin, seen 1 times",
        "Touches: fct_orders, fct_payments",
        "Do: Read the reason; what a later run can heal is tried again by itself.",
        "Log: https://airflow.example/log",
        "Runbook: docs/runbook.md#load_failed",
    ]


def test_a_program_reads_the_fields_it_always_read(tmp_path: Path) -> None:
    message = _message(tmp_path, FAILED)
    expected = {
        "tenant": "shop",
        "feed": "stripe",
        "stream": "charges",
        "error": "AccessDenied",
        "message": "token has no `read_orders`. Grant it.",
        "dag_id": "ingest__shop__stripe",
        "run_id": "r1",
        "task_id": "charges",
        "try_number": 2,
        "log_url": "https://airflow.example/log",
        "contacts": ["ops@shop.example"],
        "level": "error",
        "at": "2026-11-03T04:12:00Z",
    }
    assert {name: message[name] for name in expected} == expected


def test_many_alerts_name_ten_and_count_the_rest(tmp_path: Path) -> None:
    many = [Signal("load_failed", "shop", "no", AT, f"feed_{n:02}", "s") for n in range(30)]
    message = _message(tmp_path, *many)
    assert message["title"] == "[error] The Shop: data could not be loaded (30 feeds)"
    assert message["text"].count("- shop/feed_") == 10
    assert "and 20 more" in message["text"]
    assert len(message["alerts"]) == 10


def test_an_end_says_from_when_to_when(tmp_path: Path) -> None:
    message = _message(tmp_path, FAILED, kind="resolved")
    assert message["title"].startswith("[resolved] The Shop: over: data could not be loaded")
    assert "from 2026-11-03 05:12" in message["text"]
    assert message["resolves"] == ["elt/shop/stripe"]


def test_a_link_to_the_console_what_people_see_and_why_the_marts_are_old(tmp_path: Path) -> None:
    """Messages named marts in one list that hid the views, and not whether people read them."""
    path = tmp_path / "shop.yaml"
    path.write_text(TENANT)
    tenant, _ = load_tenant(path, CONNECTORS)
    assert tenant is not None
    signal = Signal("check_failed", "shop", "check `adds_up`: 3 bad rows.", AT, subject="adds_up")
    marts = [*(f"fct_{number}" for number in range(9)), "bi.orders"]
    scene = Scene({"shop": tenant}, lambda _: marts, AT, console="https://a.example/elt",
                  stale={"shop": "Not published. People read those of before."})  # fmt: skip
    note = Note(1, 1, "shop", "team", "slack x", "opened", "shop/marts", False, AT, AT)
    bundle = Bundle("slack x", "opened", "shop/marts", (note,))
    message = build_message(bundle, build_rows([signal]), scene)
    lines = message["text"].splitlines()
    assert "Views: bi.orders" in lines
    assert "Marts: Not published. People read those of before." in lines
    assert "Console: https://a.example/elt/tenants/shop/quality" in lines
    of_feed = build_message(bundle, build_rows([FAILED]), scene)
    assert of_feed["console"] == "https://a.example/elt/tenants/shop/feeds/stripe"
    assert not any(line.startswith("Marts:") for line in of_feed["text"].splitlines())
