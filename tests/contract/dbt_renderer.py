"""The SQL of a dbt file for any warehouse, without dbt, its adapters or a connection.

dbt's own compile needs the warehouse's adapter installed; what our files ask of dbt is little:
refs, sources, variables, `return` and dispatch. `tests/integration/test_dbt_unit.py` compares the
result with what dbt itself compiles.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml

from include.config.settings import ROOT

PROJECT = ROOT / "dbt"
_MACRO = re.compile(r"\{%-?\s*macro\s+(?P<name>\w+).*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
_TEST_BLOCK = re.compile(r"\{%-?\s*(end)?test\b\s*(\w*)")


# What a table of a tenant's own has, as far as mappings of tests name it.
_COLUMNS_OF_ANY = [
    SimpleNamespace(name=name)
    for name in ("number", "state", "total", "due", "placed", "vat", "is_closed", "_deleted_at")
]


class _Returned(Exception):
    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


def _return(value: object) -> None:
    raise _Returned(value)


def _returning(macro: Callable[..., Any]) -> Callable[..., Any]:
    """A macro whose `return` gives a value instead of text."""

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return macro(*args, **kwargs)
        except _Returned as returned:
            return returned.value

    return call


def load_macros() -> Iterator[tuple[str, str]]:
    """(Name, text) of every macro: each alone, or calls within a file would pass `return` by.

    A `{% test x() %}` is the macro `test_x`.
    """
    for path in sorted((PROJECT / "macros").rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        text = _TEST_BLOCK.sub(lambda m: "{% endmacro" if m[1] else "{% macro test_" + m[2], text)
        for block in _MACRO.finditer(text):
            yield block["name"], block[0]


class Renderer:
    """Every macro of the project, dispatched for one warehouse."""

    def __init__(self, warehouse: str, variables: Mapping[str, Any]) -> None:
        self._environment = jinja2.Environment(
            extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined
        )
        project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
        known = {**project["vars"], **variables}
        given: dict[str, Any] = {
            "adapter": SimpleNamespace(
                dispatch=self._dispatch,
                quote=lambda name: f"`{name}`" if warehouse == "bigquery" else f'"{name}"',
                get_relation=lambda database, schema, identifier: f"{schema}.{identifier}",
                get_columns_in_relation=lambda relation: _COLUMNS_OF_ANY,
            ),
            "target": SimpleNamespace(type=warehouse, database="warehouse"),
            "execute": True,
            "var": lambda name, default=None: known.get(name, default),
            "ref": lambda model: f"models.{model}",
            "source": lambda source, table: f"raw_{source}.{table}",
            "config": lambda **_: "",
            "return": _return,
            "current_timestamp": lambda: "current_timestamp",
            "exceptions": SimpleNamespace(raise_compiler_error=_refuse),
        }
        self._warehouse = warehouse
        self.macros: dict[str, Callable[..., Any]] = {}
        self._environment.globals.update(given)
        blocks = dict(load_macros())
        # A module copies its globals when it is made, so every macro must have its name before.
        self._environment.globals.update({name: self._calling(name) for name in blocks})
        for name, text in blocks.items():
            module = self._environment.from_string(text).module
            self.macros[name] = _returning(getattr(module, name))

    def render(self, text: str) -> str:
        return self._environment.from_string(text).render()

    def _calling(self, name: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self.macros[name](*args, **kwargs)

    def _dispatch(self, name: str) -> Callable[..., Any]:
        found = self.macros.get(f"{self._warehouse}__{name}") or self.macros.get(f"default__{name}")
        assert found, f"macro `{name}` has no body for {self._warehouse}"
        return found


def _refuse(message: str) -> None:
    raise AssertionError(message)
