"""JSON with every number as it was written, and one bad value no reason to lose the rest.

orjson is quick and rounds: integers beyond 64 bits and decimals of more than 17 digits become the
nearest float. It also refuses a whole document for one NaN, one half of a surrogate pair or one
byte that is no UTF-8; such values are let through here, and whoever loads their record refuses it.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from math import isfinite
from typing import Any

import orjson

# Sixteen characters of digits and dots: more than a float surely keeps. Every text is searched for
# them, so by the quickest means: a pattern takes twice as long.
_DIGITS = bytes(48 if chr(code) in "0123456789." else 32 for code in range(256))
_LONG_NUMBER = b"0" * 16
# What can be written as JSON again; Python's own readers and writers give up further down.
MAX_DEPTH = 200
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_SPACED_COLON = re.compile(rb'"\s++:')
_BRACKETS = re.compile(rb"[\[{]|[\]}]")


class NotFinite(float):
    """NaN or an infinity, which JSON does not have; no type but a float's column takes it."""


class DoubledKeys(dict[str, Any]):
    """An object that was sent with a key twice, of which a dict holds only the last value.

    Attributes:
        pairs: All it was sent with, in order.
    """

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _parse_fraction(text: str) -> float | Decimal:
    number = float(text)
    return number if isfinite(number) and Decimal(repr(number)) == Decimal(text) else Decimal(text)


def parse_record(content: bytes) -> Any:
    """One document that is one record: exact as `parse_json`, and refused as a whole if it is odd.

    Raises:
        ValueError: If it is no JSON, holds NaN, or is nested deeper than anybody reads.
    """
    if content.count(b"[") + content.count(b"{") > MAX_DEPTH and _is_deep(content):
        raise ValueError("nested too deeply")
    if _LONG_NUMBER not in content.translate(_DIGITS):
        return orjson.loads(content)
    try:
        return json.loads(content, parse_float=_parse_fraction, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def has_double_keys(content: bytes, value: Any) -> bool:
    """Some object of the document has a key twice, of which only the last value is left.

    Args:
        value: What the document was read as.
    """
    if content.count(b'":') == _count_keys(value) and not _SPACED_COLON.search(content):
        return False
    return is_doubled(parse_doubled(content))


def parse_doubled(content: bytes) -> Any:
    """The document as `parse_json` reads it, with each object that has a key twice marked so.

    Raises:
        ValueError: If it is no JSON, or nested deeper than anybody reads.
    """
    try:
        return build_decoder().decode(content.decode("utf-8-sig", "surrogateescape"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def build_decoder() -> json.JSONDecoder:
    """A decoder that loses no digit and marks objects with a key twice as `DoubledKeys`."""
    return json.JSONDecoder(
        object_pairs_hook=_keep_doubles, parse_float=_parse_fraction, parse_constant=NotFinite
    )


def _keep_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else DoubledKeys(pairs)


def is_doubled(value: Any) -> bool:
    """Some object in it, however deep, was sent with a key twice."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, DoubledKeys):
            return True
        if isinstance(one, dict | list):
            rest += one.values() if isinstance(one, dict) else one
    return False


def write_doubled(value: Any) -> str:
    """It as JSON again, keys that were sent twice written twice."""
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, DoubledKeys) else value.items()
        return "{" + ", ".join(f"{json.dumps(k)}: {write_doubled(v)}" for k, v in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_doubled, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def _count_keys(value: Any) -> int:
    count, rest = 0, [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            count += len(one)
            rest += [inner for inner in one.values() if isinstance(inner, dict | list)]
        elif isinstance(one, list):
            rest += [inner for inner in one if isinstance(inner, dict | list)]
    return count


def _is_deep(content: bytes) -> bool:
    depth = 0
    for bracket in _BRACKETS.findall(_TEXT.sub(b"", content)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _refuse(text: str) -> NotFinite:
    raise ValueError(f"{text} is no number")


def parse_json(
    content: bytes, parse_fraction: Callable[[str], float | Decimal] = _parse_fraction
) -> Any:
    """The document; fractions as float where that is exactly what was written, else as Decimal.

    Args:
        parse_fraction: Decimal, to have all fractions with the zeros they were written with.

    Raises:
        ValueError: If it is no JSON, or nested deeper than anybody reads.
    """
    if parse_fraction is _parse_fraction and _LONG_NUMBER not in content.translate(_DIGITS):
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass
    text = content.decode("utf-8-sig", "surrogateescape")
    try:
        return json.loads(text, parse_float=parse_fraction, parse_constant=NotFinite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
