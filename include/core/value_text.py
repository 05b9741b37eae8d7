"""Any value as text, for hashes and for people: also one that no JSON holds."""

from typing import Any


def show(value: Any) -> str:
    """The value as Python shows it; of what is nested deeper than Python looks, the plain parts."""
    try:
        return repr(value)
    except RecursionError:
        pass
    if isinstance(value, list):
        return f"[{', '.join(map(_show_outside, value))}]"
    return _show_outside(value)


def _show_outside(value: Any) -> str:
    if not isinstance(value, dict):
        return _show_plain(value)
    return f"{{{', '.join(f'{key!r}: {_show_plain(one)}' for key, one in value.items())}}}"


def _show_plain(value: Any) -> str:
    return f"<{type(value).__name__}>" if isinstance(value, dict | list) else repr(value)
