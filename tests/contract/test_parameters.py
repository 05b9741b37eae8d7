"""No function of ours takes more than six parameters; what belongs together is one value."""

import ast
from collections.abc import Iterator

from tests.contract.source_tree import modules

MOST = 6
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def _count(function: Function, *, is_method: bool) -> int:
    """Parameters, `*args` and `**kwargs` one each; `self` and `cls` are nobody's choice."""
    taken = function.args
    named = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs]
    further = sum(one is not None for one in (taken.vararg, taken.kwarg))
    return len(named) + further - int(is_method and bool(taken.args or taken.posonlyargs))


def _is_static(function: ast.AST) -> bool:
    decorators = getattr(function, "decorator_list", [])
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in decorators)


def _functions(tree: ast.AST) -> Iterator[tuple[Function, int]]:
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                is_method = isinstance(node, ast.ClassDef) and not _is_static(child)
                yield child, _count(child, is_method=is_method)


def test_counting() -> None:
    tree = ast.parse(
        "def one(a, b, /, c, *, d, **e): ...\n"
        "class C:\n"
        "    def two(self, a, b): ...\n"
        "    @staticmethod\n"
        "    def three(a, b, c): ...\n"
    )
    assert [count for _, count in _functions(tree)] == [5, 2, 3]


def test_no_function_takes_more_than_six_parameters() -> None:
    """Trains of ten were unpacked and packed again on every floor, and drifted apart."""
    found = [
        f"{module.path}:{function.lineno}: {count} parameters"
        for module in modules()
        for function, count in _functions(module.tree)
        if count > MOST
    ]
    assert not found, "\n".join(found)
