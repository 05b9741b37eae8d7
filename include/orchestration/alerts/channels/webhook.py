"""Generic JSON: the whole message as a POST. `text` makes Slack-compatible receivers show it."""

from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import ConfigError, Refused, Unreachable, UpstreamError
from include.orchestration.alerts.channels import reaching


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Post to the connection's host, or to its password where the whole address is a secret."""
    connection = reaching.fetch_connection(target.connection)
    url = build_url(connection)
    if url is None:
        raise Refused(
            f"connection `{target.connection}` has no address. Put it in host or password."
        )
    body = {name: value for name, value in message.items() if name != "target"}
    try:
        run_post(url, body, f"{message.get('dedup_key')}/{message.get('delivery_id')}")
    except ConfigError as error:
        raise Refused(error.message) from None


def build_url(connection: Any) -> str | None:
    """Address of a connection: its password when that is one, else its host."""
    if connection.password and "://" in connection.password:
        return str(connection.password)
    host = connection.host
    if not host or "://" in host:
        return host or None
    port = f":{connection.port}" if connection.port else ""
    return f"{connection.schema or 'https'}://{host}{port}"


def run_post(
    url: str, body: Mapping[str, Any], key: str | None = None, what: str = "the webhook"
) -> None:
    """Post once.

    Raises:
        Refused, Unreachable: If the receiver did not answer 2xx; without the URL, which may hold
            a token.
        ConfigError: If the walls do not let it out; nothing was sent.
    """
    import requests

    from include.extract.http.session import request_once

    try:
        answer = request_once(
            "POST",
            url,
            json=body,
            headers={"Idempotency-Key": key} if key else None,
            timeout=reaching.TIMEOUT_S,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise Unreachable(f"{what} failed: {type(error).__name__}. It is sent again.") from None
    except UpstreamError as error:
        raise Unreachable(f"{what} failed: {type(error).__name__}. It is sent again.") from None
    if not 200 <= answer.status_code < 300:
        raise reaching.build_status_error(answer.status_code, what)
