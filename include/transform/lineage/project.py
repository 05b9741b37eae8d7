"""What dbt made of its project for one tenant: manifest and compiled selects -> tables and selects.

Of the last builds: dbt writes the select of each model it runs below its target folder. What was
built beside the published marts is told under the names people read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from include.core import naming
from include.transform.lineage.graph import Made, Table

# What a snapshot adds to the columns of what it keeps versions of.
_SNAPSHOT = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")


def load_project(target: Path) -> dict[str, Any]:
    """The manifest of the tenant's own builds; empty when there is none."""
    try:
        return dict(json.loads((target / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def load_made(target: Path, manifest: Mapping[str, Any]) -> dict[Table, Made]:
    """(schema, table) -> its select; models nobody has built here have none."""
    nodes = manifest.get("nodes", {})
    published = build_published(nodes)
    found: dict[Table, Made] = {}
    for node in nodes.values():
        kind = node.get("resource_type")
        if kind not in ("model", "snapshot"):
            continue
        schema = str(node["schema"])
        table = (published.get(schema, schema), str(node["alias"]))
        columns = tuple(node.get("columns", {}))
        sql = _snapshot_sql(node, nodes) if kind == "snapshot" else _load_compiled(target, node)
        for beside, place in published.items():
            sql = sql and sql.replace(f'"{beside}".', f'"{place}".')
        found[table] = Made(str(node["name"]), sql, columns)
    return found


def build_published(nodes: Mapping[str, Any]) -> dict[str, str]:
    """Schema the next marts are made in -> the one people read; empty for a bare dbt's manifest."""
    found = {}
    for node in nodes.values():
        layer = str((node.get("config") or {}).get("schema") or "")
        beside = naming.CANDIDATE_LAYERS.get(layer)
        schema = str(node.get("schema") or "")
        if beside and schema.endswith(f"_{beside}"):
            found[schema] = f"{schema.removesuffix(beside)}{layer}"
    return found


def _load_compiled(target: Path, node: Mapping[str, Any]) -> str | None:
    path = target / "compiled" / str(node["package_name"]) / str(node["original_file_path"])
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _snapshot_sql(node: Mapping[str, Any], nodes: Mapping[str, Any]) -> str | None:
    parents = [nodes[one] for one in node["depends_on"]["nodes"] if one in nodes]
    if len(parents) != 1:
        return None
    added = ", ".join(f"null as {name}" for name in _SNAPSHOT)
    return f'select *, {added} from "{parents[0]["schema"]}"."{parents[0]["alias"]}"'  # noqa: S608
