"""Every error crosses processes whole, reads alike, and has a rule that says what to do next."""

import ast
import inspect
import pickle
import re

import pytest

from include.core import errors
from include.core.errors import EltError
from tests.contract.source_tree import modules


def _leaves(cls: type[EltError]) -> list[type[EltError]]:
    below = cls.__subclasses__()
    return [leaf for sub in below for leaf in _leaves(sub)] if below else [cls]


ALL = {
    name: cls
    for name, cls in vars(errors).items()
    if inspect.isclass(cls) and issubclass(cls, EltError)
}
# A message follows `<place>: `, so it starts small unless it starts with a name.
NAMES = ("PostgreSQL", "Airflow", "Extra of")

LEAVES = sorted({cls.__name__ for cls in _leaves(EltError)} | {"ConfigError"})


def test_the_tree_is_found() -> None:
    assert len(ALL) >= 16
    assert set(LEAVES) <= ALL.keys()


def test_the_drawing_shows_the_tree() -> None:
    """The module's docstring draws the tree; each class stands in it once, under its parent."""
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^([\s│├└─]*)(\w+)", line)
        if not match or match[2] not in ALL:
            continue
        depth = len(match[1])
        above = [(d, n) for d, n in above if d < depth]
        drawn[match[2]] = above[-1][1] if above else "Exception"
        above.append((depth, match[2]))
    assert drawn == {name: cls.__mro__[1].__name__ for name, cls in ALL.items()}


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_error_survives_pickling(name: str) -> None:
    """Airflow moves errors between processes; keyword-only arguments once broke unpickling."""
    error = ALL[name](
        "cut answer. Expected JSON. Retry.", tenant="acme", feed="shop", stream="orders"
    )
    error.extra_note = "kept"  # type: ignore[attr-defined]
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert vars(back) == vars(error)
    assert str(back) == "acme/shop/orders: cut answer. Expected JSON. Retry."


def test_rate_limited_carries_its_wait() -> None:
    back = pickle.loads(pickle.dumps(errors.RateLimited("slow down.", retry_after_s=2.5)))
    assert back.retry_after_s == 2.5


def _caught(room: str) -> set[str]:
    """Names in the except clauses of a room."""
    return {
        name.id
        for module in modules()
        if module.room == room
        for node in module.nodes
        if isinstance(node, ast.ExceptHandler) and node.type
        for name in ast.walk(node.type)
        if isinstance(name, ast.Name)
    }


def test_no_error_class_lives_elsewhere() -> None:
    """A class outside the tree would have no retry rule; a room may have one it catches itself."""
    found = []
    for module in modules():
        if str(module.path) == "include/core/errors.py":
            continue
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(b).split(".")[-1] for b in node.bases}
                is_ours = bool(bases & ALL.keys())
                is_other = bool(bases & {"Exception", "RuntimeError", "ValueError"})
                if is_ours or (is_other and node.name not in _caught(module.room)):
                    found.append(f"{module.path}:{node.lineno}: {node.name}")
    assert not found, "\n".join(found)


def _message(node: ast.Call) -> str | None:
    """The first argument as text, with `{}` for values; None when it is not written in place."""
    if not node.args:
        return None
    first = node.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    if isinstance(first, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in first.values)
    return None


def test_messages_have_one_form() -> None:
    """`<what happened>. <What was expected.> <What to do.>`: at least two sentences, closed."""
    counted, wrong = 0, []
    for module in modules():
        for node in module.nodes:
            if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in ALL:
                continue
            text = _message(node)
            if text is None or text == "{}":
                continue
            counted += 1
            sentences = len(re.findall(r"[.?](?:\s|$)|:\n|\{\}$", text))
            starts_small = re.match(r"[a-z`{\d]|[A-Z]{2,}", text) or text.startswith(NAMES)
            if sentences < 2 or not text.rstrip().endswith((".", "{}")) or not starts_small:
                wrong.append(f"{module.path}:{node.lineno}: {text[:110]}")
    assert not wrong, "\n".join(wrong)
    assert counted >= 5


def test_no_bare_catch_all_hides_an_error() -> None:
    """`except Exception: pass` loses the kind of error, and with it what to do next."""
    found = []
    for module in modules():
        for node in module.nodes:
            if not isinstance(node, ast.ExceptHandler):
                continue
            name = ast.unparse(node.type) if node.type else ""
            silent = all(isinstance(s, ast.Pass | ast.Continue) for s in node.body)
            if name in ("", "Exception", "BaseException") and silent:
                found.append(f"{module.path}:{node.lineno}")
    assert not found, "\n".join(found)
