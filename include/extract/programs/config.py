"""The configuration a foreign program gets: the tenant file's mapping, the connection's secrets."""

import copy
import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import ConfigError
from include.extract.stores.tokens import TokenStore

log = logging.getLogger(__name__)

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


class ConfigKeeper:
    """Keeps what a program changes in its own configuration: a rotated refresh token.

    Taps rewrite their config file, Airbyte sources send CONTROL messages. What they changed is put
    into the feed's token store, sealed, under the connection's secrets it descends from: newer
    secrets in the connection win.
    """

    def __init__(self, config: dict[str, Any], secrets: Mapping[str, Any], store: TokenStore):
        self._config = config
        self._store = store
        given = {str(place): _leaves(config).get(str(place)) for place in secrets}
        text = json.dumps(given, sort_keys=True, default=str)
        self._origin = hashlib.sha256(text.encode()).hexdigest()

    def load(self) -> dict[str, Any]:
        """The configuration as the program last left it."""
        config = copy.deepcopy(self._config)
        for place, value in json.loads(self._store.get(self._origin) or "{}").items():
            _put(config, place, value)
        return config

    def run_note(self, new: Mapping[str, Any]) -> None:
        """Store what differs from the configuration the feed gives; survives a crash afterwards."""
        given = _leaves(self._config)
        changed = {place: v for place, v in _leaves(new).items() if given.get(place) != v}
        text = json.dumps(changed, sort_keys=True, default=str)
        if not changed or text == (self._store.get(self._origin) or "{}"):
            return
        with self._store.lock():
            self._store.put(self._origin, text)
        log.info("changed configuration kept places=%s", ",".join(sorted(changed)))


def _leaves(config: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping):
            found |= _leaves(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found
