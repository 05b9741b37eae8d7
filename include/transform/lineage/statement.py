"""One finished select -> which columns of which tables each of its columns is made of.

sqlglot parses and qualifies (stars, bare names); what is ours is the walk through its scopes. A
column is made of every column of its expression, conditions of a `case` included; joins, filters
and grouping decide which rows there are, not what a column holds, and are left out.
"""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

# (schema, table, column)
Leaf = tuple[str, str, str]
# schema -> table -> column -> type; types do not matter here.
Schema = Mapping[str, Mapping[str, Mapping[str, str]]]
ANY = "text"


class UnreadableSelect(ValueError):
    """A statement that cannot be followed; says why."""


def find_tables(sql: str, dialect: str = "postgres") -> set[tuple[str, str]]:
    """(schema, table) of everything a select reads, its own parts left out."""
    try:
        statement = sqlglot.parse_one(sql, dialect=dialect)
    except SqlglotError as error:
        raise UnreadableSelect(str(error).splitlines()[0]) from error
    return {(table.db, table.name) for table in statement.find_all(exp.Table) if table.db}


def trace_select(sql: str, schema: Schema, dialect: str = "postgres") -> dict[str, frozenset[Leaf]]:
    """Output column -> the columns it is made of, in the select's order; empty for a constant.

    Args:
        schema: Columns of every table it reads.

    Raises:
        UnreadableSelect: It does not parse, or names a column no table has.
    """
    try:
        statement = sqlglot.parse_one(sql, dialect=dialect)
        for table in statement.find_all(exp.Table):
            table.set("catalog", None)
        qualified = qualify(
            statement,
            dialect=dialect,
            schema={db: {t: dict(c) for t, c in tables.items()} for db, tables in schema.items()},
            validate_qualify_columns=False,
            identify=False,
        )
        scope = build_scope(qualified)
    except (SqlglotError, RecursionError) as error:
        raise UnreadableSelect((str(error).splitlines() or [""])[0][:200]) from error
    if scope is None:
        raise UnreadableSelect("it is no select")
    walk = _Walk()
    return {name: walk.trace(scope, name) for name in scope.expression.named_selects}


class _Walk:
    """Follows columns through scopes, each once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], frozenset[Leaf]] = {}

    def trace(self, scope: Scope, column: str) -> frozenset[Leaf]:
        key = (id(scope), column)
        if key not in self._known:
            self._known[key] = frozenset()  # a recursive select meets itself
            self._known[key] = self._trace(scope, column)
        return self._known[key]

    def _trace(self, scope: Scope, column: str) -> frozenset[Leaf]:
        if scope.set_operation_scopes:
            place = scope.expression.named_selects.index(column)
            parts = [
                self.trace(part, part.expression.named_selects[place])
                for part in scope.set_operation_scopes
            ]
            return frozenset().union(*parts)
        for made in scope.expression.selects:
            if made.alias_or_name == column:
                return self._trace_expression(scope, made)
        return frozenset()

    def _trace_expression(self, scope: Scope, made: exp.Expression) -> frozenset[Leaf]:
        found: set[Leaf] = set()
        for inner in scope.subquery_scopes:
            if any(node is inner.expression for node in made.walk()):
                for name in inner.expression.named_selects:
                    found |= self.trace(inner, name)
        for column in made.find_all(exp.Column):
            source = scope.sources.get(column.table)
            if isinstance(source, Scope):
                found |= self.trace(source, column.name)
            elif isinstance(source, exp.Table):
                found.add((source.db, source.name, column.name))
        return frozenset(found)
