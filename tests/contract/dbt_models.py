"""Every dbt model as the tests see it: its yml, its SQL for PostgreSQL, what that selects."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlglot import exp

from include.core import naming
from include.transform.variables import build_manifest_vars
from tests.contract.dbt_renderer import PROJECT, Renderer
from tests.contract.portable_sql import parse_select
from tests.contract.source_tree import load_yml
from tests.shipped import load_known_connectors

CONNECTORS = load_known_connectors()
RENDERER = Renderer("postgres", build_manifest_vars(CONNECTORS))
_SOURCE = re.compile(r"source\('(\w+)', '(\w+)'\)")


@dataclass(frozen=True)
class DbtModel:
    """One model file and the yml beside it."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def is_conformed(self) -> bool:
        return "__conformed_" in self.name

    @property
    def is_staged(self) -> bool:
        """True for the view of one raw table."""
        return self.name.startswith("stg_") and not self.is_conformed

    @cached_property
    def code(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def yml(self) -> dict[str, Any]:
        loaded: dict[str, Any] = load_yml(self.path.with_suffix(".yml"))
        return loaded

    @property
    def entry(self) -> dict[str, Any]:
        found: dict[str, Any] = self.yml["models"][0]
        return found

    @property
    def columns(self) -> dict[str, dict[str, Any]]:
        return {column["name"]: column for column in self.entry.get("columns", [])}

    @cached_property
    def statement(self) -> exp.Expression:
        return parse_select(RENDERER.render(self.code), "postgres")

    @cached_property
    def selected(self) -> dict[str, exp.Expression]:
        """Column -> what it is made of; a trailing `select * from x` is looked through."""
        select = self.statement
        assert isinstance(select, exp.Query)
        if self.statement.named_selects == ["*"]:
            source = self.statement.find(exp.From)
            assert source is not None
            ctes = {cte.alias: cte.this for cte in self.statement.find_all(exp.CTE)}
            select = ctes[source.this.name]
        return {e.alias_or_name: e.unalias() for e in select.selects}

    @property
    def raw_table(self) -> tuple[str, str]:
        """(Source, table) of a staged model."""
        ((source, table),) = _SOURCE.findall(self.code)
        return source, table

    def data_tests(self) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
        """(Column or None, test, its settings) of every data test."""
        listed: list[tuple[str | None, Any]] = [(None, t) for t in self.entry.get("data_tests", [])]
        for name, column in self.columns.items():
            listed += [(name, test) for test in column.get("data_tests", [])]
        for column_name, test in listed:
            if isinstance(test, str):
                yield column_name, test, {}
            else:
                ((name, settings),) = test.items()
                yield column_name, name, settings


MODELS = {path.stem: DbtModel(path) for path in sorted((PROJECT / "models").rglob("*.sql"))}
STAGED = {name: model for name, model in MODELS.items() if model.is_staged}


def build_key(model: DbtModel) -> tuple[str, ...]:
    """The staged names of the raw table's key columns, `_feed` left out."""
    source, table = model.raw_table
    stream_name, _, child = table.partition("__")
    connector = CONNECTORS.get(source)
    if connector is None:  # a tenant's own streams: the yml alone says what the key is
        return ()
    raw = connector.streams[stream_name].primary_key
    if child:
        raw = (*map(naming.parent_key_column, raw), naming.POSITION)
    return tuple(_staged_name(model, column) for column in raw)


def _staged_name(model: DbtModel, raw: str) -> str:
    for name, made_of in model.selected.items():
        inner = made_of.this if isinstance(made_of, exp.Cast) else made_of
        if isinstance(inner, exp.Column) and inner.name == raw:
            return name
    return f"<{raw} is not selected>"
