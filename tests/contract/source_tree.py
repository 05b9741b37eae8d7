"""The repository's own source as parsed trees, for tests that hold rules over all of it."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("include", "dags", "plugins")
# Rooms within a room, with rules of their own.
INNER_ROOMS = ("transform/fits", "transform/lineage")


def room_of(parts: Sequence[str]) -> str:
    """The room of a path or dotted name, of which `parts` are what follows `include`."""
    inner = "/".join(parts[:2])
    return inner if inner in INNER_ROOMS else parts[0] if parts else ""


def entries_of(folder: Path) -> list[Path]:
    """What `ls` shows; not the bytecode that a room which moved away has left behind."""
    return [path for path in folder.iterdir() if path.is_file() or _holds_files(path)]


def _holds_files(folder: Path) -> bool:
    return any(path.is_file() and "__pycache__" not in path.parts for path in folder.rglob("*"))


@dataclass(frozen=True)
class Module:
    """One Python file of ours.

    Attributes:
        path: Relative to the repository root.
        tree: Its parsed source.
        text: Its source.
    """

    path: Path
    tree: ast.Module
    text: str

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, walked once for all rules."""
        return tuple(ast.walk(self.tree))

    @property
    def room(self) -> str:
        """The folder below include/ (`core`), the folder itself (`dags`), or a stem (`cli`)."""
        parts = self.path.parts
        if parts[0] != "include":
            return parts[0]
        return room_of(parts[1:-1]) if len(parts) > 2 else self.path.stem


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file under include/, dags/ and plugins/, sorted by path."""
    found = []
    for folder in CODE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" in path.parts:
                continue
            text = path.read_text()
            found.append(Module(path.relative_to(ROOT), ast.parse(text), text))
    return tuple(found)


@cache
def load_yml(path: Path) -> Any:
    """What a YAML file says, not to be changed. The Python parser takes ten times as long."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def rooms_on_disk() -> set[str]:
    """Folders below include/ that hold Python, and the single files beside them."""
    return {module.room for module in modules() if module.room != "__init__"}


def imported_modules(module: Module) -> list[tuple[int, str]]:
    """(line, dotted name) of every import, wherever in the file it stands.

    `from a import b` gives `a.b`, so that `from include import core` cannot hide a room.
    """
    found: list[tuple[int, str]] = []
    for node in module.nodes:
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            prefix = _absolute(module, node)
            found += [(node.lineno, f"{prefix}.{alias.name}") for alias in node.names]
    return found


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    """The dotted package an import-from names, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = module.path.parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])
