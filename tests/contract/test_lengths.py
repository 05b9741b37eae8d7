"""A file past twice its soft budget is split: nobody reads it whole any more."""

import ast

import pytest

from tests.contract.source_tree import CODE_FOLDERS, ROOT, entries_of, modules

# Soft budgets are half of these.
HARD_LIMITS = {
    ("include", "*.py"): 400,
    ("dags", "*.py"): 40,
    ("plugins", "*.py"): 400,
    ("tests", "*.py"): 400,
    ("dbt", "*.sql"): 120,
    ("include", "*.sql"): 120,
    # It grows by a stream, not by thought: the largest have more than twenty.
    ("include/connectors", "connector.yaml"): 320,
}
FUNCTION_LIMIT = 60
ROOM_LIMIT = 20
# One folder a kind of source, one file a change of the ledger: their number is the point of them.
LISTS = ("include/connectors", "include/ledger/migrations")


@pytest.mark.parametrize(("folder", "pattern"), sorted(HARD_LIMITS))
def test_files_stay_readable(folder: str, pattern: str) -> None:
    limit = HARD_LIMITS[folder, pattern]
    long = []
    for path in sorted((ROOT / folder).rglob(pattern)):
        if {"__pycache__", "dbt_packages", "target"} & set(path.parts):
            continue
        lines = len(path.read_text().splitlines())
        if lines > limit:
            long.append(f"{path.relative_to(ROOT)}: {lines} lines, limit {limit}")
    assert not long, "\n".join(long)


def _literal_lines(node: ast.AST) -> int:
    """Lines of dicts written out in full: a vendor's record is data, however long."""
    if isinstance(node, ast.Dict):
        return (node.end_lineno or node.lineno) - node.lineno
    return sum(_literal_lines(child) for child in ast.iter_child_nodes(node))


def test_functions_stay_readable() -> None:
    """Lines of logic: the body without its docstring and without dict literals."""
    counted, long = 0, []
    for module in modules():
        for node in module.nodes:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            counted += 1
            has_text = ast.get_docstring(node) and len(node.body) > 1
            first = node.body[1] if has_text else node.body[0]
            lines = (node.end_lineno or node.lineno) - first.lineno + 1 - _literal_lines(node)
            if lines > FUNCTION_LIMIT:
                long.append(f"{module.path}:{node.lineno}: {node.name} has {lines} lines")
    assert counted > 50
    assert not long, "\n".join(long)


def test_the_folders_exist() -> None:
    assert all((ROOT / folder).is_dir() for folder in CODE_FOLDERS)


def test_a_room_is_seen_at_one_glance() -> None:
    """What `ls` shows of include/ and each folder in it, without the empty `__init__.py`."""
    crowded, counted = [], 0
    top = [ROOT / "include", ROOT / "dags", ROOT / "tests"]
    rooms = sorted(path for path in top[0].rglob("*") if path.is_dir())
    for folder in [*top, *rooms]:
        name = folder.relative_to(ROOT).as_posix()
        if "__pycache__" in folder.parts or name in LISTS:
            continue
        counted += 1
        entries = [path for path in entries_of(folder) if path.name != "__init__.py"]
        if len(entries) > ROOM_LIMIT:
            crowded.append(f"{name}: {len(entries)} entries, limit {ROOM_LIMIT}")
    assert counted > 50
    assert not crowded, "\n".join(crowded)
