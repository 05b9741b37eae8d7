"""Names a person may give to new things, checked before a file is written."""

import re

from include.core.errors import ConfigError
from include.core.naming import SNAKE_PATTERN, TENANT_PATTERN, snake

_PATTERNS = {
    "connector": (SNAKE_PATTERN, "lower-case words joined by `_`, e.g. `my_crm`"),
    "tenant": (TENANT_PATTERN, "2 to 21 lower-case letters and digits, e.g. `newco`"),
}
LONGEST_CONNECTOR = 36  # `<tenant>_raw_<connector>` must fit 63 bytes for a tenant of 21


def check_new_name(name: str, what: str) -> None:
    """Refuse a name that would break a derived one later.

    Args:
        what: `connector` or `tenant`.

    Raises:
        ConfigError: With a name that would do.
    """
    pattern, expected = _PATTERNS[what]
    if re.match(pattern, name) and (what == "tenant" or len(name) <= LONGEST_CONNECTOR):
        return
    guess = snake(name)[:LONGEST_CONNECTOR].strip("_")
    guess = guess.replace("_", "")[:21] if what == "tenant" else guess
    hint = f" Try `{guess}`." if re.match(pattern, guess) and guess != name else ""
    raise ConfigError(f"`{name}` cannot name a {what}. Expected {expected}.{hint}")


def build_title(name: str) -> str:
    """`my_crm` -> `My crm`."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
