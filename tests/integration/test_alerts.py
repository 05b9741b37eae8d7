"""Who is told what, and how often: few messages, none lost, and one when it is over."""

from datetime import timedelta
from pathlib import Path

import pytest

from include.alerts.signal import Signal
from include.alerts.store import run_store_signal
from include.core.clock import frozen
from include.core.errors import Refused
from include.core.streams import NOWHERE
from include.ledger.connection import Warehouse
from include.pipeline.health.checks import run_tenant_checks
from tests.integration.alert_case import AlertCase, build_alert_case


@pytest.fixture
def case(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertCase:
    return build_alert_case(warehouse, tmp_path, monkeypatch)


def test_a_feed_that_fails_all_day_is_three_messages_at_most_and_one_end(case: AlertCase) -> None:
    """24 hourly runs of three tries each were 24 messages, and nobody was told of the end."""
    case.write("shop")
    for _ in range(24):
        for _ in range(3):
            case.load("failed")
            case.tick(minutes=2)
        case.tick(minutes=54)
    assert 1 <= len(case.receiver.got) <= 3
    first = case.receiver.got[0][1]
    assert first["news"] == "opened"
    assert "The shop: data could not be loaded (shop/till/sales)" in first["title"]
    case.load("loaded")
    case.settle()
    assert case.receiver.news.count("resolved") == 1
    assert case.receiver.news[-1] == "resolved"
    sent = len(case.receiver.got)
    case.settle(minutes=60)
    assert len(case.receiver.got) == sent
    [(state, count)] = case.rows("select state, count from elt_ops.alerts")
    assert (state, count) == ("resolved", 72)


def test_what_the_next_try_heals_is_nobodys_business(case: AlertCase) -> None:
    case.write("shop")
    case.load("failed", "UpstreamUnavailable")
    case.settle()
    case.load("loaded")
    case.settle()
    assert case.receiver.got == []
    case.load("failed", "UpstreamUnavailable")
    case.settle(minutes=50)
    assert case.receiver.news == ["opened"]


def test_three_hundred_feeds_down_at_once_are_one_message(case: AlertCase) -> None:
    names = tuple(f"till_{n:03}" for n in range(300))
    case.write("shop", feeds=names)
    for name in names:
        case.load("failed", feed=name)
    case.settle(minutes=30)
    [(_, message)] = case.receiver.got
    assert message["count"] == 300
    assert "(300 feeds)" in message["title"]
    assert "and 290 more" in message["text"]
    for name in names:
        case.load("loaded", feed=name)
    case.settle(minutes=30)
    assert case.receiver.news == ["opened", "resolved"]
    assert case.receiver.got[-1][1]["count"] == 300


def test_tenants_of_one_receiver_are_told_together(case: AlertCase) -> None:
    """An outage of one source failed the feeds of every tenant: their agency reads one message."""
    for number in range(40):
        case.write(f"shop{number}", alerts="{}")
        case.load("failed", "UpstreamUnavailable", tenant=f"shop{number}")
    case.tick(minutes=50)
    for number in range(40):
        case.load("failed", "UpstreamUnavailable", tenant=f"shop{number}")
    case.settle()
    [(target, message)] = case.receiver.got
    assert target.receiver == "webhook platform__ops"
    assert "40 tenants" in message["title"]
    assert message["dedup_key"] == "elt/source till"


def test_nothing_is_lost_and_nothing_doubled_while_the_receiver_is_down(case: AlertCase) -> None:
    case.write("shop", feeds=("till", "stall"))
    case.receiver.fall()
    case.load("failed")
    case.settle(minutes=20)
    case.load("failed", feed="stall")
    case.settle(minutes=40)
    assert case.receiver.got == []
    case.receiver.rise()
    case.settle(minutes=20)
    assert case.receiver.news[:2] == ["opened", "opened"]
    assert [m["feed"] for _, m in case.receiver.got if m["tenant"] == "shop"] == ["till", "stall"]
    # The alerting was in trouble itself: its operators hear of that too, once, and of the end.
    told = [m["type"] for _, m in case.receiver.got if m["tenant"] == "platform"]
    assert told == ["alerting_failed", "alerting_failed"]
    states = case.rows("select state, count(*) from elt_ops.alert_deliveries group by state")
    assert [state for state, _ in states] == ["sent"]


def test_nobody_reads_of_an_end_before_the_beginning(case: AlertCase) -> None:
    """The beginning waits for its next try; the end, never tried, would have gone first."""
    case.write("shop")
    case.receiver.fall()
    case.load("failed")
    case.settle(minutes=20)
    case.load("loaded")
    case.tick(seconds=30)
    case.receiver.rise()
    case.settle(minutes=30)
    shop = [message["news"] for target, message in case.receiver.got if target.tenant == "shop"]
    assert shop == ["opened", "resolved"]


def test_one_receiver_that_is_down_keeps_nobody_else_waiting(case: AlertCase) -> None:
    case.write("shop")
    case.write("cafe")
    case.receiver.down = lambda target: Refused("no") if target.tenant == "shop" else None
    case.load("failed")
    case.load("failed", tenant="cafe")
    case.settle()
    assert [target.tenant for target, _ in case.receiver.got] == ["cafe"]
    case.settle(minutes=20)
    [(_, alarm)] = [pair for pair in case.receiver.got if pair[0].tenant == "platform"]
    assert alarm["type"] == "alerting_failed"
    assert "`webhook` of `shop`" in alarm["message"]


def test_what_comes_and_goes_is_recognised(case: AlertCase) -> None:
    """A feed that failed every second hour was 24 messages a day."""
    case.write("shop")
    for _ in range(12):
        case.load("failed")
        case.settle(minutes=10)
        case.tick(minutes=50)
        case.load("loaded")
        case.settle(minutes=10)
        case.tick(minutes=50)
    news = case.receiver.news
    assert news.count("flapping") == 1
    assert len(news) <= 7
    assert news[-1] == "flapping"
    for _ in range(8):
        case.tick(hours=1)
    assert case.receiver.news[-1] == "resolved"
    assert len(case.receiver.news) == len(news) + 1


def test_the_books_are_away_and_people_hear_of_it_once(case: AlertCase) -> None:
    """Each of 300 failing tasks posted for itself, because none of them could ask the books."""
    names = tuple(f"till_{n:03}" for n in range(300))
    case.write("shop", feeds=names)
    case.away = True

    def fail(name: str) -> None:
        with frozen(case.now):
            signal = Signal(
                "load_failed", "shop", "no connection", case.now, name, cause="warehouse",
            )  # fmt: skip
            assert not run_store_signal(signal, lambda: case.desk().build_warehouse(None))

    for name in names:
        fail(name)
    case.settle(minutes=3)
    shop = [message for target, message in case.receiver.got if target.tenant == "shop"]
    [message] = shop
    assert message["count"] == 300
    assert [t.tenant for t, _ in case.receiver.got].count("platform") == 1
    case.away = False
    case.settle(minutes=3)
    assert len([m for t, m in case.receiver.got if t.tenant == "shop"]) == 1, "not told again"
    for name in names:
        case.load("loaded", feed=name)
    case.settle(minutes=70)
    shop = [message["news"] for target, message in case.receiver.got if target.tenant == "shop"]
    assert shop == ["opened", "resolved"]
    ops = [message["news"] for target, message in case.receiver.got if target.tenant == "platform"]
    assert ops == ["opened", "resolved"]


METRICS = """
drop schema if exists shop_mart cascade;
create schema shop_mart;
create table shop_mart.fct_daily_metrics (
    daily_metric_key text, metric_on date, metric_value numeric, is_outlier boolean
);
create table shop_mart.agg_metric_gaps (metric_gap_key text, missing_on date);
insert into shop_mart.fct_daily_metrics values
('long_ago', '2026-09-01', 900, true), ('usual', '2026-11-01', 100, false);
"""


@pytest.mark.parametrize(
    ("check", "defect", "mended"),
    [
        (
            "daily_metrics_are_usual",
            "insert into shop_mart.fct_daily_metrics values ('odd', '2026-10-31', 9, true)",
            "delete from shop_mart.fct_daily_metrics where daily_metric_key = 'odd'",
        ),
        (
            "daily_metrics_have_no_gaps",
            "insert into shop_mart.agg_metric_gaps values ('hole', '2026-10-31')",
            "delete from shop_mart.agg_metric_gaps",
        ),
    ],
)
def test_an_unusual_day_and_a_missing_one_are_alerts_until_they_are_not(
    case: AlertCase, check: str, defect: str, mended: str
) -> None:
    """From the mart through its check to elt_ops.alerts; what happened weeks ago is nobody's."""
    case.write("shop")
    case.execute(METRICS)

    def look() -> list[tuple[object, ...]]:
        [tenant] = case.desk().platform.tenants
        case.now += timedelta(minutes=10)
        with frozen(case.now):
            run_tenant_checks(tenant, Warehouse(case.url, tenant_roles=False), NOWHERE)
        case.settle()
        return case.rows("select type, subject, severity, state, message from elt_ops.alerts")

    assert look() == []
    case.execute(defect)
    [(kind, subject, severity, state, message)] = look()
    assert (kind, subject, severity, state) == ("check_failed", check, "warning", "open")
    assert "1 bad rows" in str(message)
    case.execute(mended)
    [(*_, state, _)] = look()
    assert state == "resolved"
