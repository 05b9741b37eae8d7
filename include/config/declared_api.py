"""An API that a tenant file describes itself: its block `options` becomes a connector of its own.

The words are those of connector.yaml (`Api`, `Stream`), so what a tenant tried out moves into a
connector folder unchanged.
"""

import re
from typing import Any

from pydantic import ValidationError

from include.config.connector_spec import Api, Auth, Connector, Stream, find_parent_faults
from include.config.explain import did_you_mean, find_faults
from include.config.yaml_file import Loc, Trouble

STREAMS_OPTION = "streams"

_SECRET_WORD = re.compile(
    r"^(authorization|cookie|(x[-_])?(api|access|auth)[-_]?(key|token)|client[-_]secret|password)$",
    re.IGNORECASE,
)
_INSTEAD = (
    "Secrets live in the feed's connection: use `auth` (kind header or query, with this `name`)."
)


def declares_api(connector: Connector) -> bool:
    """Whether feeds of this connector describe API and streams themselves."""
    return connector.kind == "rest" and connector.streams_from_feed


def resolve_declared_api(
    connector: Connector, options: dict[str, Any], trouble: Trouble
) -> Connector:
    """The connector with the feed's own API and streams in it; what is wrong goes to `trouble`."""
    api = _resolve_api(options, trouble)
    found = len(trouble)
    streams = _resolve_streams(options.get(STREAMS_OPTION), trouble)
    if len(trouble) == found:
        _check_parents(connector, streams, trouble)
    if api is None:
        return connector
    secrets = connector.secrets | _secrets(api.auth)
    return connector.model_copy(update={"api": api, "streams": streams, "secrets": secrets})


def _resolve_api(options: dict[str, Any], trouble: Trouble) -> Api | None:
    given = {
        name: options[name] for name in sorted(Api.model_fields) if options.get(name) is not None
    }
    if "base_url" not in given:
        return None  # said already: a required option
    try:
        api = Api.model_validate(given)
    except ValidationError as error:
        trouble.extend((("options", *loc), text) for loc, text in find_faults(error, Api))
        return None
    if not re.match(r"^https?://[^/?#@]+(/[^?#]*)?$", api.base_url):
        message = (
            "`base_url` is no plain address. Expected `https://host/path`, without login and query."
        )
        trouble.append((("options", "base_url"), message))
    _refuse_secrets(("options", "headers"), api.headers, trouble)
    return api


def _resolve_streams(declared: Any, trouble: Trouble) -> dict[str, Stream]:
    """Every stream in full: an API cannot be asked for its columns."""
    streams: dict[str, Stream] = {}
    given = declared.items() if isinstance(declared, dict) else ()
    for name, block in sorted(given, key=lambda one: str(one[0])):
        place: Loc = ("options", STREAMS_OPTION, str(name))
        try:
            streams[str(name)] = Stream.model_validate(block)
        except ValidationError as error:
            faults = find_faults(error, Stream)
            trouble.extend(((*place, *loc), f"stream `{name}`: {text}") for loc, text in faults)
            continue
        _refuse_secrets((*place, "params"), streams[str(name)].params, trouble)
    if not streams and not trouble:
        trouble.append((("options",), f"`{STREAMS_OPTION}` is empty. Declare at least one stream."))
    return streams


def _check_parents(connector: Connector, streams: dict[str, Stream], trouble: Trouble) -> None:
    for name, message in sorted(find_parent_faults(connector.kind, streams).items()):
        parent = streams[name].parent
        guess = did_you_mean(parent.stream, streams) if parent else ""
        guess = "" if parent and parent.stream in streams else guess
        trouble.append((("options", STREAMS_OPTION, name), f"{message}.{guess}"))


def _refuse_secrets(place: Loc, given: dict[str, str], trouble: Trouble) -> None:
    for name in sorted(given):
        if _SECRET_WORD.match(name):
            trouble.append(((*place, name), f"`{name}` looks like a secret. {_INSTEAD}"))


def _secrets(auth: Auth) -> dict[str, str]:
    """Connection fields this kind of authentication reads."""
    if auth.kind == "none":
        return {}
    if auth.kind == "oauth2":
        return {"login": "OAuth client id.", "password": "OAuth client secret."}
    secret = {auth.secret or "password": "The API's secret."}
    return {"login": "User name.", **secret} if auth.kind == "basic" else secret
