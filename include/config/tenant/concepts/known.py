"""What dbt knows of a concept: its columns, the ones no row may lack, the words some may hold.

Read from the dbt project itself, the macros `*_columns` of concepts and the yml of
`int_<concept>__unioned`, so there is no second list to keep.
"""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from include.config.yaml_file import load_yaml
from include.core import naming
from include.core.errors import ConfigError

Concepts = dict[str, list[tuple[str, str]]]
CONCEPT_MACROS = Path("macros") / "concept"
_COLUMNS = re.compile(r"(?:set columns = |return\()(\{.*?\n    \})(?: %\}|\) \}\})", re.DOTALL)


@dataclass(frozen=True)
class KnownConcept:
    """One concept.

    Attributes:
        columns: Column -> kind, in order; the first is its own identifier. Lineage is left out.
        required: Columns that are never null.
        codes: Column -> the words it may hold.
    """

    name: str
    columns: dict[str, str]
    required: tuple[str, ...]
    codes: dict[str, tuple[str, ...]]

    @property
    def key(self) -> str:
        return next(iter(self.columns))


def load_concepts(dbt_project_dir: Path) -> Concepts:
    """Concept -> (column, kind) pairs in order, lineage left out.

    Raises:
        ConfigError: If the macro is not where it should be, or is no longer a plain mapping.
    """
    folder = dbt_project_dir / CONCEPT_MACROS
    found: dict[str, Any] = {}
    try:
        for path in sorted(folder.glob("*_columns.sql")):
            for match in _COLUMNS.finditer(path.read_text(encoding="utf-8")):
                found.update(ast.literal_eval(match[1]))
    except (OSError, ValueError, SyntaxError):
        found = {}
    if not found:
        raise ConfigError(
            f"no concepts in `{folder}`. Expected `concept_columns.sql` and others so named to "
            "hold plain (name, kind) pairs. Check ELT_DBT_PROJECT_DIR."
        )
    return {str(concept): [(str(n), str(k)) for n, k in pairs] for concept, pairs in found.items()}


@lru_cache(maxsize=8)
def load_known_concepts(dbt_project_dir: Path) -> dict[str, KnownConcept]:
    """Every concept by name; read once a process, as a fleet's files are.

    Raises:
        ConfigError: As `load_concepts`.
    """
    return {
        concept: _build_known(concept, dict(columns), dbt_project_dir)
        for concept, columns in load_concepts(dbt_project_dir).items()
    }


def _build_known(concept: str, columns: dict[str, str], project: Path) -> KnownConcept:
    model = naming.unioned_model(concept)
    path = project / "models" / "intermediate" / concept / f"{model}.yml"
    described = load_yaml(path).data["models"][0]["columns"] if path.exists() else []
    tests = {one["name"]: one.get("data_tests", []) for one in described if one["name"] in columns}
    key = next(iter(columns))
    stopping = tuple(name for name, found in tests.items() if "not_null" in found)
    codes = {name: words for name, found in tests.items() if (words := _find_codes(found))}
    return KnownConcept(concept, columns, tuple(dict.fromkeys((key, *stopping))), codes)


def _find_codes(tests: list[Any]) -> tuple[str, ...]:
    for test in tests:
        if isinstance(test, dict) and "accepted_values" in test:
            return tuple(map(str, test["accepted_values"]["arguments"]["values"]))
    return ()
