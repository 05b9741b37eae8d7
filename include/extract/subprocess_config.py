"""The configuration a foreign program gets: the tenant file's mapping, the connection's secrets."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import ConfigError

_SECRET_NAME = re.compile(r"password|passwd|secret|token|api_?key|private_?key|credential", re.I)


def build_config(feed: Feed, credentials: Credentials) -> dict[str, Any]:
    """Option `config`, with `secrets` (place in it -> connection field) and the start date put in.

    Raises:
        MissingSecret: If the connection lacks a field.
        ConfigError: If a place lies inside something that is no mapping.
    """
    config = copy.deepcopy(feed.options.get("config") or {})
    for place, field in (feed.options.get("secrets") or {}).items():
        _put(config, str(place), credentials.secret(str(field)))
    start_field = feed.options.get("start_date_field")
    if start_field:
        _put(config, start_field, f"{feed.start_date:%Y-%m-%d}T00:00:00Z")
    return config


def find_secrets(config: Any, is_secret: bool = False) -> Iterator[str]:
    """Texts below a key that sounds like a secret: someone may have put one into the file."""
    if isinstance(config, Mapping):
        for name, value in config.items():
            yield from find_secrets(value, is_secret or bool(_SECRET_NAME.search(str(name))))
    elif isinstance(config, list):
        for value in config:
            yield from find_secrets(value, is_secret)
    elif is_secret and isinstance(config, str):
        yield config


def _put(config: dict[str, Any], place: str, value: Any) -> None:
    *parents, leaf = place.split(".")
    node = config
    for step in parents:
        below = node.setdefault(step, {})
        if not isinstance(below, dict):
            raise ConfigError(
                f"option `secrets` names `{place}`, but `{step}` is no mapping in `config`. "
                "Expected a dotted path of mappings. Correct the tenant file."
            )
        node = below
    node[leaf] = value
