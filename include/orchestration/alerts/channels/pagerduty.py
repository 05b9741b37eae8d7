"""PagerDuty events (connection type `pagerduty_events`): an incident that resolves by itself.

The provider's hook knows only the American service, and its client goes out past the walls; so the
provider makes the event, and it is posted as every other. The connection's host names another
service (`https://events.eu.pagerduty.com`).
Source: developer.pagerduty.com, Events API v2, POST /v2/enqueue (read 2026-11).
"""

from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import ConfigError, Refused
from include.orchestration.alerts.channels import reaching
from include.orchestration.alerts.channels.webhook import run_post

URL = "https://events.pagerduty.com"
MAX_SUMMARY = 1024


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Trigger, or resolve under the keys of what was triggered; what goes on in part goes on."""
    connection = reaching.fetch_connection(target.connection)
    if not connection.password:
        raise Refused(f"connection `{target.connection}` has no key. Put it in its password.")
    if message["news"] == "partly":
        return
    url = f"{(connection.host or URL).rstrip('/')}/v2/enqueue"
    for key in message["resolves"] or [message["dedup_key"]]:
        body = {**build_event(message, str(key)), "routing_key": connection.password}
        try:
            run_post(url, body, what="pagerduty")
        except ConfigError as error:
            raise Refused(error.message) from None


def build_event(message: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The event without its key of integration."""
    from airflow.providers.pagerduty.hooks.pagerduty_events import prepare_event_data

    links = [{"href": message["log_url"], "text": "log"}] if message.get("log_url") else None
    return prepare_event_data(
        summary=str(message["title"])[:MAX_SUMMARY],
        severity=str(message["severity"]),
        source=f"elt/{message.get('tenant')}",
        action="resolve" if message["resolves"] else "trigger",
        action_key_name="event_action",
        dedup_key=key,
        group=str(message.get("feed") or message.get("tenant")),
        class_type=str(message.get("type")),
        custom_details={"text": message["text"]},
        links=links,
    )
