"""All that Apprise knows (Microsoft Teams, Discord, ntfy, ...): connection type `apprise`.

The provider's hook throws away whether the message was taken, so it only reads the connection here.
"""

from collections.abc import Mapping
from typing import Any

from include.alerts.audience import Target
from include.core.errors import Refused, Unreachable
from include.orchestration.alerts.channels import reaching

# They show a window or write a file on the machine that sends, which no tenant has business with.
LOCAL = frozenset({"dbus", "qt", "glib", "kde", "gnome", "macosx", "windows", "syslog", "blink1"})


def run_send(target: Target, message: Mapping[str, Any]) -> None:
    """Send to every service of the connection."""
    import apprise
    from airflow.providers.apprise.hooks.apprise import AppriseHook

    connection = reaching.fetch_connection(target.connection)
    # One after the other in this thread: what others start is not judged.
    box = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    try:
        AppriseHook(target.connection).set_config_from_conn(connection, box)
    except (KeyError, ValueError, TypeError):
        raise Refused(
            f"connection `{target.connection}` has no services. Expected Extra "
            '`{"config": {"path": "<service URL>"}}`.'
        ) from None
    services = list(box)
    if not services:
        raise Refused(
            f"connection `{target.connection}` names no service that Apprise knows. "
            "Correct its Extra."
        )
    for service in services:
        _require_elsewhere(service)
    kinds = {"resolved": "success"}
    kind = kinds.get(str(message["news"]), "failure" if message["level"] == "error" else "warning")
    body = str(message["text"]).partition("\n\n")[2]
    with reaching.inside_walls():
        taken = box.notify(
            body=body, title=str(message["title"]), notify_type=apprise.NotifyType(kind),
            body_format=apprise.NotifyFormat.TEXT,
        )  # fmt: skip
    if not taken:
        raise Unreachable("a service did not take the message. It is sent again by itself.")


def _require_elsewhere(service: Any) -> None:
    protocols = {*_names(service.protocol), *_names(service.secure_protocol)}
    if protocols & LOCAL:
        raise Refused(f"`{service.service_name}` is on this machine. Expected a service outside.")


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())
