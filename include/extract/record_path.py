"""Dotted paths in nested records."""

from collections.abc import Mapping
from typing import Any

MISSING: Any = object()


def pick(record: Any, path: str, default: Any = None) -> Any:
    """The value at `a.b.c`, or `default` when a step is missing or not an object."""
    value = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return default
        value = value[step]
    return value


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at `a.b.c`; the objects on the way must exist."""
    *way, last = path.split(".")
    target = record
    for step in way:
        target = target[step]
    target[last] = value
