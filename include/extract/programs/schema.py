"""JSON schema of a Singer or Airbyte stream -> our columns.

Schemas promise more than records keep, so every column is `detected`: a value that does not fit
widens it. Numbers become numeric, whole ones bigint; objects and lists stay json.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from include.config.connector_spec import Column
from include.core import naming

_TIME_TYPES = {
    "timestamp_with_timezone": "timestamp",
    "timestamp_without_timezone": "timestamp",
    "date": "date",
    "time_with_timezone": "text",
    "time_without_timezone": "text",
    "big_integer": "numeric",
    "integer": "bigint",
}
_FORMATS = {"date-time": "timestamp", "date": "date", "singer.decimal": "numeric"}
_SIMPLE = {"integer": "bigint", "number": "numeric", "boolean": "bool", "string": "text"}


class Fields:
    """A stream's columns, and what must be renamed in its records to reach them.

    Attributes:
        columns: By our name, plain names first, else in the schema's order.
        names: The source's field name -> ours.
        renamed: Fields whose name has a dot, which in a column's path would mean a nested field.
    """

    def __init__(self, schema: Mapping[str, Any], overrides: Mapping[str, str] | None = None):
        self.columns: dict[str, Column] = {}
        self.names: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        fields = (schema.get("properties") or {}).items()
        # Plain names first: of `Name` and `name` the second keeps it.
        for field, below in sorted(fields, key=lambda item: column_name(item[0]) != item[0]):
            self.add(field, below if isinstance(below, dict) else {}, overrides or {})

    def add(self, field: str, schema: Mapping[str, Any], overrides: Mapping[str, str]) -> str:
        """Give the field a column; the column's name."""
        name = column_name(field)
        name = naming.distinct(name, field) if name in self.columns else name
        logical: Any = overrides.get(name) or build_type(schema)
        path = None if field == name or "." in field else field
        if "." in field:
            self.renamed[field] = name
        self.names[field] = name
        self.columns[name] = Column(type=logical, path=path, detected=name not in overrides)
        return name


def build_type(schema: Mapping[str, Any]) -> str:
    """The logical type that holds every value the schema allows."""
    found = sorted(set(_types(schema)))
    if not found or "json" in found:
        return "json"
    if len(found) == 1:
        return found[0]
    if set(found) <= {"bigint", "numeric"}:
        return "numeric"
    return "timestamp" if set(found) == {"date", "timestamp"} else "text"


def _types(schema: Mapping[str, Any]) -> Iterable[str]:
    """Of each alternative; null is none, since every column may be null."""
    for word in ("anyOf", "oneOf"):
        for option in schema.get(word) or ():
            if isinstance(option, dict):
                yield from _types(option)
    if isinstance(schema.get("allOf"), list) and schema["allOf"]:
        yield from _types(schema["allOf"][0])
    given = schema.get("type")
    for kind in [given] if isinstance(given, str) else given or ():
        if kind == "null":
            continue
        special = schema.get("airbyte_type") if kind in ("string", "number", "integer") else None
        if special in _TIME_TYPES:
            yield _TIME_TYPES[special]
        elif kind == "string" and schema.get("format") in _FORMATS:
            yield _FORMATS[schema["format"]]
        else:
            yield _SIMPLE.get(kind, "json")


def column_name(field: str) -> str:
    """A name columns may have, made of the field's alone; `_sdc_at` becomes `sdc_at`."""
    return naming.column_name(field) or naming.distinct("field", field)


def free_name(name: str, used: Iterable[str]) -> str:
    """The name, with a number if it is taken."""
    taken, number, free = set(used), 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
