"""What sqlfluff sees instead of dbt's `adapter`: dispatch to the PostgreSQL macros."""

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context


@pass_context
def dispatch(context: Any, name: str) -> Callable[..., Any]:
    """The macro `postgres__<name>`, or `default__<name>`, as dbt would pick it."""
    return context.get(f"postgres__{name}") or context[f"default__{name}"]
