"""Alerts of a storm: one that is planted, whoever else's, and how often each was told.

A feed is refused by its vendor from before the first blow until after the last one, and fails
every minute meanwhile: one alert, one message, and one more when it is over, though the process
that tells is killed as well. The sandbox's inbox, which is not killed, keeps what arrives.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from include.local.airflow_env import HOST
from tests.storm.celery_stack import REFUSED, CeleryStack, wait_for

TENANT, FEED, STREAM = REFUSED
TOLD = ("opened", "resolved")


def run_refuse(stack: CeleryStack) -> None:
    """From now on the vendor lets nobody in."""
    fault = {"vendor": FEED, "kind": "403", "path_contains": STREAM, "times": 1_000_000}
    requests.post(_url(stack, "faults"), json=fault, timeout=30).raise_for_status()


def run_let_in(stack: CeleryStack) -> None:
    requests.delete(_url(stack, "faults"), timeout=30).raise_for_status()


def run_wait_until_told(stack: CeleryStack, timeout_s: float) -> None:
    """Until no alert is open, and no message on its way."""
    live = (
        "select (select count(*) from elt_ops.alerts where state <> 'resolved' or "
        "news is not null) + (select count(*) from elt_ops.alert_deliveries "
        "where state = 'waiting')"
    )
    wait_for("alerts are over and told", lambda: stack.rows(live)[0][0] == 0, timeout_s)


def find_alert_faults(stack: CeleryStack) -> tuple[int, int, list[str]]:
    """Messages that arrived, how many of them a second time, and what is wrong.

    A message that its receiver had already when the sender died comes again under the id it had
    (`delivery_id`, the header Idempotency-Key): receivers that know it show it once, as this does.
    """
    messages = fetch_messages(stack)
    alerts = stack.rows("select alert_id, type, tenant, feed, stream, told_at is not null, "
                        "reopened from elt_ops.alerts order by alert_id")  # fmt: skip
    faults = compare(messages, alerts)
    planted = [one for one in alerts if one[1:5] == ("load_failed", TENANT, FEED, STREAM)]
    if [(told, reopened) for *_, told, reopened in planted] != [(True, 0)]:
        faults.append(f"the refused feed made not one alert, told and ended, but {planted}")
    once = {one["delivery_id"] for one in messages}
    return len(once), len(messages) - len(once), faults


def fetch_messages(stack: CeleryStack) -> list[dict[str, Any]]:
    answer = requests.get(_url(stack, "inbox/storm"), timeout=30)
    answer.raise_for_status()
    return list(answer.json()["messages"])


def compare(messages: Sequence[Mapping[str, Any]], alerts: Sequence[tuple[Any, ...]]) -> list[str]:
    """What of these alerts was told too often, or not at all.

    Args:
        alerts: alert_id, type, tenant, feed, stream, whether it counts as told, how often it
            came back.
    """
    by_id = {one["delivery_id"]: one for one in messages}
    heard: dict[int, Counter[str]] = defaultdict(Counter)
    for message in by_id.values():
        for alert in message["alerts"]:
            heard[alert["alert_id"]][message["news"]] += 1
    faults = []
    for alert_id, kind, tenant, feed, stream, is_told, reopened in alerts:
        name = f"alert {alert_id} ({kind} {tenant}/{feed}/{stream})"
        for news in TOLD:
            times = heard[alert_id][news]
            if times > 1 + reopened:
                faults.append(f"{name}: {news} was told {times} times")
            if is_told and times == 0 and not (reopened or heard[alert_id]["partly"]):
                faults.append(f"{name}: {news} was never told")
    return faults


def _url(stack: CeleryStack, route: str) -> str:
    return f"http://{HOST}:{stack.facts.ports.sandbox}/_sandbox/{route}"
