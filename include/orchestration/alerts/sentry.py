"""Unexpected errors to Sentry, with ELT_SENTRY_DSN only: where in the code, never with what values.

Airflow's own integration sends breadcrumbs and local variables, in which customers' rows are.
"""

import logging
from typing import Any

from include.config.settings import load_settings

log = logging.getLogger(__name__)
FLUSH_S = 5
# Of an event, what may leave the house; a stack's frames are cut further.
KEPT = frozenset({"event_id", "timestamp", "platform", "level", "exception", "tags", "release",
                  "environment", "sdk", "server_name"})  # fmt: skip
FRAME = frozenset({"filename", "function", "module", "lineno", "in_app", "abs_path"})


def run_report(error: object, signal: Any) -> bool:
    """Send the error's class and stack with tenant, feed and stream as tags; True when sent."""
    dsn = load_settings().sentry_dsn
    if not dsn or not isinstance(error, BaseException):
        return False
    import sentry_sdk

    client = sentry_sdk.Client(
        dsn=dsn,
        default_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        before_send=build_clean,  # type: ignore[arg-type]
    )
    scope = sentry_sdk.Scope(client=client)
    for name in ("tenant", "feed", "stream", "type"):
        scope.set_tag(name, getattr(signal, name) or "-")
    scope.capture_exception(error)
    client.close(timeout=FLUSH_S)
    return True


def build_clean(event: dict[str, Any], _hint: Any) -> dict[str, Any]:
    """The event without messages, variables and sources: an error's text may quote a row."""
    clean = {name: value for name, value in event.items() if name in KEPT}
    for value in (clean.get("exception") or {}).get("values", ()):
        value["value"] = "; the task's log has its words"
        for frame in (value.get("stacktrace") or {}).get("frames", ()):
            for name in [*frame]:
                if name not in FRAME:
                    frame.pop(name)
    return clean
