"""SKUs as people type them: case and separators mean nothing, a size at the end means a variant."""

import re

_SIGNS = re.compile(r"[^a-z0-9]+")
# What stands where a SKU is missing.
PLACEHOLDERS = {"", "na", "none", "null", "tbd", "misc", "sku", "0", "00", "000", "test", "default"}


def read_sku(text: str | None) -> str | None:
    """Letters and digits only; None where it is a placeholder."""
    found = _SIGNS.sub("", (text or "").lower())
    return None if found in PLACEHOLDERS else found


def read_stem(sku: str | None, size: str | None) -> str | None:
    """The SKU without its size: `app0007m` of size `m` -> `app0007`; what variants share."""
    tail = _SIGNS.sub("", (size or "").lower())
    if not sku or not tail or not sku.endswith(tail) or len(sku) - len(tail) < 3:
        return sku
    return sku.removesuffix(tail)
