"""One value at a time: the exact rules by which a value becomes a column's type, or does not.

The slow path. `convert` handles whole columns and comes here only for columns in which something
is unusual, so these rules are the definition and the fast path must agree with them.

Rules worth knowing: blank text is null for every type but text; 1.0 is an int and 1.5 is not; NaN
and Infinity are no numeric (one of them would poison every sum) but are a float; a naive timestamp
is UTC; fractions beyond a microsecond are cut; years outside 1..9999 do not fit, nor do weeks.
"""

import base64
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from include.core.clock import ZONED, parse_moment
from include.core.number_text import SIGNS, plain_number

# PostgreSQL numeric holds far more; a number of this size is damage, not data.
MAX_DIGITS = 1000
# A field of PostgreSQL holds 1 GB and a jsonb string a quarter of it; one such record must not
# fail the whole load.
MAX_TEXT = 200_000_000
INT_LIMITS = {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}
TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "on"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "off"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
_DAY_ALONE = re.compile(_DAY)
# How text of a column whose type was guessed must be written: whatever the type would not give back
# as it was (02134, +49, 1e3, yes) says that the guess was wrong.
AS_WRITTEN = {
    "int": re.compile(r"-?[1-9]\d*|0"),
    "bigint": re.compile(r"-?[1-9]\d*|0"),
    "numeric": re.compile(r"-?(?:0|[1-9]\d*)?\.\d+|-?[1-9]\d*|0"),
    "bool": re.compile(r"true|false", re.IGNORECASE),
    "date": re.compile(_DAY),
    "timestamp": re.compile(rf"{_DAY}(?:[T ]{_TIME})?"),
    ZONED: re.compile(rf"{_DAY}[T ]{_TIME}(?:Z|[+-]\d\d(?::?\d\d)?)"),
}


class Misfit(ValueError):
    """The value does not become the type; the text names kinds of values, never the value."""


def fit_value(
    value: Any, logical_type: str, pattern: str | None = None, *, is_guess: bool = False
) -> Any:
    """The value as `column_types.ARROW_TYPES` wants it.

    Args:
        value: Anything a source may deliver, None included.
        pattern: Column.format: epoch_s, epoch_ms, a strptime pattern, a number format or None.
        is_guess: The type was detected, so text must be written as the type writes it.

    Raises:
        Misfit: If the value does not fit the type.
    """
    if value is None or (logical_type not in ("text", "json", "bytes") and _is_blank(value)):
        return None
    if is_guess and isinstance(value, str):
        _require_as_written(value, logical_type, pattern)
    try:
        return _FITTERS[logical_type](value, pattern)
    except Misfit:
        raise
    except (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError) as error:
        raise _misfit(value, logical_type) from error


def _require_as_written(text: str, logical_type: str, pattern: str | None) -> None:
    known = AS_WRITTEN.get(ZONED if pattern == ZONED else logical_type)
    if logical_type not in AS_WRITTEN:
        fits = True
    elif pattern not in (None, ZONED):
        fits = text == text.strip()
    else:
        fits = known is None or known.fullmatch(text) is not None
    if not fits:
        raise Misfit(f"is written as no {logical_type} is")


def build_json(value: Any) -> str:
    """JSON text of a value: decimals and big integers exact, key order as received.

    Raises:
        Misfit: If text in it cannot be stored (NUL, lone surrogates) or it has no JSON form.
    """
    try:
        text = dump_json(value).decode()
    except TypeError:
        text = _build_json_slowly(value)
    if "\\u0000" in text and has_nul_escape(text):
        raise Misfit("contains a NUL character")
    if len(text) > MAX_TEXT:
        raise Misfit(f"is longer than {MAX_TEXT} characters")
    return text


def dump_json(value: Any) -> bytes:
    """The usual case of `build_json`, not looked at.

    Raises:
        TypeError: It takes a closer look.
    """
    return orjson.dumps(value, _json_default, orjson.OPT_NON_STR_KEYS)


def has_nul_escape(text: str) -> bool:
    r"""True when JSON text holds a real `\u0000`, not an escaped backslash before `u0000`."""
    at = text.find("\\u0000")
    while at >= 0:
        start = at
        while start > 0 and text[start - 1] == "\\":
            start -= 1
        if (at - start) % 2 == 0:
            return True
        at = text.find("\\u0000", at + 1)
    return False


def _json_default(value: Any) -> Any:
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return orjson.Fragment(str(value).encode())
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _build_json_slowly(value: Any) -> str:
    """For what orjson refuses at first: integers beyond 64 bits, lone surrogates, odd objects."""
    try:
        return orjson.dumps(
            _with_big_integers(value), _json_default, orjson.OPT_NON_STR_KEYS
        ).decode()
    except (TypeError, RecursionError) as error:
        cause = "a lone surrogate" if "surrogates" in str(error) else "a value without JSON form"
        raise Misfit(f"contains {cause}") from error


def _with_big_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_big_integers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_big_integers(item) for item in value]
    if type(value) is int and not -(2**63) <= value < 2**64:
        return orjson.Fragment(str(value).encode())
    return value


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _misfit(value: Any, logical_type: str) -> Misfit:
    return Misfit(f"a value of kind {type(value).__name__} is no {logical_type}")


def _fit_text(value: Any, _pattern: str | None) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, bytes):
        text = value.decode()
    elif isinstance(value, datetime | date):
        text = value.isoformat()
    elif isinstance(value, float) and not math.isfinite(value):
        raise Misfit("NaN or Infinity is no text")
    elif isinstance(value, int | float | Decimal):
        text = str(value)
    else:
        text = build_json(value)
    if "\x00" in text:
        raise Misfit("contains a NUL character")
    if len(text) > MAX_TEXT:
        raise Misfit(f"is longer than {MAX_TEXT} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Misfit("contains a lone surrogate") from error
    return text


def _fit_integer(logical_type: str) -> Callable[[Any, str | None], int]:
    low, high = INT_LIMITS[logical_type]

    def fit(value: Any, pattern: str | None) -> int:
        number = value if type(value) is int else _exact(value, logical_type, pattern)
        if number != int(number):
            raise Misfit(f"a number with a fraction is no {logical_type}")
        if not low <= number <= high:
            raise Misfit(f"a number outside the range of {logical_type}")
        return int(number)

    return fit


def _exact(value: Any, logical_type: str, pattern: str | None = None) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _misfit(value, logical_type)
    if pattern in SIGNS and isinstance(value, str):
        value = plain_number(value, pattern)
        if value is None:
            raise Misfit(f"is written as no {logical_type} of the column's format is")
    text = str(value).strip()
    if "_" in text or not text.isascii():
        raise _misfit(value, logical_type)
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _misfit(value, logical_type) from error
    if not number.is_finite():
        raise Misfit(f"NaN or Infinity is no {logical_type}")
    if (number and abs(number.adjusted()) > MAX_DIGITS) or len(text) > MAX_DIGITS:
        raise Misfit(f"a number of more than {MAX_DIGITS} digits is no {logical_type}")
    return number


def _fit_numeric(value: Any, pattern: str | None) -> str:
    return str(_exact(value, "numeric", pattern))


def _fit_float(value: Any, _pattern: str | None) -> float:
    if isinstance(value, bool):
        raise _misfit(value, "float")
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        raise _misfit(value, "float")
    return float(value)


def _fit_bool(value: Any, _pattern: str | None) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
    elif isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise _misfit(value, "bool")


def _fit_timestamp(value: Any, pattern: str | None) -> datetime:
    if pattern in ("epoch_s", "epoch_ms"):
        return _from_epoch(value, pattern)
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif isinstance(value, str):
        text = value.strip()
        moment = (
            datetime.strptime(text, pattern)  # noqa: DTZ007 made aware below
            if pattern and pattern != ZONED
            else parse_moment(text)
        )
    else:
        raise _misfit(value, "timestamp")
    if pattern == ZONED and moment.tzinfo is None:
        raise Misfit("names no time zone")
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.replace(tzinfo=None)


def _from_epoch(value: Any, pattern: str) -> datetime:
    if isinstance(value, datetime | date):
        return _fit_timestamp(value, None)
    seconds = _exact(value, "timestamp") / (1 if pattern == "epoch_s" else 1000)
    return (EPOCH + timedelta(microseconds=int(seconds * 1_000_000))).replace(tzinfo=None)


def _fit_date(value: Any, pattern: str | None) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and pattern is None and _DAY_ALONE.fullmatch(value.strip()):
        return date.fromisoformat(value.strip())
    moment = _fit_timestamp(value, pattern)
    if moment != datetime(moment.year, moment.month, moment.day):  # noqa: DTZ001 naive UTC
        raise Misfit("a timestamp with a time of day is no date")
    return moment.date()


def _fit_json(value: Any, _pattern: str | None) -> str:
    return build_json(value)


def _fit_bytes(value: Any, _pattern: str | None) -> str:
    data = value.encode() if isinstance(value, str) else value
    if not isinstance(data, bytes | bytearray | memoryview):
        raise _misfit(value, "bytes")
    return "\\x" + bytes(data).hex()


_FITTERS: dict[str, Callable[[Any, str | None], Any]] = {
    "text": _fit_text,
    "int": _fit_integer("int"),
    "bigint": _fit_integer("bigint"),
    "numeric": _fit_numeric,
    "float": _fit_float,
    "bool": _fit_bool,
    "timestamp": _fit_timestamp,
    "date": _fit_date,
    "json": _fit_json,
    "bytes": _fit_bytes,
}
