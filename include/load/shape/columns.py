"""A whole column at once: values as received to the Arrow type that travels to COPY.

Fast path first: Arrow infers the column and casts it. Where anything is unusual (mixed types, a
cast that fails or might round), the column goes through `fit`, value by value, which finds the
records that do not fit and the type that would hold them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from include.config.connector_spec import Column
from include.core.number_text import PATTERNS, SIGNS
from include.destinations.column_types import ARROW_TYPES, build_next_type
from include.load.shape.moments import cast_date, cast_timestamp, guess_timestamp
from include.load.shape.values import (
    FALSE_WORDS,
    INT_LIMITS,
    MAX_TEXT,
    TRUE_WORDS,
    Misfit,
    build_json,
    dump_json,
    fit_value,
    has_nul_escape,
)

Values: TypeAlias = Sequence[Any] | Any  # a list of Python values or a pyarrow Array

# Up to 300 characters, no exponent: what PostgreSQL's numeric surely holds.
PLAIN_NUMBER = r"^[+-]?([0-9]{1,280}(\.[0-9]{0,20})?|\.[0-9]{1,20})$"
# The same in a column whose type is a guess: no sign, zero or point that a number would lose.
GUESSED_NUMBER = r"^-?((0|[1-9][0-9]{0,279})?\.[0-9]{1,20}|[1-9][0-9]{0,279})$|^0$"
# 1.234: a thousand or a decimal. A column of integers cannot tell.
POINTED = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
BOOL_WORDS = frozenset({"true", "false"})
CAST_FAILURES = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError)


@cache
def _words(words: frozenset[str]) -> Any:
    """As an Arrow array; not made at import, where pyarrow's first array would fetch pandas."""
    return pa.array(sorted(words))


@dataclass(frozen=True, slots=True)
class Converted:
    """One column of a batch.

    Attributes:
        array: As long as the input; null where the value did not fit.
        logical_type: The type all fitting values have; wider than asked when one needed it.
        misfits: Row -> what is wrong with its value, in words without the value.
    """

    array: Any
    logical_type: str
    misfits: dict[int, str]


def build_column(values: Values, column: Column, logical_type: str) -> Converted:
    """Convert a column, widening its type where `column` allows, else naming the bad rows."""
    array = _infer(values) if logical_type not in ("json", "bytes") else None
    made = None if array is None else _cast(array, logical_type, column)
    if made is not None:
        return Converted(made, logical_type, {})
    return _build_slowly(values, column, logical_type)


def _infer(values: Values) -> Any | None:
    if isinstance(values, pa.Array):
        return values
    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError, ValueError, TypeError):
        return None
    if pt.is_temporal(array.type) and len(set(map(type, values)) - {type(None)}) > 1:
        # Beside a datetime, Arrow takes the number 0 for 1970.
        return None
    return array


def _cast(array: Any, logical_type: str, column: Column) -> Any | None:
    if pt.is_null(array.type):
        return pa.nulls(len(array), ARROW_TYPES[logical_type])
    if pt.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pt.is_large_string(array.type) or pt.is_string_view(array.type):
        array = array.cast(pa.string())
    try:
        if column.guessed and pt.is_string(array.type):
            return _GUESSES.get(logical_type, _CASTS[logical_type])(array, column.format)
        return _CASTS[logical_type](array, column.format)
    except CAST_FAILURES:
        return None


def _cast_text(array: Any, _pattern: str | None) -> Any | None:
    if pt.is_string(array.type):
        return None if array.nbytes > MAX_TEXT or _has_nul(array) else array
    return array.cast(pa.string()) if pt.is_integer(array.type) else None


def _has_nul(array: Any) -> bool:
    return _holds(array, b"\x00")


def _holds(array: Any, sought: bytes) -> bool:
    # memchr over the characters themselves costs nothing beside a search value by value.
    _validity, offsets, characters = array.buffers()
    if characters is None or len(array) == 0:
        return False
    bounds = memoryview(offsets).cast("i")
    start, end = bounds[array.offset], bounds[array.offset + len(array)]
    return sought in bytes(memoryview(characters)[start:end])


def _cast_int(array: Any, pattern: str | None) -> Any | None:
    return _in_int(_cast_bigint(array, pattern))


def _in_int(made: Any | None) -> Any | None:
    if made is None or made.null_count == len(made):
        return made
    bounds = pc.min_max(made).as_py()
    low, high = INT_LIMITS["int"]
    return made if low <= bounds["min"] and bounds["max"] <= high else None


def _cast_bigint(array: Any, pattern: str | None) -> Any | None:
    if pt.is_integer(array.type):
        return array.cast(pa.int64())
    if pattern in SIGNS:
        plain = _plain_numbers(array, pattern)
        return None if plain is None else plain.cast(pa.int64())
    # Arrow reads `0x1F` as a number; nobody who exports a file means that.
    if pt.is_string(array.type) and not pc.any(pc.match_substring(array, "x")).as_py():
        return array.cast(pa.int64())
    return None


def _cast_numeric(array: Any, pattern: str | None) -> Any | None:
    if pt.is_integer(array.type):
        return array.cast(pa.string())
    if pt.is_decimal(array.type):
        return array.cast(pa.string())
    if pt.is_floating(array.type):
        array = array.cast(pa.string())
    if not pt.is_string(array.type):
        return None
    if pattern in SIGNS:
        return _plain_numbers(array, pattern)
    return array if _match_all(array, PLAIN_NUMBER) else None


def _match_all(array: Any, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(array, pattern)).as_py() is not False


def _plain_numbers(array: Any, written: str) -> Any | None:
    """Numbers with a point and no groups; None when one is not written that way, or is empty."""
    if not pt.is_string(array.type) or not _match_all(array, PATTERNS[written]):
        return None
    if not _match_all(array, "[0-9]"):
        return None
    group, point = SIGNS[written]
    plain = pc.replace_substring(array, group, "")
    return pc.replace_substring(plain, point, ".") if point != "." else plain


def _guess_bigint(array: Any, pattern: str | None) -> Any | None:
    """Integers without a needless zero in front; Arrow refuses signs and blanks itself."""
    if pattern in SIGNS:
        return _cast_bigint(array, pattern)
    made = array.cast(pa.int64())
    if made.null_count == len(made):
        return made
    zero = pc.and_(pc.starts_with(array, "0"), pc.greater(pc.binary_length(array), 1))
    if pc.any(zero).as_py():
        return None
    is_signed = pc.min(made).as_py() <= 0
    return None if is_signed and pc.any(pc.starts_with(array, "-0")).as_py() else made


def _guess_int(array: Any, pattern: str | None) -> Any | None:
    return _in_int(_guess_bigint(array, pattern))


def _guess_numeric(array: Any, pattern: str | None) -> Any | None:
    if pattern in SIGNS:
        return _plain_numbers(array, pattern)
    return array if _match_all(array, GUESSED_NUMBER) else None


def _guess_bool(array: Any, pattern: str | None) -> Any | None:
    known = pc.or_(pc.is_in(pc.ascii_lower(array), _words(BOOL_WORDS)), pc.is_null(array))
    return _cast_bool(array, pattern) if pc.all(known, min_count=0).as_py() else None


def _cast_float(array: Any, _pattern: str | None) -> Any | None:
    numeric = pt.is_floating(array.type) or pt.is_integer(array.type)
    return array.cast(pa.float64()) if numeric else None


def _cast_bool(array: Any, _pattern: str | None) -> Any | None:
    if pt.is_boolean(array.type) or not pt.is_string(array.type):
        return array if pt.is_boolean(array.type) else None
    words = pc.ascii_lower(pc.ascii_trim_whitespace(array))
    yes, no = pc.is_in(words, _words(TRUE_WORDS)), pc.is_in(words, _words(FALSE_WORDS))
    known = pc.or_(pc.or_(yes, no), pc.is_null(array))
    if not pc.all(known, min_count=0).as_py():
        return None
    return pc.if_else(pc.is_null(array), pa.scalar(None, pa.bool_()), yes)


def _never(_array: Any, _pattern: str | None) -> None:
    """JSON and bytes have no column-wise form here."""


_CASTS = {
    "text": _cast_text,
    "int": _cast_int,
    "bigint": _cast_bigint,
    "numeric": _cast_numeric,
    "float": _cast_float,
    "bool": _cast_bool,
    "timestamp": cast_timestamp,
    "date": cast_date,
    "json": _never,
    "bytes": _never,
}


# Casts of text in columns whose type is a guess, where they are stricter.
_GUESSES = {
    "int": _guess_int,
    "bigint": _guess_bigint,
    "numeric": _guess_numeric,
    "bool": _guess_bool,
    "timestamp": guess_timestamp,
}


def _build_slowly(values: Values, column: Column, logical_type: str) -> Converted:
    plain = build_python_values(values) if isinstance(values, pa.Array) else values
    if logical_type == "json":
        is_text = isinstance(values, pa.Array) and pt.is_string(values.type)
        whole = None if is_text else _dump_all(plain)
        return whole or _build_json_column(plain, is_text=is_text)
    made: list[Any] = [None] * len(plain)
    misfits: dict[int, str] = {}
    for row, value in enumerate(plain):
        try:
            made[row] = fit_value(value, logical_type, column.format, is_guess=column.guessed)
        except Misfit as misfit:
            wider = _find_type(value, column, logical_type)
            if wider is not None:
                # Whatever was converted so far may look different in the wider type.
                return build_column(values, column, wider)
            misfits[row] = str(misfit)
    return Converted(pa.array(made, ARROW_TYPES[logical_type]), logical_type, misfits)


def build_python_values(array: Any) -> list[Any]:
    """An Arrow array (or chunked array) as Python values, for whatever it holds.

    Arrow knows years that Python's datetime does not; such a column comes as text.
    """
    try:
        found: list[Any] = array.to_pylist()
    except (OverflowError, ValueError):
        found = array.cast(pa.string()).to_pylist()
    return found


def _find_type(value: Any, column: Column, current: str) -> str | None:
    candidate = build_next_type(column, current)
    is_doubtful = column.guessed and column.format is None and current in INT_LIMITS
    if is_doubtful and isinstance(value, str) and POINTED.fullmatch(value):
        candidate = "text"
    while candidate is not None:
        try:
            fit_value(value, candidate, column.format, is_guess=column.guessed)
        except Misfit:
            candidate = build_next_type(column, candidate)
        else:
            return candidate
    return None


def _dump_all(plain: Sequence[Any]) -> Converted | None:
    """The column where nothing in it needs a closer look; as `build_json` writes each value."""
    try:
        made = [None if value is None else dump_json(value) for value in plain]
    except TypeError:
        return None
    if sum(len(text) for text in made if text) > MAX_TEXT:
        return None
    array = pa.array(made, pa.string())
    return None if _holds(array, b"\\u0000") else Converted(array, "json", {})


def _build_json_column(plain: Sequence[Any], *, is_text: bool) -> Converted:
    made: list[str | None] = [None] * len(plain)
    misfits: dict[int, str] = {}
    build = _keep_json if is_text else build_json
    for row, value in enumerate(plain):
        if value is not None:
            try:
                made[row] = build(value)
            except Misfit as misfit:
                misfits[row] = str(misfit)
    return Converted(pa.array(made, pa.string()), "json", misfits)


def _keep_json(text: str) -> str | None:
    """JSON documents in a text column of a typed source stay as they are, once proven valid."""
    if not text.strip():
        return None
    try:
        orjson.loads(text)
    except ValueError as error:
        raise Misfit("a text that is no JSON document") from error
    if has_nul_escape(text):
        raise Misfit("contains a NUL character")
    return text
