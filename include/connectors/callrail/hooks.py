"""CallRail: tags come as objects, as plain names or as null; all become objects."""

from typing import Any

Record = dict[str, Any]


def prepare_calls(record: Record) -> Record:
    """Tags as objects."""
    return record | {"tags": _tags(record.get("tags"))}


def prepare_form_submissions(record: Record) -> Record:
    """Tags as objects."""
    return record | {"tags": _tags(record.get("tags"))}


def _tags(found: Any) -> list[Record]:
    tags = found if isinstance(found, list) else []
    return [tag if isinstance(tag, dict) else {"name": tag} for tag in tags if tag]
