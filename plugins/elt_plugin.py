"""The repository's one Airflow plugin: warms the parents of tasks, mounts the console.

`on_load` imports what tasks need once, in the process that forks them: otherwise every task imports
Cosmos, pyarrow and duckdb anew, which takes longer than most tasks do. It works only with
`AIRFLOW__CORE__LAZY_LOAD_PLUGINS=False`; in airflow_local_settings the same imports are circular.
"""

import importlib
import logging
import sys
import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

from airflow.sdk.plugins_manager import AirflowPlugin

log = logging.getLogger(__name__)

# Sub-commands of `airflow` whose process is the parent of tasks.
PARENTS = frozenset({"scheduler", "worker"})
TRIGGERER = "triggerer"
WARMED = (
    "include.orchestration.dag_builders.feed",
    "include.orchestration.dag_builders.transform",
    "include.orchestration.connections",
    "include.pipeline.feed_load",
    "include.pipeline.health.checks",
    "include.pipeline.dbt.build",
    "include.transform.task_groups",
    "cosmos.converter",
    "cosmos.airflow.graph",
    "cosmos.operators.local",
)


class EltPlugin(AirflowPlugin):
    """Warms the parents of tasks; adds `/elt` to the API server."""

    name = "elt"
    _apps: ClassVar[list[dict[str, Any]] | None] = None

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """Built when it is asked for, which only the API server and `airflow plugins` do.

        Every process of Airflow loads plugins; none of the others imports the console.
        """
        if EltPlugin._apps is None:
            EltPlugin._apps = _build_apps()
        return EltPlugin._apps

    @property
    def external_views(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The entry of Airflow's menu, which shows the console inside Airflow."""
        from airflow.configuration import conf

        prefix = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
        view = {"name": "ELT", "href": f"{prefix}/elt/", "destination": "nav", "url_route": "elt"}
        docs = {"name": "dbt docs", "href": f"{prefix}/elt/docs", "destination": "nav"}
        return [{**view, "nav_top_level": True}, {**docs, "url_route": "dbt_docs"}]

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Import what tasks will import; a module that cannot be imported fails in its task."""
        if TRIGGERER in sys.argv:
            _lighten()
        if PARENTS.isdisjoint(sys.argv):
            return
        started = time.monotonic()
        for module in WARMED:
            try:
                importlib.import_module(module)
            except Exception:
                log.warning("not warmed module=%s", module, exc_info=True)
        log.info("tasks warmed modules=%d seconds=%.1f", len(WARMED), time.monotonic() - started)


def _build_apps() -> list[dict[str, Any]]:
    """A console that cannot be built is not there; Airflow's own pages are."""
    try:
        from airflow.configuration import conf

        from include.console.airflow_login import fetch_person
        from include.console.app import build_app
        from include.console.doors import Doors
        from include.orchestration.connection_store import run_save_connection
        from include.orchestration.connections import (
            fetch_credentials,
            fetch_platform_url,
            fetch_rows_login,
            fetch_salt,
            fetch_warehouse_url,
        )
        from include.orchestration.inbox_asset import run_send_news

        doors = Doors(
            fetch_credentials=fetch_credentials,
            fetch_warehouse_url=fetch_warehouse_url,
            fetch_person=fetch_person,
            wake_drain=run_send_news,
            fetch_platform_url=fetch_platform_url,
            save_connection=run_save_connection,
            fetch_salt=fetch_salt,
            fetch_rows_login=fetch_rows_login,
            base_url=conf.get("api", "base_url", fallback="").rstrip("/"),
        )
        return [{"app": build_app(doors), "url_prefix": "/elt", "name": "ELT console"}]
    except Exception:
        log.exception("the console is not mounted")
        return []


def _lighten() -> None:
    """Only speed depends on it, so another Airflow than it knows is no reason to stop."""
    try:
        from include.orchestration.lean_triggerer import run_lighten

        run_lighten()
    except Exception:
        log.warning("the triggerer works in Airflow's own way", exc_info=True)
