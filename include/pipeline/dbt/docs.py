"""dbt's own documentation of the project as one page that needs no server of dbt's.

Of the manifest that DAGs are drawn from, so no warehouse is asked and nothing of a tenant is in it:
models, columns, tests, and what depends on what.
"""

import json
import logging
import os
import shutil
from pathlib import Path

from include.config.models import Platform
from include.config.settings import Settings, load_settings
from include.core.errors import TransformError
from include.pipeline.dbt.command import run_dbt_command
from include.pipeline.dbt.environment import NO_WAREHOUSE, build_dbt_environment
from include.pipeline.dbt.manifest import run_build_manifest
from include.transform.variables import build_manifest_vars

log = logging.getLogger(__name__)
PAGE = "static_index.html"


def run_build_docs(platform: Platform, settings: Settings | None = None) -> Path:
    """Write the page where the console reads it; its path.

    Raises:
        TransformError: dbt could not; the page of last time stays.
    """
    settings = settings or load_settings()
    manifest = run_build_manifest(platform, settings)
    target = settings.state_dir / "dbt" / "target" / "_docs"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(manifest, target / "manifest.json")
    variables = json.dumps(build_manifest_vars(platform.connectors), sort_keys=True)
    options = ("--target-path", str(target), "--log-path", str(target), "--vars", variables)
    code = run_dbt_command(
        settings,
        ["docs", "generate", "--no-compile", "--empty-catalog", "--static", *options],
        build_dbt_environment(NO_WAREHOUSE, "none", tenant_roles=False),
    )
    page = target / PAGE
    if code != 0 or not page.exists():
        raise TransformError(
            f"dbt docs stopped with exit code {code}. Expected `{PAGE}`. The log above has its "
            "message."
        )
    draft = settings.dbt_docs.with_suffix(f".{os.getpid()}.tmp")
    shutil.copyfile(page, draft)
    draft.replace(settings.dbt_docs)
    log.info("dbt docs written path=%s bytes=%d", settings.dbt_docs, page.stat().st_size)
    return settings.dbt_docs
