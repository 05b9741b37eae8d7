"""One reading of the project for all tenants: dbt's parse of the manifest, kept beside it.

dbt throws its parse away when a variable changes, and every tenant has variables of its own: 16 CPU
seconds of a first build. What a tenant changes are schemas' names, which the program of
`session_program` puts in, and which connectors a model refers to, of which the manifest has all.
What a model says with its tenant's variables is written when it runs, as before.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.config.settings import Settings

PARSE = "partial_parse.msgpack"
VARIABLES = "variables.json"


@dataclass(frozen=True, slots=True)
class SharedParse:
    """dbt's own file of a parse, and the variables (JSON) it was made with."""

    file: Path
    variables: str


def run_keep_parse(manifest: Path, target: Path, variables: str) -> None:
    """Keep what dbt has just parsed in `target`; the variables last, as they make it count.

    A dbt that is told to keep no parse (DBT_PARTIAL_PARSE) leaves none: tenants have their own.
    """
    parsed, told = manifest.with_name(PARSE), manifest.with_name(VARIABLES)
    told.unlink(missing_ok=True)
    if not (target / PARSE).exists():
        return
    draft = parsed.with_suffix(f".{os.getpid()}.tmp")
    shutil.copyfile(target / PARSE, draft)
    draft.replace(parsed)
    draft.write_text(variables, encoding="utf-8")
    draft.replace(told)


def load_shared_parse(settings: Settings, asked: str) -> SharedParse | None:
    """The parse that does for a build with these variables (JSON); None where each needs its own.

    That the project is still the same is dbt's to find out: it reads anew what has changed.
    """
    file = settings.dbt_manifest.with_name(PARSE)
    try:
        shared = settings.dbt_manifest.with_name(VARIABLES).read_text(encoding="utf-8")
        has_all = is_covered(json.loads(asked), json.loads(shared))
    except (OSError, ValueError):
        return None
    return SharedParse(file, shared) if has_all and file.exists() else None


def is_covered(asked: Mapping[str, Any], shared: Mapping[str, Any]) -> bool:
    """Whether every connector that feeds a concept of the tenant does so in the parse."""
    return asked.keys() == shared.keys() and _edges(asked) <= _edges(shared)


def _edges(variables: Mapping[str, Any]) -> set[tuple[str, str]]:
    by_concept: Mapping[str, Iterable[str]] = variables.get("sources_by_concept") or {}
    return {(concept, one) for concept, names in by_concept.items() for one in names}
