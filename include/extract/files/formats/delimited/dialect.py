"""Delimiter and quote of a delimited file nobody described, from its first lines.

Every pair that could be meant is tried, and the one under which most lines have as many cells as
each other, and quotes only where quotes may stand, is taken.
"""

import csv
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise

from include.extract.files.formats.delimited.cell_kinds import TEXT, WORDS, build_profile, find_kind
from include.extract.files.formats.delimited.csv_rows import Dialect
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import iter_lines
from include.extract.files.place import Place

log = logging.getLogger(__name__)

SAMPLE_LINES = 300
SAMPLE_LINE_CHARS = 20_000
# So many columns no text has by chance.
LEAST_COLUMNS = 3
NO_DELIMITER = "\x1f"
_BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
_USUAL = (",", ";", "\t", "|")
# Also found inside of cells, so they need more evidence.
_UNUSUAL = ("\x01", "^", "~", ":", " ")
_CLOCK = re.compile(r"\d:\d\d")
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[,;\t]*\s*', re.IGNORECASE)


@dataclass(frozen=True)
class Trial:
    """One way to read the sample.

    Attributes:
        width: Cells of most rows.
        share: Part of all rows that have so many, those with wrong quotes counted as others.
    """

    dialect: Dialect
    width: int
    share: float
    rows: Sequence[Sequence[str]]

    @property
    def score(self) -> float:
        if self.width < 2:
            return 0.0
        # More columns are less likely to agree by chance.
        return self.share * (2 - 1 / self.width)


def detect_dialect(
    place: Place, facts: FileFacts, max_line_bytes: int, delimiter: str | None = None
) -> Dialect:
    """How to read a file nobody described; a given delimiter is believed, a `sep=` line as well.

    A file whose lines hold no known separator is one column wide.
    """
    sample = _load_sample(place, facts, max_line_bytes)
    told = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
    skipped = 1 if told else 0
    if told and delimiter is None:
        delimiter = told[1]
    found = _find_best(sample[skipped:], delimiter)
    if found is None:
        mark = delimiter or _BY_SUFFIX.get(place.suffix, ",")
        # Where it separates nothing it is part of a text, and a line is one cell.
        is_text = delimiter is None and any(mark in line for line in sample)
        found = Dialect(NO_DELIMITER if is_text else mark)
        log.info("action=dialect_assumed file=%s delimiter=%r", place.name, found.delimiter)
    return replace(found, skip_lines=skipped)


def _load_sample(place: Place, facts: FileFacts, max_line_bytes: int) -> list[str]:
    lines = islice(iter_lines(place, facts, max_line_bytes), SAMPLE_LINES)
    return [(line.text or "")[:SAMPLE_LINE_CHARS] for line in lines]


def _find_best(sample: Sequence[str], delimiter: str | None) -> Dialect | None:
    text = "\n".join(sample)
    if delimiter is not None:
        return max(_try_quotes(sample, text, delimiter), key=_rank).dialect
    tried = [
        trial
        for mark in (*_USUAL, *_UNUSUAL)
        if mark in text
        for trial in _try_quotes(sample, text, mark)
    ]
    trials = [trial for trial in tried if trial.width > 1]
    usual = [trial for trial in trials if trial.dialect.delimiter in _USUAL]
    best = max(usual, key=_rank, default=None)
    if best is None or best.share < 0.7:
        others = [trial for trial in trials if trial not in usual and _is_convincing(trial)]
        best = max([*others, *([best] if best else [])], key=_rank, default=None)
    if best is None:
        # A quiet month: below a page of titles stand fewer records than there are titles.
        below = [trial for trial in tried if trial.dialect.delimiter in _USUAL]
        best = max((one for one in below if _has_table(one)), key=_rank, default=None)
    return best.dialect if best else None


def _has_table(trial: Trial) -> bool:
    """Lines without the delimiter, and between them one table: labels over other values."""
    runs = [(width, list(run)) for width, run in groupby(trial.rows, key=len) if width > 1]
    if len(runs) != 1 or runs[0][0] < LEAST_COLUMNS or len(runs[0][1]) < 2:
        return False
    width, (labels, *body) = runs[0]
    kinds = [find_kind(label) for label in labels if label.strip()]
    looks = build_profile(body, width).columns
    return (
        len(kinds) >= LEAST_COLUMNS
        and set(kinds) == {TEXT}
        and any(look.kind not in WORDS for look in looks)
    )


def _rank(trial: Trial) -> tuple[float, bool, bool]:
    """Of equal ones the plainer dialect."""
    dialect = trial.dialect
    return round(trial.score, 4), dialect.escape is None, dialect.quote == '"'


def _is_convincing(trial: Trial) -> bool:
    """So regular, and with so much in its columns but words, that the mark does separate."""
    if trial.width < 3 or trial.share < 0.9:
        return False
    pairs = (pair for row in trial.rows for pair in pairwise(row))
    if trial.dialect.delimiter == ":" and any(_CLOCK.search(":".join(pair)) for pair in pairs):
        return False
    looks = build_profile(trial.rows[1:], trial.width).columns
    return any(look.kind not in ("", TEXT, "long") for look in looks)


def _try_quotes(sample: Sequence[str], text: str, delimiter: str) -> Iterator[Trial]:
    plain = _try(sample, Dialect(delimiter))
    if _has_spaces(plain.rows, text, delimiter):
        plain = _try(sample, Dialect(delimiter, skip_space=True))
    yield plain
    if '\\"' in text:
        yield _try(sample, replace(plain.dialect, escape="\\"))
    if re.search(rf"(?:^|{re.escape(delimiter)} ?)'", text, re.MULTILINE):
        single = _try(sample, replace(plain.dialect, quote="'"))
        if _count_quoted(sample, delimiter, "'") > _count_quoted(sample, delimiter, '"'):
            yield single


def _has_spaces(rows: Sequence[Sequence[str]], text: str, delimiter: str) -> bool:
    """Each delimiter is followed by a space, which then belongs to it."""
    if delimiter == " " or f"{delimiter} " not in text:
        return False
    cells = [cell for row in rows for cell in row[1:] if cell]
    spaced = sum(cell.startswith(" ") for cell in cells)
    # A quote behind the space is none without it, and its text falls apart into cells.
    return bool(cells) and spaced >= (0.6 if f'{delimiter} "' in text else 1.0) * len(cells)


def _count_quoted(sample: Sequence[str], delimiter: str, quote: str) -> int:
    edge = re.escape(delimiter)
    inside = f"{re.escape(quote)}[^{re.escape(quote)}]*{re.escape(quote)}"
    cell = re.compile(rf"(?:^|(?<={edge})) ?{inside}(?=$|{edge})")
    return sum(len(cell.findall(line)) for line in sample)


def _try(sample: Sequence[str], dialect: Dialect) -> Trial:
    rows, broken = _read_rows(sample, dialect)
    if not rows and len(sample) > 2:
        # A quote too many in the header takes all lines with it.
        rows, _ = _read_rows(sample[1:], dialect)
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    return Trial(dialect, width, count / max(len(rows) + broken, 1), rows)


def _read_rows(sample: Sequence[str], dialect: Dialect) -> tuple[list[list[str]], int]:
    """Rows that hold anything, and how many could not be read."""
    reader = dialect.reader(f"{line}\n" for line in sample)
    rows: list[list[str]] = []
    broken = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            broken += 1
            continue
        if row is None:
            return rows, broken
        if any(cell.strip() for cell in row):
            rows.append(row)
