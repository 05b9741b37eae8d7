"""A new connector folder that validates, loads and compiles before its author changes a line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from include.config.connector_spec import Connector
from include.config.tenant.concepts.known import Concepts
from include.scaffold.files import NewFile
from include.scaffold.names import build_title, check_new_name
from include.scaffold.staging import build_staging_files
from include.scaffold.template import load_filled

Kind = Literal["rest", "files", "python"]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where connectors and dbt's project lie."""

    connectors: Path
    dbt_project: Path


def build_connector_files(
    name: str,
    kind: Kind,
    folders: Folders,
    *,
    concepts: Concepts,
    wanted_concepts: tuple[str, ...] = (),
    with_hooks: bool = False,
) -> list[NewFile]:
    """The connector's folder and its staging folder; nothing else is ever touched.

    Args:
        concepts: All concepts dbt knows, with their columns.
        wanted_concepts: The ones this connector feeds; a conformed model is written for each.
        with_hooks: Write hooks.py as well; kind `rest` and `files` call it.

    Raises:
        ConfigError: If the name is not snake case, or a concept is unknown.
    """
    check_new_name(name, "connector")
    values = {
        "name": name,
        "title": build_title(name),
        "kind": kind,
        "host": name.replace("_", "-"),
        "concepts": ", ".join(wanted_concepts),
        "class_name": "".join(part.capitalize() for part in name.split("_")) + "Source",
        "options": "" if kind == "rest" else f"\n       options: {{path: .local/uploads/{name}}}",
    }
    described = load_filled(f"{kind}.yaml", values)
    files = {"connector.yaml": described, "README.md": load_filled("README.md", values)}
    if kind == "python":
        files["source.py"] = load_filled("source.py", values)
    if with_hooks:
        files["hooks.py"] = load_filled("hooks.py", values)
    if kind == "python" or with_hooks:
        files["__init__.py"] = f'"""{values["title"]}: see README.md."""\n'
    connector = Connector.model_validate(yaml.safe_load(described))
    staging = folders.dbt_project / "models" / "staging" / name
    return [
        *(NewFile(folders.connectors / name / stem, text) for stem, text in sorted(files.items())),
        *build_staging_files(connector, staging, concepts),
    ]
