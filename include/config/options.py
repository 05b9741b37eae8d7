"""A feed's options and streams, checked against what its connector declares."""

import re
from typing import Any

from pydantic import ValidationError

from include.config.connector_spec import Connector, Option, Stream
from include.config.declared_api import STREAMS_OPTION
from include.config.explain import did_you_mean, find_faults, first_few
from include.config.further_fields import check_further_fields
from include.config.stream_settings import StreamSettings
from include.config.yaml_file import Trouble
from include.core.naming import SNAKE_PATTERN

_TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "int": int,
    "bool": bool,
    "mapping": dict,
    "list": list,
}


def resolve_options(
    connector: Connector, given: dict[str, Any], trouble: Trouble
) -> dict[str, Any]:
    """Given options with defaults filled in; unknown, missing and mistyped ones go to `trouble`."""
    unknown, rest = first_few(sorted(given.keys() - connector.options.keys()))
    for name in unknown:
        known = ", ".join(sorted(connector.options)) or "none"
        guess = did_you_mean(name, connector.options)
        message = f"`{name}` is no option of `{connector.connector}`.{guess} Options: {known}."
        trouble.append((("options", name), message))
    trouble += [(("options",), said) for said in rest]
    resolved: dict[str, Any] = {}
    for name, option in sorted(connector.options.items()):
        if name not in given:
            if option.required:
                message = f"option `{name}` is missing. {option.description}"
                trouble.append((("options",), message))
            resolved[name] = option.default
        else:
            _check_type(name, option, given[name], trouble)
            resolved[name] = given[name]
    return resolved


def _check_type(name: str, option: Option, value: Any, trouble: Trouble) -> None:
    mistyped = not isinstance(value, _TYPES[option.type]) or (
        option.type == "int" and isinstance(value, bool)
    )
    if mistyped:
        message = f"option `{name}` is a {type(value).__name__}. Expected {option.type}."
        trouble.append((("options", name), message))


def resolve_concepts(
    connector: Connector, given: tuple[Any, ...] | dict[str, Any] | None, trouble: Trouble
) -> tuple[str, ...]:
    """The concepts a feed contributes, sorted; all of the connector's when none are listed."""
    if isinstance(given, dict):
        given = None  # see resolve_concept_maps
    if given and connector.streams_from_feed:
        message = (
            f"`concepts` is a list, and the streams of `{connector.connector}` are your own. "
            "Expected a mapping that says which stream and column is which: "
            "`concepts: {orders: {from: invoices, order_id: number, ...}}`."
        )
        trouble.append((("concepts",), message))
        return ()
    names = None if given is None else [str(name) for name in given]
    unknown, rest = first_few(name for name in names or () if name not in connector.concepts)
    for name in unknown:
        known = ", ".join(sorted(connector.concepts)) or "none"
        guess = did_you_mean(name, connector.concepts)
        message = f"no concept `{name}`.{guess} `{connector.connector}` feeds: {known}."
        trouble.append((("concepts",), message))
    trouble += [(("concepts",), said) for said in rest]
    return tuple(sorted(connector.concepts if names is None else names))


def resolve_streams(
    connector: Connector,
    selected: tuple[str, ...] | None,
    options: dict[str, Any],
    trouble: Trouble,
) -> dict[str, Stream]:
    """The feed's streams by name, sorted; all of the connector's when none are selected."""
    if connector.streams_from_feed:
        declared = _named_streams(options.get(STREAMS_OPTION), trouble)
        if selected is not None and connector.stateful:
            # Whatever the source has may be named here; what else there is to say, in the option.
            declared = {name: declared.get(name) or {} for name in selected}
            options[STREAMS_OPTION] = declared
        return _streams_of_feed(_with_defaults(declared, connector.stream_defaults), trouble)
    unknown, rest = first_few(name for name in selected or () if name not in connector.streams)
    for name in unknown:
        known = ", ".join(sorted(connector.streams))
        guess = did_you_mean(name, connector.streams)
        trouble.append((("streams",), f"no stream `{name}`.{guess} Streams: {known}."))
    trouble += [(("streams",), said) for said in rest]
    wanted = connector.streams.keys() if selected is None else selected
    return {name: connector.streams[name] for name in sorted(wanted) if name in connector.streams}


def _named_streams(declared: Any, trouble: Trouble) -> dict[str, Any]:
    """Blocks whose names can be tables and tasks; a wrong one goes to `trouble`."""
    named: dict[str, Any] = {}
    for name, block in (declared if isinstance(declared, dict) else {}).items():
        if isinstance(name, str) and re.fullmatch(SNAKE_PATTERN, name):
            named[name] = block
        else:
            message = f"`{name}` is no name of a stream. Expected small letters, digits and `_`."
            trouble.append((("options", STREAMS_OPTION, str(name)), message))
    return named


def check_sweeps(connector: Connector, streams: dict[str, Stream], trouble: Trouble) -> None:
    """A `sweep_schedule` needs something to sweep; what discovery will find is not known here."""
    if connector.stateful:
        message = "the source keeps its own state and cannot be read whole: no `sweep_schedule`."
        trouble.append((("sweep_schedule",), message))
    elif streams and not any(
        one.cursor and one.sweep == "all" and not one.stateful for one in streams.values()
    ):
        trouble.append(
            (
                ("sweep_schedule",),
                "`sweep_schedule` without a stream that has a cursor and `sweep: all`. Streams "
                "without a cursor are read whole by every run; for the others the connector says "
                "how their deletions are seen. Leave it out.",
            )
        )


def resolve_stream_settings(
    connector: Connector,
    streams: dict[str, Stream],
    given: dict[str, StreamSettings],
    defaults: StreamSettings,
    trouble: Trouble,
) -> dict[str, StreamSettings]:
    """Every stream's block over the feed's defaults; a block of no stream goes to `trouble`.

    Streams that only discovery knows cannot be checked here.
    """
    check_further_fields(connector, given, trouble)
    unknown = [] if connector.streams_from_feed else sorted(given.keys() - streams.keys())
    shown, rest = first_few(unknown)
    for name in shown:
        guess = did_you_mean(name, streams)
        message = f"no stream `{name}` is loaded.{guess} Streams: {', '.join(streams)}."
        trouble.append((("stream_settings", name), message))
    trouble += [(("stream_settings",), said) for said in rest]
    return {name: block.over(defaults) for name, block in sorted(given.items())}


def _with_defaults(declared: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Each stream's block over the connector's defaults; declared columns come first."""
    if not defaults:
        return declared
    filled: dict[str, Any] = {}
    for name, block in declared.items():
        own = block if isinstance(block, dict) else {}
        columns = own.get("columns") or {}
        further = {key: kind for key, kind in defaults["columns"].items() if key not in columns}
        filled[name] = {**defaults, **own, "columns": {**columns, **further}}
    return filled


def _streams_of_feed(declared: dict[str, Any], trouble: Trouble) -> dict[str, Stream]:
    """Streams a feed declares in full; those it leaves to detection come from the source later."""
    streams: dict[str, Stream] = {}
    for name, block in sorted(declared.items()):
        if not isinstance(block, dict) or "columns" not in block or "primary_key" not in block:
            continue
        try:
            streams[name] = Stream.model_validate(block)
        except ValidationError as error:
            for loc, text in find_faults(error, Stream):
                place = ("options", STREAMS_OPTION, name, *loc)
                trouble.append((place, f"stream `{name}`: {text}"))
    return streams
