"""What a cell looks like, and what the columns of a table look like: the evidence for its layout.

Kinds only decide which line is the header and whether a row stands where it should; the type of a
column is decided elsewhere, on more than a sample.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from include.extract.files.formats.delimited.total_words import begins_like_total

EMPTY, TEXT, NUMBER, DATE = "", "text", "number", "date"
_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))"
_NAMED_DAY = r"\d{1,2}[-. ]{1,2}[^\W\d_]{3,9}[-., ]{1,2}(?:\d{4}|\d{2})"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_MONEY = r"(?:[$€£¥₹]|[A-Z]{3}(?=[ \d-]))?"
_KINDS = (
    ("url", re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)),
    ("mail", re.compile(r"[^@\s]+@[^@\s]+\.[^\W\d_]{2,}")),
    (DATE, re.compile(f"{_DAY}|{_NAMED_DAY}")),
    ("moment", re.compile(rf"{_DAY}(?:T|,? ){_TIME}(?: ?Z| ?UTC| ?[+-]\d\d:?\d\d)?")),
    ("time", re.compile(_TIME)),
    (
        NUMBER,
        re.compile(
            rf"[-+(]?{_MONEY} ?[-+]?(?:\d[\d.,'’ \u00a0]*|[.,]\d+)(?:[eE][+-]?\d+)?"
            r"(?: ?(?:%|[$€£¥₹]|[A-Z]{3}))?[)-]?"
        ),
    ),
    ("bool", re.compile(r"true|false", re.IGNORECASE)),
    ("uuid", re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)),
)
WORDS = (EMPTY, TEXT, "long")
_NOTHING = frozenset(("null", "n/a", "na", "-", "--", "\\n", "none", "nan"))
LONG_TEXT = 60
# A column is judged by its emptiness only where so many rows were seen.
ENOUGH_ROWS = 4


def find_kind(cell: str) -> str:
    """Kind of one cell; `""` for one that says nothing, `long` for a sentence."""
    cell = cell.strip()
    if not cell or cell.lower() in _NOTHING:
        return EMPTY
    if len(cell) <= LONG_TEXT or cell.startswith("http"):
        for kind, pattern in _KINDS:
            if pattern.fullmatch(cell):
                return kind
    return "long" if len(cell) > LONG_TEXT else TEXT


def count_filled(cells: Iterable[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


@dataclass(frozen=True)
class ColumnLook:
    """One column of a sample.

    Attributes:
        kind: The one nearly all values have; `text` when they differ, `""` when there are none.
        form: Letters and digits of nearly all values (`aa-9999`), where they share one.
        is_filled: No row lacks a value, of enough to say so.
        never_lacked: No row lacks a value, of however few.
        is_empty: Hardly a row has a value.
    """

    kind: str
    form: str | None
    is_filled: bool
    is_empty: bool
    never_lacked: bool = False

    def fits(self, cell: str) -> bool:
        """A value that could stand here."""
        kind = find_kind(cell)
        if kind == EMPTY:
            return not self.is_filled or bool(cell.strip())
        if self.kind == EMPTY and self.is_empty:
            return False
        if self.form is not None:
            return _form(cell) == self.form
        return self.kind in (EMPTY, TEXT, "long", kind)


@dataclass(frozen=True)
class Profile:
    """The columns of a table as its first rows show them.

    Attributes:
        rows: How many rows it was made from.
    """

    columns: tuple[ColumnLook, ...]
    rows: int

    @property
    def width(self) -> int:
        return len(self.columns)

    def is_foreign(self, labels: Sequence[str]) -> bool:
        """Words, each another, over every column of values: the header of another table."""
        typed = [at for at, look in enumerate(self.columns) if look.kind not in WORDS]
        return (
            len(labels) == self.width > 1
            and len(set(labels)) == len(labels)
            and all(find_kind(label) == TEXT for label in labels)
            and bool(typed)
            and not any(self.columns[at].fits(labels[at]) for at in typed)
        )

    def count_gaps(self, cells: Sequence[str]) -> int:
        """Empty cells where no row seen has one."""
        pairs = zip(self.columns, cells, strict=True)
        return sum(look.never_lacked and not cell.strip() for look, cell in pairs)

    def is_bare_sum(self, cells: Sequence[str]) -> bool:
        """Numbers alone, where all rows seen begin with more than that."""
        filled = [
            find_kind(cell) == look.kind == NUMBER
            for look, cell in zip(self.columns, cells, strict=True)
            if cell.strip()
        ]
        is_named = self.columns[0].never_lacked and not cells[0].strip()
        return is_named and self.rows > 1 and all(filled) and self.count_gaps(cells) > 1

    def count_misfits(self, cells: Sequence[str]) -> int:
        """Cells that could not stand where they are; of a row as wide as the table."""
        return sum(not look.fits(cell) for look, cell in zip(self.columns, cells, strict=True))


def build_profile(rows: Sequence[Sequence[str]], width: int) -> Profile:
    """Of the rows that are exactly so wide, without notes and totals among them."""
    wide = [row for row in rows if len(row) == width and count_filled(row)]
    kept = [row for row in wide if not _is_remark(row)]
    kept = kept if len(kept) >= 0.3 * len(wide) else wide
    columns = zip(*kept, strict=True) if kept else [()] * width
    return Profile(tuple(map(_build_look, columns)), len(kept))


def _is_remark(row: Sequence[str]) -> bool:
    first = next(cell for cell in row if cell.strip())
    return (len(row) > 2 and count_filled(row) == 1) or begins_like_total(first)


def _build_look(values: Sequence[str]) -> ColumnLook:
    filled = [value for value in values if value.strip()]
    kinds = Counter(kind for value in filled if (kind := find_kind(value)))
    kind, count = kinds.most_common(1)[0] if kinds else (EMPTY, 0)
    total = sum(kinds.values())
    if total and count < 0.95 * total:
        kind = TEXT
    has_enough = len(values) >= ENOUGH_ROWS
    return ColumnLook(
        kind=kind,
        form=_find_form(filled) if kind == TEXT and has_enough else None,
        is_filled=has_enough and len(filled) == len(values),
        is_empty=has_enough and len(filled) <= 0.1 * len(values),
        never_lacked=1 < len(filled) == len(values),
    )


def _find_form(values: Sequence[str]) -> str | None:
    """The common form of codes; words have as many letters as they like."""
    forms = {_form(value) for value in values}
    form = forms.pop() if len(forms) == 1 and len(values) >= ENOUGH_ROWS else None
    return form if form and ("9" in form or not form.isalnum()) and len(form) <= 20 else None


def _form(cell: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", cell))
