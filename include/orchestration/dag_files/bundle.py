"""`TenantDagBundle`: Airflow finds a DAG file for each tenant, and parses again whose file changed.

Named in `AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST`, beside the bundle of `dags/`. Source:
airflow 3.3.2, dag_processing/bundles/base.py and manager.py (read 2026-11-30): the DAG processor
parses a file whose time is younger than its last parse at once, others every
`min_file_process_interval`; DAGs a parse no longer finds go when the one before is older than
`stale_dag_threshold`.
"""

import gc
import importlib
import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from airflow.dag_processing.bundles.base import BaseDagBundle

from include.config.load import find_mark, load_connectors
from include.config.settings import Settings, load_settings
from include.config.tenant.registered import FEEDS, TENANTS
from include.orchestration.dag_files.layout import (
    is_laid_out,
    run_lay_out,
    run_note_laid_out,
)

log = logging.getLogger(__name__)

# More than Airflow's stale_dag_threshold: finds a DAG gone that was parsed just before.
SECOND_LOOK_S = 60
# What each parse would import anew; the DAG processor forks one process a file.
WARMED = (
    "include.orchestration.dag_builders.tenant",
    "include.pipeline.dbt.halves",
    "include.transform.task_groups",
)

Mark = tuple[int, ...]


class TenantDagBundle(BaseDagBundle):
    """One DAG file a tenant, below the state folder.

    Unversioned: a tenant's file counts as it is now, as everything else of the platform does. A DAG
    processor writes what it has parsed into the database one DAG after the other; several share a
    fleet as bundles `tenants-0` with `share` [0, 2], and so on, each started with `--bundle-name`.
    """

    supports_versioning = False

    def __init__(
        self, *, path: str | None = None, share: tuple[int, int] = (0, 1), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._share = (int(share[0]), int(share[1]))
        self._path = Path(path) if path else load_settings().state_dir / "dag_files" / self.name
        self._marks: dict[str, Mark] | None = None
        self._shared: tuple[Mark, ...] = ()
        self._look_again: dict[str, float] = {}

    @property
    def path(self) -> Path:
        return self._path

    def get_current_version(self) -> None:
        return None

    def initialize(self) -> None:
        """Before a task too: opens no tenant's file, and lists names after changes only."""
        settings = load_settings()
        folder, registry = settings.tenants_dir, settings.registry_dir
        if not is_laid_out(folder, self._path, registry):
            began = time.time()
            run_lay_out(
                folder,
                self._path,
                share=self._share,
                prune=False,
                rewrite=False,
                registry=registry,
            )
            run_note_laid_out(folder, self._path, began, registry)
        if "dag-processor" in sys.argv:
            _warm()
        super().initialize()

    def refresh(self) -> None:
        """New, gone and changed tenants since the last time; only the DAG processor asks."""
        settings = load_settings()
        if "dag-processor" in sys.argv:
            _sync()
            _release(self.name)
        rewrite = self._marks is None
        loaders = run_lay_out(
            settings.tenants_dir,
            self._path,
            share=self._share,
            rewrite=rewrite,
            registry=settings.registry_dir,
        )
        marks = {name: _find_marks(name, settings) for name in loaders}
        shared = _shared_marks()
        if self._marks is not None:
            self._touch(loaders, self._find_changed(marks, all_of_them=shared != self._shared))
        self._marks, self._shared = marks, shared

    def _find_changed(self, marks: Mapping[str, Mark], *, all_of_them: bool) -> set[str]:
        """Who is to be parsed now: changed since the last time, or a while after a change."""
        assert self._marks is not None
        now = time.monotonic()
        changed = {
            name for name, mark in marks.items() if all_of_them or self._marks.get(name) != mark
        }
        due = {name for name, at in self._look_again.items() if at <= now and name in marks}
        self._look_again = {n: at for n, at in self._look_again.items() if at > now and n in marks}
        self._look_again |= dict.fromkeys(changed, now + SECOND_LOOK_S)
        return changed | due

    def _touch(self, loaders: Mapping[str, Path], names: set[str]) -> None:
        """The time of seeing, not the file's own: `cp -p` and `rsync -t` bring old files."""
        if names:
            log.info("tenants to parse again count=%d first=%r", len(names), min(names))
        for name in names:
            os.utime(loaders[name])


def _find_marks(name: str, settings: Settings) -> Mark:
    """Of the tenant's own file and of what the console has of it."""
    made = (settings.registry_dir / folder / name for folder in (TENANTS, FEEDS))
    return tuple(part for path in (settings.tenants_dir / name, *made) for part in find_mark(path))


def _shared_marks() -> tuple[Mark, ...]:
    """What every tenant's DAGs depend on besides its own file: connectors, and dbt's manifest."""
    settings = load_settings()
    connectors = sorted(path for path in settings.connectors_dir.rglob("*") if _counts(path))
    return tuple(find_mark(path) for path in (*connectors, settings.dbt_manifest))


def _counts(path: Path) -> bool:
    return path.suffix in (".yaml", ".sql") and "__pycache__" not in path.parts


def _sync() -> None:
    """What the console keeps becomes files here, too, where the API server has another disk.

    Parses never ask the database; where it cannot be asked the files stay as they are.
    """
    try:
        from include.ledger.connection import Warehouse
        from include.orchestration.connections import fetch_platform_url
        from include.pipeline.registry import run_sync

        with Warehouse(fetch_platform_url()).connect() as connection:
            found = connection.execute("select to_regclass('elt_ops.feeds') is not null").fetchone()
            if found and found[0]:
                run_sync(connection)
    except Exception as error:
        log.info("the registry was not looked at: %s", type(error).__name__)


def _release(bundle_name: str) -> None:
    """DAGs parse too seldom here for Airflow to mend this by its next parse.

    Whatever goes wrong here is told whole, and the look for changed tenants goes on without it.
    """
    try:
        from include.orchestration.dag_files.held import run_release_held

        released = run_release_held(bundle_name)
    except Exception as error:
        log.warning("held DAGs were not looked for: %s", type(error).__name__, exc_info=True)
        return
    if released:
        log.warning(
            "runs can be created again; Airflow took an ended one for active dags=%s", released
        )


def _warm() -> None:
    """Once in the parent instead of in each parse; what cannot be imported fails in its parse."""
    started = time.monotonic()
    for module in WARMED:
        try:
            importlib.import_module(module)
        except Exception:
            log.warning("not warmed module=%s", module, exc_info=True)
    load_connectors(load_settings().connectors_dir)
    # What the processes share must not be copied by a collection that touches it.
    gc.freeze()
    log.info("DAG processor warmed seconds=%.1f", time.monotonic() - started)
