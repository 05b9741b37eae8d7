"""PagerDuty events (connection type `pagerduty_events`): an incident that resolves by itself.

The provider's hook knows only the American service; the connection's host names another one
(`https://events.eu.pagerduty.com`), so the client under the hook is asked itself.
"""

from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import Refused, Unreachable
from include.orchestration.alerts.channels import reaching

MAX_SUMMARY = 1024


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Trigger, or resolve under the keys of what was triggered; what goes on in part goes on."""
    import pagerduty
    from airflow.providers.pagerduty.hooks.pagerduty_events import prepare_event_data

    connection = reaching.fetch_connection(target.connection)
    if not connection.password:
        raise Refused(
            f"connection `{target.connection}` has no integration key. Put it in its password."
        )
    if message["news"] == "partly":
        return
    links = [{"href": message["log_url"], "text": "log"}] if message.get("log_url") else None
    event = prepare_event_data(
        summary=str(message["title"])[:MAX_SUMMARY],
        severity=str(message["severity"]),
        source=f"elt/{message.get('tenant')}",
        action="resolve" if message["resolves"] else "trigger",
        dedup_key=str(message["dedup_key"]),
        group=str(message.get("feed") or message.get("tenant")),
        class_type=str(message.get("type")),
        custom_details={"text": message["text"]},
        links=links,
    )
    client = pagerduty.EventsApiV2Client(connection.password, base_url=connection.host or None)
    client.max_network_attempts, client.timeout = 1, reaching.TIMEOUT_S
    reaching.require_url(client.url)
    try:
        for key in message["resolves"] or [message["dedup_key"]]:
            client.send_event(**{**event, "dedup_key": str(key)})
    except pagerduty.HttpError as error:
        raise reaching.build_status_error(error.response.status_code, "pagerduty") from None
    except Exception as error:  # the client's own, and those of the transport below it
        raise Unreachable(f"pagerduty failed: {type(error).__name__}. It is sent again.") from None
