"""Keeps secrets out of what a foreign program writes."""

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
# Shorter values are words ("us", "id"): hiding them makes a log unreadable and protects nothing.
LEAST_SECRET = 4
LEAST_PART = 8


class Mask:
    """Replaces every spelling of every secret by `***`.

    Attributes:
        reach: Characters of the longest spelling: a text cut elsewhere may end inside a secret.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._known: set[str] = set()
        self.reach = 0
        self._pattern: re.Pattern[str] | None = None
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Hide these as well."""
        self._known |= {form for secret in secrets for form in _forms(secret)}
        found = sorted(self._known, key=len, reverse=True)
        if found:
            self.reach = len(found[0])
            self._pattern = re.compile("|".join(map(re.escape, found)))

    def __call__(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def cut(self, text: str, limit: int) -> str:
        """At most `limit` characters, masked; no beginning of a secret stays at the cut."""
        if len(text) <= limit:
            return self(text)
        masked = self(text[: limit + self.reach])
        return f"{masked[: max(0, limit - self.reach)]} ..."


def _forms(secret: str) -> set[str]:
    parts = {secret, *(line.strip() for line in secret.splitlines() if len(line) >= LEAST_PART)}
    parts |= set(_leaves(secret))
    forms: set[str] = set()
    for part in parts:
        if len(part) >= LEAST_SECRET:
            escaped = json.dumps(part)[1:-1]
            coded = base64.b64encode(part.encode()).decode()
            forms |= {part, escaped, quote(part, safe=""), quote_plus(part), coded}
    return forms


def _leaves(secret: str) -> Iterable[str]:
    """The texts inside a secret that is JSON (a service account's key)."""
    if not secret.lstrip().startswith(("{", "[")):
        return
    try:
        todo: list[Any] = [json.loads(secret)]
    except ValueError:
        return
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str) and len(value) >= LEAST_PART:
            yield value
            yield from (line for line in value.splitlines() if len(line) >= LEAST_PART)
