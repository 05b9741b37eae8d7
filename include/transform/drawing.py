"""The small manifest that DAG files draw from.

Every task's process reads its DAG file, and the DAG processor reads all tenants': 4 MB of JSON with
tests, SQL and documentation took most of a second a tenant.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BUILT = ("model", "snapshot", "seed")
SUFFIX = ".drawing.json"
DRAWN = (
    *("unique_id", "name", "resource_type", "package_name", "original_file_path"),
    *("depends_on", "tags", "fqn"),
)


def build_drawing(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What Cosmos needs of a manifest to select by path and to draw: a valid manifest itself."""
    return {
        "metadata": manifest.get("metadata", {}),
        "nodes": {
            unique_id: {key: node[key] for key in DRAWN if key in node}
            for unique_id, node in manifest.get("nodes", {}).items()
            if node.get("resource_type") in BUILT
        },
    }


def find_drawing(manifest: Path) -> Path:
    """The file to draw from: the manifest itself where the small one is missing or older."""
    drawing = manifest.with_suffix(SUFFIX)
    try:
        is_current = drawing.stat().st_mtime_ns >= manifest.stat().st_mtime_ns
    except OSError:
        return manifest
    return drawing if is_current else manifest


def run_write_drawing(manifest: Path) -> None:
    """Write it beside the manifest, at once: a DAG parse never sees half a file."""
    data = json.loads(manifest.read_text(encoding="utf-8"))
    draft = manifest.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(build_drawing(data)), encoding="utf-8")
    draft.replace(manifest.with_suffix(SUFFIX))
