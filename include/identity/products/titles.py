"""A product's title taken apart: words, size, colour, content, pack, bundle."""

import re
from dataclasses import dataclass

from anyascii import anyascii

# What one writes as a size of clothes; numbers of shoes are told by their place.
SIZES = {
    "xxs": "xxs", "xs": "xs", "s": "s", "m": "m", "l": "l", "xl": "xl", "xxl": "xxl", "2xl": "xxl",
    "xxxl": "xxxl", "3xl": "xxxl", "small": "s", "medium": "m", "large": "l", "x-large": "xl",
    "extra-large": "xl", "regular": "regular", "long": "long", "short": "short", "tall": "tall",
    "wide": "wide", "narrow": "narrow", "petite": "petite",
}  # fmt: skip
# A variant's name that says there is none.
NO_SIZE = {"default title", "one size", "onesize", "os", "standard", "default", "n/a"}
# A till calls the only variant of a thing so; beside `Long` it is a size.
LONE_SIZES = {"regular", "normal", "single"}
COLORS = {
    "black": "black", "blk": "black", "white": "white", "wht": "white", "red": "red",
    "blue": "blue", "blu": "blue", "green": "green", "grn": "green", "yellow": "yellow",
    "grey": "grey", "gray": "grey", "gry": "grey", "brown": "brown", "brn": "brown",
    "navy": "navy", "olive": "olive", "sand": "sand", "rust": "rust", "ivory": "ivory",
    "slate": "slate", "moss": "moss", "beige": "beige", "pink": "pink", "purple": "purple",
    "orange": "orange", "silver": "silver", "gold": "gold", "khaki": "khaki", "tan": "tan",
    "schwarz": "black", "weiss": "white", "rot": "red", "blau": "blue", "grun": "green",
    "noir": "black", "blanc": "white", "rouge": "red", "bleu": "blue", "vert": "green",
    "negro": "black", "blanco": "white", "rojo": "red", "azul": "blue", "verde": "green",
}  # fmt: skip
# unit -> (what it measures in, how many of that)
UNITS = {
    "mg": ("g", 0.001), "g": ("g", 1), "gr": ("g", 1), "gram": ("g", 1), "grams": ("g", 1),
    "kg": ("g", 1000), "oz": ("g", 28.349523), "lb": ("g", 453.59237), "lbs": ("g", 453.59237),
    "ml": ("ml", 1), "cl": ("ml", 10), "dl": ("ml", 100), "l": ("ml", 1000), "ltr": ("ml", 1000),
    "liter": ("ml", 1000), "litre": ("ml", 1000), "fl oz": ("ml", 29.573530),
    "floz": ("ml", 29.573530), "mm": ("mm", 1), "cm": ("mm", 10), "in": ("mm", 25.4),
    "inch": ("mm", 25.4), "w": ("w", 1), "kw": ("w", 1000), "gb": ("gb", 1), "tb": ("gb", 1000),
}  # fmt: skip
BUNDLES = {
    "bundle": "bundle", "bndl": "bundle", "bundles": "bundle", "kit": "kit", "kits": "kit",
    "set": "set", "sets": "set", "combo": "bundle", "multibuy": "bundle",
}  # fmt: skip
_UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
_CONTENT = re.compile(rf"(?<![\w.])(\d+(?:[.,]\d+)?)\s*({_UNIT})(?![\w])")
_TIMES = re.compile(rf"(?<![\w.])(\d+)\s*[x*]\s*(?=\d+(?:[.,]\d+)?\s*(?:{_UNIT})\b)")
_PACKS = (
    re.compile(r"(?<!\w)(?:pack|box|case|set|bag)\s*of\s*(\d+)(?!\w)"),
    re.compile(r"(?<!\w)(\d+)\s*-?\s*(?:pack|pk|pck|pcs|pieces|count|ct|stk|stuck|er pack)(?!\w)"),
    re.compile(r"(?<!\w)(\d+)er(?!\w)"),
)
_WORD = re.compile(r"[a-z0-9]+")
_FILLERS = {"the", "a", "an", "and", "with", "for", "by", "of", "in", "co", "size", "color", "pack"}


@dataclass(frozen=True)
class Title:
    """Parts of a title; None where it does not say.

    Attributes:
        words: What is left, folded, each once, sorted.
        content: `250g`, `1000ml`; ounces and pounds in grams.
        pack: How many are sold together.
        bundle: Words that say several things are sold as one: `kit`, `bundle set`.
    """

    words: tuple[str, ...]
    size: str | None
    colors: tuple[str, ...]
    content: str | None
    pack: int | None
    bundle: str | None


def fold(text: str | None) -> str:
    """Small Latin letters without accents."""
    return anyascii(text or "").lower().replace("’", "'").replace("'", "")


def read_title(
    title: str | None,
    variant: str | None = None,
    brand: str | None = None,
    *,
    is_lone: bool = False,
) -> Title:
    """Take a title apart; a variant's name, where the source has one, says the size.

    Args:
        brand: Its words stay words: systems without the field write them into the title.
        is_lone: The only variant of its product: `Regular` is then no size.
    """
    named = fold(variant).strip()
    text = fold(title)
    if named:
        text = text.removesuffix(named).rstrip(" -/|,")
    for nothing in NO_SIZE:
        text = re.sub(rf"\s*[-/|,]\s*{re.escape(nothing)}\s*$", "", text)
    if named in NO_SIZE or (is_lone and named in LONE_SIZES):
        named = ""
    text, pack = _take_pack(text)
    text, content = _take_content(text)
    if named:
        named, pack_named = _take_pack(named)
        named, content_named = _take_content(named)
        pack, content = pack or pack_named, content or content_named
        size, rest = _split_variant(named)
        text = f"{text} {rest}"
    else:
        text, size = _take_size(text)
    found = _WORD.findall(f"{text} {fold(brand)}")
    words = {COLORS.get(word, word) for word in found} - _FILLERS
    return Title(
        words=tuple(sorted(words - BUNDLES.keys())),
        size=size,
        colors=tuple(sorted({COLORS[word] for word in found if word in COLORS})),
        content=content,
        pack=pack,
        bundle=" ".join(sorted({BUNDLES[word] for word in words if word in BUNDLES})) or None,
    )


def _take_pack(text: str) -> tuple[str, int | None]:
    for pattern in (_TIMES, *_PACKS):
        found = pattern.search(text)
        if found and 1 < int(found[1]) < 10_000:
            return f"{text[: found.start()]} {text[found.end() :]}", int(found[1])
    return text, None


def _take_content(text: str) -> tuple[str, str | None]:
    found = _CONTENT.search(text)
    if found is None:
        return text, None
    unit, factor = UNITS[found[2]]
    amount = float(found[1].replace(",", ".")) * factor
    # Half of three significant digits forgives rounded ounces.
    return f"{text[: found.start()]} {text[found.end() :]}", f"{float(f'{amount:.3g}'):g}{unit}"


def _take_size(text: str) -> tuple[str, str | None]:
    """The last word, if it is a size: `Rain Shell Navy M`, `Trail Boot 41`."""
    head, _, last = text.rstrip(" )").rpartition(" ")
    size = _read_size(last.strip("(-/|,"))
    return (head.rstrip(" -/|,("), size) if head and size else (text, None)


def _split_variant(named: str) -> tuple[str | None, str]:
    """`Black / M` -> (`m`, `black`): the size, and what else tells variants apart."""
    whole = _read_size(named)
    if whole:
        return whole, ""
    parts = [part.strip() for part in re.split(r"[/,|]+|\s-\s", named) if part.strip()]
    sizes = [(place, size) for place, part in enumerate(parts) if (size := _read_size(part))]
    if not sizes:
        return None, named
    place, size = sizes[0]
    return size, " ".join(parts[:place] + parts[place + 1 :])


def _read_size(text: str) -> str | None:
    words = text.strip().replace(" ", "-")
    if words in SIZES:
        return SIZES[words]
    number = re.fullmatch(r"(?:eu|us|uk)?-?(\d{2}(?:[.,]5)?)", words)
    if number and 16 <= float(number[1].replace(",", ".")) <= 60:
        return number[1].replace(",", ".")
    return None
