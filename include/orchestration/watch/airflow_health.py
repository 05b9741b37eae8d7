"""Airflow looked at from outside, over its API; never its database.

Source: airflow 3.3 REST API, GET /api/v2/monitor/health and /api/v2/dags (read 2026-11).
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from include.alerts.rules.airflow import Seen
from include.config.settings import AirflowAccess
from include.core.clock import utcnow

log = logging.getLogger(__name__)

# A restart takes a minute; what is silent for longer does not come back by itself.
PATIENCE = timedelta(minutes=3)
COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")
PAGE = 100
TIMEOUT_S = 10


class AirflowHealth:
    """Remembers since when each component has been silent."""

    def __init__(self, access: AirflowAccess) -> None:
        self._access = access
        self._since: dict[str, datetime] = {}

    def look(self) -> Seen:
        """One look; never raises."""
        if not self._access.url:
            return Seen()
        now, found = utcnow(), self._fetch_silent()
        self._since = {name: self._since.get(name, now) for name in found}
        lasting = {
            name: words for name, words in found.items() if now - self._since[name] >= PATIENCE
        }
        return Seen(lasting, None if found else self._fetch_paused())

    def _fetch_silent(self) -> dict[str, str]:
        try:
            health = self._get("/api/v2/monitor/health")
        except Exception as error:
            return {"api-server": f"does not answer ({type(error).__name__})"}
        return {
            name.replace("_", "-"): "has no heartbeat"
            for name in COMPONENTS
            # A component that is not part of the deployment has no status.
            if (health.get(name) or {}).get("status") == "unhealthy"
        }

    def _fetch_paused(self) -> dict[str, bool] | None:
        if not self._access.user:
            return None
        try:
            return {str(dag["dag_id"]): bool(dag["is_paused"]) for dag in self._fetch_dags()}
        except Exception as error:
            log.warning("Airflow's DAGs cannot be listed reason=%s", type(error).__name__)
            return None

    def _fetch_dags(self) -> Iterator[Mapping[str, Any]]:
        login = {"username": self._access.user, "password": self._access.password}
        token = self._call("POST", "/auth/token", json=login)["access_token"]
        offset, total = 0, 1
        while offset < total:
            path = f"/api/v2/dags?limit={PAGE}&offset={offset}&exclude_stale=true"
            page = self._get(path, {"Authorization": f"Bearer {token}"})
            yield from page["dags"]
            offset, total = offset + PAGE, int(page["total_entries"])

    def _get(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        return self._call("GET", path, headers=headers)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        from include.extract.http.session import request_once

        url = f"{str(self._access.url).rstrip('/')}{path}"
        answer = request_once(method, url, timeout=TIMEOUT_S, allow_redirects=False, **more)
        answer.raise_for_status()
        return answer.json()
