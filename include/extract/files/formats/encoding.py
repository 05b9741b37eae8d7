"""The encoding of a file that says nothing about it: byte order mark, UTF-8, or the likeliest.

A guess is judged by what the text would look like: capitals stand at the beginning of words or in
words of capitals, words keep to one script, signs do not stand inside words. Nothing here is sure,
so whoever uses a guess says so.
"""

import codecs
import re
import unicodedata
from functools import cache

from include.core.errors import ConfigError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
FALLBACK_ENCODING = "cp1252"
# In order of preference where the text looks as good in several.
_CANDIDATES = (
    *(FALLBACK_ENCODING, "cp1251", "cp932", "mac-roman", "cp850", "koi8-r"),
    *("euc-kr", "gb18030", "cp1253", "cp1250"),
)
SAMPLE_BYTES = 65_536
_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = frozenset("€£¥§°±²³µ·¹º«»½¼¾¿¡©®™–—‘’“”„•…†‡‰‹›´`¨×÷\u00a0、。「」・ー，（）：；№")
_INSIDE_WORDS = frozenset("’'ªº·")


def find_bom(head: bytes) -> tuple[str | None, int]:
    """Encoding and length of a byte order mark; UTF-16 is also known by its zero bytes."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    pairs = len(head) // 2
    zeros = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    # Delimiters, digits and line breaks are one byte wide in any language.
    if pairs >= 2 and max(zeros) >= 0.2 * pairs and min(zeros) <= 0.02 * pairs:
        return ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"), 0
    return None, 0


def name_encoding(encoding: str) -> str:
    """The codec's own name.

    Raises:
        ConfigError: If there is no such codec.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise ConfigError(
            f"option `encoding` is `{encoding}`. Expected auto or a codec name such as `latin-1`. "
            "Correct the tenant file."
        ) from None
    return "utf-8" if name in ("utf-8-sig", "ascii") else name


def guess_encoding(sample: bytes) -> str:
    """The likeliest of the encodings files are still written in, Windows-1252 when none stands out.

    Args:
        sample: Lines with bytes above 127.
    """
    scores = {name: _score(sample.decode(name, "replace")) for name in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda name: scores[name])  # the first of equal ones
    return best if scores[best] > max(0.0, scores[FALLBACK_ENCODING] + 0.2) else FALLBACK_ENCODING


def _score(text: str) -> float:
    """How much the characters above 127 look like words: about 1 for a text, below 0 for noise."""
    total = 0.0
    count = 0
    for word in _WORD.finditer(text):
        letters = word[0]
        if not letters.isascii():
            foreign = sum(not letter.isascii() for letter in letters)
            count += foreign
            total += foreign * _score_word(letters, foreign)
    for at, sign in enumerate(text):
        if not (sign.isascii() or sign.isalpha()):
            count += 1
            total += _score_sign(sign, text[at - 1 : at], text[at + 1 : at + 2])
    return total / count if count else 0.0


def _score_word(word: str, foreign: int) -> float:
    scripts = {_script(letter) for letter in word}
    if "other" in scripts:
        return -1.0
    if scripts <= {"han", "kana"}:
        return 1.0 if "kana" in scripts else 0.7
    if len(scripts) > 1:
        return -1.0
    if scripts == {"hangul"}:
        return 0.9
    if word != word.upper() and word[1:] != word[1:].lower():
        return -1.0
    if len(word) == 1:
        return 0.4
    # Languages of Latin letters have few words without a plain one.
    return -0.5 if scripts == {"latin"} and foreign == len(word) > 2 else 1.0


def _score_sign(sign: str, before: str, after: str) -> float:
    if sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Co", "Cn"):
        return -3.0
    if before.isalpha() and after.isalpha() and sign not in _INSIDE_WORDS:
        return -1.0
    return 1.0 if sign in _SIGNS else -0.5


@cache
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    if name.startswith("CJK"):
        return "han"
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "kana"
    known = ("latin", "cyrillic", "greek", "hangul")
    return next((script for script in known if name.startswith(script.upper())), "other")
