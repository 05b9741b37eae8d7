"""The repository's one Airflow plugin.

`on_load` imports what tasks need once, in the process that forks them: otherwise every task imports
Cosmos, pyarrow and duckdb anew, which takes longer than most tasks do. It works only with
`AIRFLOW__CORE__LAZY_LOAD_PLUGINS=False`; in airflow_local_settings the same imports are circular.
"""

import importlib
import logging
import sys
import time
from typing import Any

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
    """Warms the parents of tasks."""

    name = "elt"

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


def _lighten() -> None:
    """Only speed depends on it, so another Airflow than it knows is no reason to stop."""
    try:
        from include.orchestration.lean_triggerer import run_lighten

        run_lighten()
    except Exception:
        log.warning("the triggerer works in Airflow's own way", exc_info=True)
