"""The few calls of Airflow's REST API that the demo and the stack need.

Source: airflow 3.3.2, api_fastapi/core_api/openapi (read 2026-11-21).
"""

import time
from typing import Any

import requests

from include.core.errors import AccessDenied, ConfigError

TIMEOUT_S = 30
# A token lives for a day; one call more per command is cheaper than refreshing it.
TRIES = 5


class AirflowApi:
    """A logged-in session; every method answers parsed JSON.

    Raises:
        ConfigError: From any method, when Airflow refuses a call; with its own words.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._login = {"username": user, "password": password}

    def is_healthy(self) -> bool:
        """All four: database, scheduler, DAG processor, triggerer."""
        try:
            answer = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=5)
            parts = answer.json()
        except (requests.RequestException, ValueError):
            return False
        wanted = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all((parts.get(part) or {}).get("status") == "healthy" for part in wanted)

    def log_in(self) -> None:
        """Fetch a token; every later call carries it.

        Raises:
            AccessDenied: If the stored password is not the server's.
        """
        answer = self._session.post(f"{self.url}/auth/token", json=self._login, timeout=TIMEOUT_S)
        if answer.status_code != 201:
            raise AccessDenied(
                f"login as `admin` got {answer.status_code}. Expected the stored password to do. "
                "Another Airflow may own this port. Run `make down`, then `make up`."
            )
        token = answer.json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One call below /api/v2; connection failures are tried again, refusals are not."""
        for attempt in range(TRIES):
            try:
                answer = self._session.request(
                    method, f"{self.url}/api/v2{path}", timeout=TIMEOUT_S, **options
                )
                break
            except requests.RequestException:
                if attempt == TRIES - 1:
                    raise
                time.sleep(1 + attempt)
        if answer.status_code >= 400:
            raise ConfigError(
                f"call `{method} {path}` got {answer.status_code}. Expected 2xx. "
                f"Airflow says: {answer.text[:400]}"
            )
        return answer.json() if answer.content else None

    def dag(self, dag_id: str) -> dict[str, Any] | None:
        """The DAG as Airflow knows it, or None when it is not (yet) there."""
        found = self.call("GET", "/dags", params={"dag_id_pattern": dag_id, "limit": 100})
        return next((dag for dag in found["dags"] if dag["dag_id"] == dag_id), None)

    def unpause(self, dag_id: str) -> None:
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a manual run; answers its run id."""
        body = {"logical_date": None, "conf": conf or {}}
        return str(self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def runs(self, dag_id: str, limit: int = 20) -> list[dict[str, Any]]:
        """Newest first by when they were created."""
        options = {"limit": limit, "order_by": "-id"}
        return list(self.call("GET", f"/dags/{dag_id}/dagRuns", params=options)["dag_runs"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}"))

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """All task instances of a run, page after page."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found: list[dict[str, Any]] = []
        while True:
            page = self.call("GET", path, params={"limit": 100, "offset": len(found)})
            found += page["task_instances"]
            if not page["task_instances"] or len(found) >= page["total_entries"]:
                return found

    def consumed_events(self, dag_id: str, run_id: str) -> set[tuple[str, str]]:
        """(DAG id, run id) of the runs whose asset events started this run."""
        found = self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}/upstreamAssetEvents")
        return {(e["source_dag_id"], e["source_run_id"]) for e in found["asset_events"]}

    def has_sent_event(self, dag_id: str, run_id: str) -> bool:
        """Whether a task of this run has told of an asset."""
        options = {"source_dag_id": dag_id, "source_run_id": run_id, "limit": 1}
        return bool(self.call("GET", "/assets/events", params=options)["total_entries"])

    def import_errors(self) -> list[tuple[str, str]]:
        """(file, last line of the traceback) of every DAG file that does not import."""
        found = self.call("GET", "/importErrors", params={"limit": 100})["import_errors"]
        return [(e["filename"], e["stack_trace"].strip().splitlines()[-1]) for e in found]

    def set_pool(self, name: str, slots: int, description: str) -> None:
        """Create the pool or overwrite it; a task whose pool is missing never starts."""
        pool = {"name": name, "slots": slots, "description": description, "include_deferred": True}
        action = {"action": "create", "action_on_existence": "overwrite", "entities": [pool]}
        self.call("PATCH", "/pools", json={"actions": [action]})
