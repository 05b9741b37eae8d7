"""The manifest Cosmos reads, built once with every connector on.

DAG files never build it: parsing a project takes seconds and needs dbt. `make setup`, `make demo`
and `elt manifest` do, and only when the project or the connectors have changed.
"""

import hashlib
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

from include.config.models import Platform
from include.config.settings import Settings, load_settings
from include.core.errors import TransformError
from include.pipeline.dbt.command import run_dbt_command
from include.pipeline.dbt.environment import NO_WAREHOUSE, build_dbt_environment
from include.pipeline.dbt.shared_parse import run_keep_parse
from include.transform.drawing import find_drawing, run_write_drawing
from include.transform.variables import build_manifest_vars

log = logging.getLogger(__name__)
SKIPPED_FOLDERS = frozenset({"target", "logs", "dbt_packages", "__pycache__"})


def run_build_manifest(
    platform: Platform, settings: Settings | None = None, *, force: bool = False
) -> Path:
    """Make sure the manifest matches the project; its path.

    Raises:
        TransformError: If dbt cannot parse the project; the old manifest stays.
    """
    settings = settings or load_settings()
    manifest = settings.dbt_manifest
    variables = json.dumps(build_manifest_vars(platform.connectors), sort_keys=True)
    fingerprint = build_manifest_fingerprint(settings.dbt_project_dir, variables)
    if not force and manifest.exists() and _stored(manifest) == fingerprint:
        log.info("manifest unchanged path=%s", manifest)
        if find_drawing(manifest) == manifest:
            run_write_drawing(manifest)
        return manifest
    target = settings.state_dir / "dbt" / "target" / "_manifest"
    target.mkdir(parents=True, exist_ok=True)
    code = run_dbt_command(
        settings,
        ["parse", "--vars", variables, "--target-path", str(target), "--log-path", str(target)],
        build_dbt_environment(NO_WAREHOUSE, "none", tenant_roles=False),
    )
    if code != 0:
        raise TransformError(
            f"dbt parse stopped with exit code {code}. The log above has its message. "
            "DAGs keep the manifest they have."
        )
    manifest.parent.mkdir(parents=True, exist_ok=True)
    draft = manifest.with_suffix(f".{os.getpid()}.tmp")
    shutil.copyfile(target / "manifest.json", draft)
    draft.replace(manifest)  # at once: a DAG parse never sees half a file
    run_write_drawing(manifest)
    run_keep_parse(manifest, target, variables)
    _fingerprint_file(manifest).write_text(fingerprint, encoding="utf-8")
    log.info("manifest built path=%s", manifest)
    return manifest


def load_manifest(path: Path) -> dict[str, Any]:
    """The manifest; empty when there is none, or half of one."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def is_manifest_current(settings: Settings) -> bool:
    """Whether the manifest was made of the project as it is now, edits included."""
    stored = (_stored(settings.dbt_manifest) or "").split()
    return stored[:1] == [build_fingerprint(settings.dbt_project_dir, "")]


def build_manifest_fingerprint(project: Path, variables: str) -> str:
    """Hash of the project's files and, behind a blank, of the variables it was parsed with."""
    digest = hashlib.sha256(variables.encode()).hexdigest()
    return f"{build_fingerprint(project, '')} {digest}"


def build_fingerprint(project: Path, variables: str) -> str:
    """Hash of the variables and of every file of the project, by relative path, sorted."""
    digest = hashlib.sha256(variables.encode())
    for path in sorted(project.rglob("*")):
        relative = path.relative_to(project)
        if SKIPPED_FOLDERS.isdisjoint(relative.parts) and path.is_file():
            digest.update(f"\0{relative.as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _stored(manifest: Path) -> str | None:
    try:
        return _fingerprint_file(manifest).read_text(encoding="utf-8")
    except OSError:
        return None


def _fingerprint_file(manifest: Path) -> Path:
    return manifest.with_suffix(".fingerprint")
