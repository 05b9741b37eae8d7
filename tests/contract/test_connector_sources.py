"""Sources of connectors: one class each, with nothing in it that another one repeats."""

import ast
import importlib
import inspect

import pytest

from include.extract.http.api_source import ApiSource
from include.extract.source import SourceBase
from tests.contract.source_tree import Module, modules

OWN = [m for m in modules() if m.room == "connectors" and m.path.name == "source.py"]
NAMES = [module.path.parts[2] for module in OWN]


def test_there_are_some() -> None:
    assert len(NAMES) > 10


@pytest.mark.parametrize("name", NAMES)
def test_source_py_names_a_class_that_is_built_like_every_other(name: str) -> None:
    chosen = importlib.import_module(f"include.connectors.{name}.source").SOURCE
    assert issubclass(chosen, SourceBase)
    assert not inspect.isabstract(chosen)
    taken = [*inspect.signature(chosen).parameters]
    assert taken[:3] == ["feed", "credentials", "stores"]
    assert taken[3:] == (["limits"] if issubclass(chosen, ApiSource) else [])


def _bodies(module: Module) -> dict[str, str]:
    """Function name -> its code without names of places, docstring left out."""
    found = {}
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                found[node.name] = ast.dump(ast.Module(body, []))
    return found


def test_no_two_sources_hold_the_same_function() -> None:
    """Thirteen only forwarded their arguments, and eleven answered their feed's own streams."""
    owners: dict[str, list[str]] = {}
    for module in OWN:
        for name, body in _bodies(module).items():
            owners.setdefault(body, []).append(f"{module.path.parts[2]}.{name}")
    # `events` answers the source itself, wherever it can take them.
    repeated = [who for who in owners.values() if len(who) > 1 and "events" not in who[0]]
    assert not repeated


def test_abilities_are_declared_and_not_looked_up() -> None:
    """A parameter that was renamed took an ability away without a word."""
    asking = [m.path for m in modules() if m.room == "extract" and "inspect" in _imports(m)]
    assert not asking


def _imports(module: Module) -> set[str]:
    return {
        alias.name for node in module.nodes if isinstance(node, ast.Import) for alias in node.names
    } | {node.module or "" for node in module.nodes if isinstance(node, ast.ImportFrom)}
