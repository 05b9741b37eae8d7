"""Fields a tenant asks for besides the columns: `stream_settings: {orders: {fields: [...]}}`.

They are names and nothing else: what goes into a query text is checked for its shape here. Whether
the source has them, only the source knows (`elt check`).
"""

import re
from collections.abc import Iterable

from include.config.connector_spec import Column, Connector, Stream
from include.config.spec import FurtherFields
from include.config.stream_settings import StreamSettings
from include.config.yaml_file import Trouble

_STEP = "[A-Za-z][A-Za-z0-9_]{0,99}"
_SHAPES = {
    "dotted": (re.compile(rf"{_STEP}(\.{_STEP}){{0,9}}"), "names and dots, `customer.locale`"),
    "plain": (re.compile(rf"{_STEP}(:{_STEP})?"), "a name, `cartToViewRate` or `keyEvents:signup`"),
}


def check_further_fields(
    connector: Connector, given: dict[str, StreamSettings], trouble: Trouble
) -> None:
    """Names no query could hold, and connectors whose records come whole, go to `trouble`."""
    for stream, settings in sorted(given.items()):
        for position, name in enumerate(settings.fields or ()):
            fault = _find_fault(connector, name)
            if fault:
                trouble.append((("stream_settings", stream, "fields", position), fault))


def _find_fault(connector: Connector, name: str) -> str | None:
    rules = connector.further_fields
    if rules is None:
        return (
            f"`fields`: `{connector.connector}` is not asked for fields by name; what nobody "
            "declared is in _extra already. Leave it out."
        )
    if fault := find_name_fault(rules.shape, name):
        return fault
    if name.partition(".")[0] in rules.refused:
        return (
            f"`fields` has `{name}`, which splits a row into several of the same key. Expected "
            "something a row has one of. Declare a report (option `reports`)."
        )
    return None


def find_name_fault(shape: str, name: str) -> str | None:
    """Why a word cannot be the name of a field; None when it can."""
    pattern, expected = _SHAPES[shape]
    if pattern.fullmatch(name):
        return None
    return f"`{name[:60]}` is no field. Expected {expected}, the source's own word."


def build_wider_stream(stream: Stream, rules: FurtherFields, fields: Iterable[str]) -> Stream:
    """The stream to ask for: its columns and these fields, below the child list they belong to.

    Only for the question: the loader keeps the feed's own stream, so the answers go to `_extra`.
    """
    columns, children = dict(stream.columns), dict(stream.children)
    known = {column.path or name for name, column in columns.items()}
    of_list = {child.path: name for name, child in children.items()}
    for number, field in enumerate(fields):
        path = f"{rules.below}{field}"
        first, _, rest = path.partition(".")
        wanted = f"further_{number}"
        if rest and first in of_list:
            child = children[of_list[first]]
            more = {**child.columns, wanted: Column(type="json", path=rest)}
            children[of_list[first]] = child.model_copy(update={"columns": more})
        elif path not in known:
            columns[wanted] = Column(type="json", path=path)
    return stream.model_copy(update={"columns": columns, "children": children})
