"""Ways to tell people: the log always, a JSON webhook when the tenant has one."""

import logging
from typing import Protocol

from include.orchestration.alerts.alert import Alert

log = logging.getLogger(__name__)
WEBHOOK_TIMEOUT_S = 10


class Notifier(Protocol):
    """Anything that can carry an alert; raising is allowed, the caller goes on with the next."""

    def send(self, alert: Alert) -> None: ...


class LogNotifier:
    """One line with every field, for log-based alerting: ERROR, or WARNING for mere news."""

    def send(self, alert: Alert) -> None:
        """One ERROR line (a warning for quality) that names everything."""
        log.log(
            logging.WARNING if alert.level == "warning" else logging.ERROR,
            "alert kind=%s tenant=%s feed=%s stream=%s error=%s dag=%s run=%s task=%s "
            "contacts=%s log_url=%s message=%s",
            alert.kind,
            alert.tenant,
            alert.feed,
            alert.stream,
            alert.error,
            alert.dag_id,
            alert.run_id,
            alert.task_id,
            ",".join(alert.contacts) or "-",
            alert.log_url,
            alert.message,
        )


class WebhookNotifier:
    """POST of the alert's payload as JSON; the URL is a secret and never logged."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, alert: Alert) -> None:
        """Post once.

        Raises:
            RuntimeError: If the receiver did not answer 2xx; without the URL, which holds a token.
        """
        import requests  # kept out of DAG parsing

        from include.extract.http.session import request_once

        try:
            answer = request_once(
                "POST",
                self._url,
                json=alert.payload(),
                timeout=WEBHOOK_TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise RuntimeError(f"webhook failed: {type(error).__name__}") from None
        if not answer.ok:
            raise RuntimeError(f"webhook answered {answer.status_code}")
