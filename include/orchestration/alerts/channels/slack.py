"""Slack: an incoming webhook (connection type `slackwebhook`) or a bot's token (type `slack`).

With a token, `to` of the channel names where to write; Slack's own words for a refusal are kept.
"""

from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import Refused, Unreachable
from include.orchestration.alerts.channels import reaching

PASSING = {"ratelimited", "service_unavailable", "fatal_error", "internal_error", "request_timeout"}
COLOURS = {"critical": "#a30200", "error": "#d72b3f", "warning": "#e0a500", "info": "#4a90d9"}
GOOD = "#2eb67d"
MAX_TEXT = 3000


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Write the message, coloured by its severity."""
    connection = reaching.fetch_connection(target.connection)
    body = build_body(message)
    if connection.conn_type == "slack":
        _run_with_token(target, body)
    else:
        _run_webhook(target, body)


def build_body(message: Mapping[str, Any]) -> dict[str, Any]:
    """Title as the text, the rest beside a coloured bar; `<`, `>` and `&` are Slack's own."""
    colour = GOOD if message["news"] == "resolved" else COLOURS.get(message["severity"], GOOD)
    rest = str(message["text"]).partition("\n\n")[2]
    attachment = {"color": colour, "text": _escape(rest)[:MAX_TEXT]}
    return {"text": _escape(str(message["title"])), "attachments": [attachment]}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _run_webhook(target: Target, body: dict[str, Any]) -> None:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    hook = SlackWebhookHook(
        slack_webhook_conn_id=target.connection, timeout=reaching.TIMEOUT_S, retry_handlers=[]
    )
    client = hook.client
    reaching.require_url(client.url)
    try:
        with reaching.inside_walls():
            answer = client.send_dict(body)
    except OSError as error:
        raise Unreachable(f"slack failed: {type(error).__name__}. It is sent again.") from None
    if not 200 <= answer.status_code < 300:
        raise reaching.build_status_error(answer.status_code, "slack")


def _run_with_token(target: Target, body: dict[str, Any]) -> None:
    from airflow.providers.slack.hooks.slack import SlackHook
    from slack_sdk.errors import SlackApiError

    if not target.to:
        raise Refused("with a token slack needs to know where to write. Add `to` to the channel.")
    hook = SlackHook(slack_conn_id=target.connection, timeout=reaching.TIMEOUT_S, retry_handlers=[])
    client = hook.client
    reaching.require_url(client.base_url)
    for place in target.to:
        try:
            with reaching.inside_walls():
                client.chat_postMessage(channel=place, **body)
        except SlackApiError as error:
            code = str(error.response.get("error") or error.response.status_code)
            words = f"slack refused `{place}`: {code}"
            passing = code in PASSING or error.response.status_code >= 500
            raise (Unreachable if passing else Refused)(words) from None
        except OSError as error:
            raise Unreachable(f"slack failed: {type(error).__name__}. It is sent again.") from None
