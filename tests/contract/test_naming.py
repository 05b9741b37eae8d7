"""Names are built in one place, and files are named by one rule."""

import ast
import re
from pathlib import Path

from include.core import naming
from tests.contract.source_tree import ROOT, Module, modules

MODULES = modules()
BANNED_STEMS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
FILE_NAME = re.compile(r"^(__init__|__main__|[a-z][a-z0-9]*(_[a-z0-9]+)*)$")

# Beginnings and joints that belong to derived names; see include/core/naming.py for each.
DERIVED = re.compile(
    r"ingest__|sweep__|transform__|broken__|ops__|__alerts|^api_$|_raw_|^stg_|__conformed_|_parent_"
    r"|^elt_$|^x-elt://|^raw/|^mart/|^(tenant|connector|layer):$"
)


def _pieces(node: ast.AST) -> list[str] | None:
    """Constant parts of a string that is put together from values; None for anything else.

    A value between two parts leaves an empty place: f"{a}__{b}" gives ["", "__", ""].
    """
    if isinstance(node, ast.JoinedStr):
        return [str(v.value) if isinstance(v, ast.Constant) else "" for v in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [node.left, node.right]
        return [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)]
    is_format = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if is_format and node.func.attr == "format" and isinstance(node.func.value, ast.Constant):
        text = node.func.value.value
        return re.split(r"\{[^{}]*\}", text) if isinstance(text, str) else None
    return None


def _derived_names(module: Module) -> list[str]:
    found = []
    for node in module.nodes:
        pieces = _pieces(node)
        if (pieces and len(pieces) > 1) or (pieces and isinstance(node, ast.BinOp)):
            joined_twice = pieces == ["", "__", ""]
            if joined_twice or any(DERIVED.search(piece) for piece in pieces):
                found.append(f"{module.path}:{node.lineno}: {ast.unparse(node)[:80]}")
    return found


def test_derived_names_are_built_in_naming_only() -> None:
    found = [
        line
        for module in MODULES
        if module.path != Path("include/core/naming.py")
        for line in _derived_names(module)
    ]
    assert not found, "use include/core/naming.py:\n" + "\n".join(found)


def test_the_search_finds_what_naming_builds() -> None:
    """The test above would pass on a broken pattern; naming.py itself must light up."""
    naming = next(m for m in MODULES if m.path == Path("include/core/naming.py"))
    assert len(_derived_names(naming)) >= 12


def test_python_files_are_snake_case_and_say_what_they_hold() -> None:
    files = [m.path for m in MODULES] + [
        p.relative_to(ROOT) for p in (ROOT / "tests").rglob("*.py") if "__pycache__" not in p.parts
    ]
    assert len(files) > 20
    bad = [str(p) for p in files if not FILE_NAME.match(p.stem) or p.stem in BANNED_STEMS]
    assert not bad


def test_models_are_named_by_layer() -> None:
    """staging/ holds stg_ (and a connector's own int_), intermediate/ int_, marts/ the rest.

    What a connector needs joined stays in its folder, so that adding one edits no other folder.
    """
    prefixes = {
        "staging": ("stg_", "int_"),
        "intermediate": ("int_",),
        "marts": ("dim_", "fct_", "agg_", "bridge_"),
    }
    found, bad = 0, []
    for layer, allowed in prefixes.items():
        for path in sorted((ROOT / "dbt" / "models" / layer).rglob("*.sql")):
            found += 1
            if layer == "staging":
                connector, *deeper = path.relative_to(ROOT / "dbt/models/staging").parts[:-1]
                allowed = (f"stg_{connector}__", f"int_{connector}__")
                if deeper:  # streams that a tenant's feeds define
                    own = naming.own_staging(connector, deeper[0])
                    allowed = (*allowed, f"stg_{own}__", f"int_{own}__")
            if not path.stem.startswith(("bi_",) if path.parent.name == "bi" else allowed):
                bad.append(f"{path.relative_to(ROOT)}: expected {' or '.join(allowed)}")
    assert not bad, "\n".join(bad)
    assert found > 0


def test_every_model_has_its_yml_beside_it() -> None:
    models = sorted((ROOT / "dbt" / "models").rglob("*.sql"))
    assert models
    missing = [str(m.relative_to(ROOT)) for m in models if not m.with_suffix(".yml").exists()]
    assert not missing


def test_tests_live_where_their_kind_says() -> None:
    kinds = {
        *("unit", "contract", "worlds", "connectors", "dags", "integration", "console"),
        *("e2e", "bench"),
    }
    files = [p.relative_to(ROOT / "tests") for p in (ROOT / "tests").rglob("test_*.py")]
    assert files
    assert not [str(p) for p in files if p.parts[0] not in kinds]
