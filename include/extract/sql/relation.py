"""What a stream is read from: a table or a query, and how each database wants names and values."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view; a None schema is the connection's own.

    Attributes:
        only: Without the rows of the tables that inherit from it: those are streams themselves.
    """

    schema: str | None
    name: str
    only: bool = False

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT of the tenant file, read as a sub-select."""

    text: str

    def __str__(self) -> str:
        return "the query"


Relation = Table | Query


def build_query(name: str, text: str) -> Query:
    """A checked query of stream `name`.

    Raises:
        ConfigError: If it is not one SELECT. The session is read only besides.
    """
    cleaned = text.strip().rstrip(";").strip()
    if not re.match(r"(select|with)\b", cleaned, re.IGNORECASE) or ";" in cleaned:
        raise ConfigError(
            f"option `streams.{name}.query` is not one SELECT. Expected a statement that begins "
            "with `select` or `with` and holds no `;`. Correct the tenant file."
        )
    return Query(cleaned)


@dataclass(frozen=True, slots=True)
class Syntax:
    """Quoting and values of one dialect.

    PostgreSQL's fast way out (COPY) takes no parameters, so values become quoted literals there;
    everywhere else they are bound.
    """

    dialect: str

    def quote(self, name: str) -> str:
        """An identifier, whatever is in it."""
        if self.dialect == "mysql":
            return "`" + name.replace("`", "``") + "`"
        if self.dialect == "mssql":
            return "[" + name.replace("]", "]]") + "]"
        return '"' + name.replace('"', '""') + '"'

    def build_source(self, relation: Relation) -> str:
        """What stands after `from`; a line break ends a comment at the query's end."""
        if isinstance(relation, Query):
            return f"({relation.text}\n)"
        parts = (relation.schema, relation.name)
        place = ".".join(self.quote(part) for part in parts if part)
        return f"only {place}" if relation.only else place

    def escape(self, text: str) -> str:
        """A statement whose parameters are bound by `%s`: its own percent signs are doubled."""
        return text.replace("%", "%%") if self.dialect in ("mysql", "mssql") else text

    def bind(self, value: Any, native: str, values: list[Any]) -> str:
        """The place of a value in a statement: a literal, or a parameter added to `values`."""
        if isinstance(value, datetime):
            value = value.isoformat(" ", "microseconds")
        if self.dialect == "postgresql":
            quoted = str(value).replace("\\", "\\\\").replace("'", "''")
            return f"E'{quoted}'::{native}" if native else f"E'{quoted}'"
        values.append(value)
        if self.dialect == "sqlite":
            return "?"
        # SQL Server reads text by the session's language unless it is told the type.
        return f"cast(%s as {native})" if self.dialect == "mssql" and native else "%s"
