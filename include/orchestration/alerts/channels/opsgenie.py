"""Opsgenie alerts (connection type `opsgenie`), closed again under the same alias.

In Europe the connection's host is `https://api.eu.opsgenie.com`.
"""

from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import Refused, Unreachable
from include.orchestration.alerts.channels import reaching

PRIORITIES = {"critical": "P1", "error": "P2", "warning": "P4", "info": "P5"}
MAX_TITLE, MAX_TEXT = 130, 15_000


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Create, or close what was created; what goes on in part goes on."""
    from airflow.providers.opsgenie.hooks.opsgenie import OpsgenieAlertHook

    connection = reaching.fetch_connection(target.connection)
    if not connection.password:
        raise Refused(f"connection `{target.connection}` has no API key. Put it in its password.")
    hook = OpsgenieAlertHook(target.connection)
    client = hook.get_conn().api_client
    # The outbox tries again; the client would hold everybody's messages for a minute.
    client.configuration.retry_enabled = False
    reaching.require_url(client.configuration.host)
    if message["news"] == "partly":
        return
    try:
        with reaching.inside_walls():
            _run_tell(hook, message)
    except Refused:
        raise
    except Exception as error:  # the client's own, wrapped in those of its retries
        status = getattr(error, "status", None) or getattr(error.__cause__, "status", None)
        if status:
            raise reaching.build_status_error(int(status), "opsgenie") from None
        name = type(error.__cause__ or error).__name__
        raise Unreachable(f"opsgenie failed: {name}. It is sent again.") from None


def _run_tell(hook: Any, message: Mapping[str, Any]) -> None:
    for key in message["resolves"]:
        hook.close_alert(key, "alias", {"note": str(message["title"]), "source": "elt"})
    if message["resolves"]:
        return
    hook.create_alert(
        {
            "message": str(message["title"])[:MAX_TITLE],
            "alias": str(message["dedup_key"]),
            "description": str(message["text"])[:MAX_TEXT],
            "priority": PRIORITIES[str(message["severity"])],
            "source": "elt",
            "tags": [str(message.get(name)) for name in ("tenant", "feed", "type")],
        }
    )
