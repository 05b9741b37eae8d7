"""Seeded randomness that never depends on hash order, process or wall clock."""

import hashlib
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def build_dice(seed: int, *scope: object) -> random.Random:
    """A generator of its own per scope, so that one part drawing more never shifts another part."""
    return random.Random("/".join(str(part) for part in (seed, *scope)))


def build_token(seed: int, *scope: object, length: int = 24) -> str:
    """Base62 text derived from the scope, for vendor ids."""
    number = int.from_bytes(
        hashlib.sha256("/".join(str(part) for part in (seed, *scope)).encode()).digest(), "big"
    )
    found = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        found.append(ALPHABET[digit])
    return "".join(found)


def build_zipf(count: int, exponent: float = 0.85) -> list[float]:
    """Cumulative weights of ranks 1..count: few take most, as in real sales."""
    return list(accumulate(1 / rank**exponent for rank in range(1, count + 1)))


def pick(dice: random.Random, options: Sequence[tuple[T, float]]) -> T:
    """One of the options by weight."""
    return dice.choices([name for name, _ in options], [weight for _, weight in options])[0]


def between(dice: random.Random, start: datetime, end: datetime) -> datetime:
    """A whole second in [start, end); start itself when the interval is empty."""
    seconds = int((end - start).total_seconds())
    return start + timedelta(seconds=dice.randrange(seconds)) if seconds > 0 else start


def shop_hours(dice: random.Random, instant: datetime) -> datetime:
    """The same UTC day at an hour when people buy (most in the US afternoon and evening)."""
    hour = dice.choices(
        range(24), (5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 6, 7, 7, 7, 7, 8, 8, 8, 7)
    )[0]
    return instant.replace(hour=hour)
