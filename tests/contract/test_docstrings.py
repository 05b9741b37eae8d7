"""Docstrings stay true: what they name exists, and what needs one has one."""

import ast
import builtins
import re
from collections.abc import Iterator
from typing import TypeAlias

from include.core import errors
from tests.contract.source_tree import Module, modules

TRIVIAL_LINES = 3  # a function this short is read faster than its docstring
# A command's module says what `run` does; a vendor's `routes` are its routes.
SAID_ELSEWHERE = {("commands", "run"), ("sandbox", "routes")}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
SECTION = re.compile(r"^(\w+):\s*$")
ENTRY = re.compile(r"^(\*{0,2}\w+)(?: \([^)]*\))?:")


def _section(docstring: str, title: str) -> list[str]:
    """Entry names of one Google section, in the order written."""
    names: list[str] = []
    inside, indent = False, 0
    for line in docstring.splitlines():
        if SECTION.match(line.strip()) and not line.startswith(" "):
            inside, indent = line.strip() == f"{title}:", 0
            continue
        if not inside or not line.strip():
            continue
        indent = indent or len(line) - len(line.lstrip())
        if len(line) - len(line.lstrip()) < indent:
            inside = False
        elif len(line) - len(line.lstrip()) == indent and (match := ENTRY.match(line.strip())):
            names.append(match[1].lstrip("*"))
    return names


def _functions(module: Module) -> Iterator[tuple[str, Function]]:
    """(qualified name, node) of functions at module level and of methods; nested ones excluded."""
    for node in module.tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, Function):
                    yield f"{node.name}.{item.name}", item


def _parameters(node: Function) -> list[str]:
    args = node.args
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [a.arg for a in every if a is not None]


def _fields(node: ast.ClassDef) -> set[str]:
    """Annotated and assigned names of a class body, methods, and what they set on `self`."""
    names: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            names.add(child.target.id)
        elif isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store):
            names.add(child.attr)
        elif isinstance(child, Function):
            names.add(child.name)
        elif isinstance(child, ast.Assign):
            names |= {t.id for t in child.targets if isinstance(t, ast.Name)}
    return names


def test_documented_arguments_exist_in_order() -> None:
    """Drift here hits 5% of the functions of well-known loaders: `end_time` for `end_date`."""
    counted, wrong = 0, []
    for module in modules():
        for name, node in _functions(module):
            documented = _section(ast.get_docstring(node) or "", "Args")
            if not documented:
                continue
            counted += 1
            real = _parameters(node)
            if [p for p in real if p in documented] != documented:
                wrong.append(
                    f"{module.path}:{node.lineno}: {name} documents {documented}, has {real}"
                )
    assert not wrong, "\n".join(wrong)
    assert counted > 0


def test_documented_attributes_exist() -> None:
    counted, wrong = 0, []
    for module in modules():
        for node in module.nodes:
            if not isinstance(node, ast.ClassDef):
                continue
            documented = _section(ast.get_docstring(node) or "", "Attributes")
            counted += bool(documented)
            unknown = set(documented) - _fields(node)
            if unknown:
                wrong.append(f"{module.path}:{node.lineno}: {node.name} has no {sorted(unknown)}")
    assert not wrong, "\n".join(wrong)
    assert counted >= 5


def test_documented_errors_are_real() -> None:
    known = set(dir(builtins)) | set(dir(errors))
    counted, wrong = 0, []
    for module in modules():
        own = {n.name for n in module.nodes if isinstance(n, ast.ClassDef)}
        imported = {
            a.asname or a.name
            for n in module.nodes
            if isinstance(n, ast.ImportFrom)
            for a in n.names
        }
        for name, node in _functions(module):
            raised = _section(ast.get_docstring(node) or "", "Raises")
            counted += len(raised)
            unknown = set(raised) - known - own - imported
            if unknown:
                wrong.append(
                    f"{module.path}:{node.lineno}: {name} raises unknown {sorted(unknown)}"
                )
    assert not wrong, "\n".join(wrong)
    assert counted >= 5


def _lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.body[0].lineno + 1


def _promised() -> set[str]:
    """Names of methods that some class documents: one that keeps the promise need not repeat it."""
    return {
        name.split(".")[1]
        for module in modules()
        for name, node in _functions(module)
        if "." in name and ast.get_docstring(node)
    }


def test_public_functions_are_documented() -> None:
    """Each, in every room, but for short ones, and methods that another class has documented."""
    counted, missing, promised = 0, [], _promised()
    for module in modules():
        if not ast.get_docstring(module.tree) and module.text.strip():
            missing.append(f"{module.path}: the module")
        for name, node in _functions(module):
            if any(part.startswith("_") for part in name.split(".")):
                continue
            counted += 1
            if ast.get_docstring(node) or _lines(node) <= TRIVIAL_LINES:
                continue
            last = name.split(".")[-1]
            said = (module.room, last) in SAID_ELSEWHERE or ("." in name and last in promised)
            if not said:
                missing.append(f"{module.path}:{node.lineno}: {name}")
    assert not missing, "without a docstring:\n" + "\n".join(missing)
    assert counted > 1000


def test_the_reader_of_sections_reads() -> None:
    """The tests above would pass if `_section` found nothing."""
    text = "One.\n\nArgs:\n    rows: Rows\n        of now.\n    floor (float): Share.\n\n"
    text += "Raises:\n    KeyError: If so.\n"
    assert _section(text, "Args") == ["rows", "floor"]
    assert _section(text, "Raises") == ["KeyError"]
