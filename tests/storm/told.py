"""Alerts of a storm: one that is planted, whoever else's, and how often each was told.

A feed is refused by its vendor from before the first blow until after the last one, and fails
every minute meanwhile: one alert, one message, and one more when it is over, though the process
that tells is killed as well. The sandbox's inbox, which is not killed, keeps what arrives.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from include.local.airflow_env import HOST
from tests.storm.celery_stack import REFUSED, CeleryStack, wait_for

_, FEED, STREAM = REFUSED
TOLD = ("opened", "resolved")


def run_refuse(stack: CeleryStack) -> None:
    """From now on the vendor lets nobody in."""
    fault = {"vendor": FEED, "kind": "403", "path_contains": STREAM, "times": 1_000_000}
    requests.post(_url(stack, "faults"), json=fault, timeout=30).raise_for_status()


def run_let_in(stack: CeleryStack) -> None:
    requests.delete(_url(stack, "faults"), timeout=30).raise_for_status()


def run_wait_until_told(stack: CeleryStack, timeout_s: float) -> None:
    """Until no feed's alert is open, and no message on its way.

    What checks of the made-up business find may well stay open.
    """
    live = (
        "select (select count(*) from elt_ops.alerts where (state <> 'resolved' and type in "
        "('load_failed', 'late_feed')) or news is not null) + (select count(*) "
        "from elt_ops.alert_deliveries where state = 'waiting')"
    )
    wait_for("alerts are over and told", lambda: stack.rows(live)[0][0] == 0, timeout_s)


def find_alert_faults(stack: CeleryStack) -> tuple[int, int, list[str]]:
    """Messages that arrived, how many of them a second time, and what is wrong.

    A message that its receiver had already when the sender died comes again under the id it had
    (`delivery_id`, the header Idempotency-Key): receivers that know it show it once, as this does.
    """
    messages = fetch_messages(stack)
    notes = stack.rows(
        "select alert_id, kind, count(*) from elt_ops.alert_notes where delivery_id is not null "
        "group by alert_id, kind order by alert_id, kind"
    )
    alerts = stack.rows(
        "select alert_id, tenant || '/' || coalesce(feed, '') || ' ' || type, reopened "
        "from elt_ops.alerts order by alert_id"
    )
    faults = compare(messages, notes, alerts)
    planted = stack.rows(
        "select state, reopened from elt_ops.alerts where (type, tenant, feed, stream) = "
        "('load_failed', %s, %s, %s)",
        *REFUSED,
    )
    if planted != [("resolved", 0)]:
        faults.append(f"the refused feed made not one alert that has ended, but {planted}")
    if not {*TOLD} <= {one["news"] for one in messages if one["feed"] == FEED}:
        faults.append("the refused feed's alert was not told, or not its end")
    once = {one["delivery_id"] for one in messages}
    return len(once), len(messages) - len(once), faults


def fetch_messages(stack: CeleryStack) -> list[dict[str, Any]]:
    answer = requests.get(_url(stack, "inbox/storm"), timeout=30)
    answer.raise_for_status()
    return list(answer.json()["messages"])


def compare(
    messages: Sequence[Mapping[str, Any]],
    notes: Sequence[tuple[int, str, int]],
    alerts: Sequence[tuple[int, str, int]],
) -> list[str]:
    """What was told too often, or counts as told and never arrived.

    Args:
        notes: Alert, kind of news, how many of them have a message.
        alerts: Alert, its name, how often it came back.
    """
    by_id = {one["delivery_id"]: one for one in messages}
    heard: Counter[tuple[int, str]] = Counter()
    for message in by_id.values():
        news = "resolved" if message["news"] == "partly" else message["news"]
        heard.update((alert["alert_id"], news) for alert in message["alerts"])
    sent = {(alert_id, kind): count for alert_id, kind, count in notes}
    faults = []
    for alert_id, name, reopened in alerts:
        for kind in sorted({one[1] for one in (*heard, *sent) if one[0] == alert_id}):
            times, wanted = heard[alert_id, kind], sent.get((alert_id, kind), 0)
            if times != wanted:
                faults.append(f"alert {alert_id} ({name}): {kind} sent {wanted}, heard {times}")
            if kind in TOLD and times > 1 + reopened:
                faults.append(f"alert {alert_id} ({name}): {kind} was told {times} times")
    return faults


def _url(stack: CeleryStack, route: str) -> str:
    return f"http://{HOST}:{stack.facts.ports.sandbox}/_sandbox/{route}"
