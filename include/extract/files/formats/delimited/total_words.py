"""The words a row of totals begins with, in the languages of those who send us files."""

import re

TOTAL_WORDS = (
    r"(?:grand[ -]?|sous[ -]|sub[ -]?|net )?tota(?:l|ls|le|les|li)\b|sums?\b|summe\b|gesamt"
    r"|zwischensumme|(?:end|schluss)?saldo\b|somme\b|suma\b|subtotal|totaal|i alt\b"
    r"|celkem|razem|összesen|toplam"
    r"|итого|всего|合計|小計|总计|合计|balance\b|closing balance|kontostand"
)
_BEGINNING = re.compile(TOTAL_WORDS, re.IGNORECASE)
_ONLY_TOTAL = re.compile(
    r"(?:grand |sub[ -]?)?totals?(?::.*)?|zwischensumme:?|sous[ -]total"
    r"|(?:gesamt)?summe:?|gesamt:?|total g[eé]n[eé]ral|totale:?|totaal"
    r"|итого:?"
    r"|всего:?|合計|总计|合计|celkem|razem|összesen|toplam",
    re.IGNORECASE,
)
# Excel's own subtotals: `North Total`.
_ENDING = re.compile(r".+\s(?:sub)?(?:total|ergebnis|summe)", re.IGNORECASE)
# First letters of all of them; a blank may stand before.
TOTAL_BEGINNINGS = "tgsnzekirctuTGSNZEKIRCTUbB öÖиИвВ合小总"


def begins_like_total(cell: str) -> bool:
    """`Total for March`; also `Total Wine`, so that more must speak for it."""
    return _BEGINNING.match(cell.strip()) is not None


def is_total(cell: str) -> bool:
    """`Total` and nothing else, or `Total: Account`: enough in the last lines of a table."""
    return _ONLY_TOTAL.fullmatch(cell.strip()) is not None


def ends_like_total(cell: str) -> bool:
    """`North Total`, as Excel writes below each group."""
    return _ENDING.fullmatch(cell.strip()) is not None
