"""Dotted paths in nested records."""

from collections.abc import Iterable, Mapping
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


def nest_dotted(records: Iterable[dict[str, Any]], paths: Iterable[str]) -> None:
    """Give fields whose own name has a dot the place their declared path means.

    Some APIs (GoHighLevel, Meta breakdowns, exports of document databases) flatten: the key is
    `metrics.cost`, and no object `metrics` with a `cost` in it. Where an object of that name is
    there too, the flat field stays as it is and is kept in `_extra`.

    Args:
        paths: Declared paths of columns and child lists.
    """
    dotted = {path for path in paths if "." in path}
    if not dotted:
        return
    for record in records:
        for path in dotted & record.keys():
            *way, last = path.split(".")
            target: Any = record
            for step in way:
                target = target.setdefault(step, {}) if isinstance(target, dict) else None
            if isinstance(target, dict) and last not in target:
                target[last] = record.pop(path)
