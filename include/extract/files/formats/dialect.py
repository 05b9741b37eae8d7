"""Delimiter, quote and preamble of a delimited file, found by DuckDB on its first lines."""

import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import duckdb

from include.extract.files.formats.csv_rows import Dialect
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import iter_lines
from include.extract.files.place import Place

log = logging.getLogger(__name__)

SAMPLE_LINES = 2_000
SAMPLE_LINE_CHARS = 20_000
_TYPED = re.compile(
    r"^[-+]?[\d.,]+%?$|^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}|^(true|false)$",
    re.IGNORECASE,
)
_BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".psv": "|"}


def detect_dialect(
    place: Place, facts: FileFacts, max_line_bytes: int, delimiter: str | None = None
) -> Dialect:
    """How to read a file nobody described; a given delimiter is believed.

    A file whose lines hold no known separator is one column wide.
    """
    sample = _load_sample(place, facts, max_line_bytes)
    found = _sniff(sample, delimiter)
    if found is None:
        found = Dialect(delimiter or _BY_SUFFIX.get(place.suffix, ","))
        log.info("action=dialect_assumed file=%s delimiter=%r", place.name, found.delimiter)
    first = _first_row(sample, found)
    typed = any(_TYPED.match(cell.strip()) for cell in first)
    return Dialect(found.delimiter, found.quote, found.skip_lines, has_header=not typed)


def _load_sample(place: Place, facts: FileFacts, max_line_bytes: int) -> list[str]:
    lines = islice(iter_lines(place, facts, max_line_bytes), SAMPLE_LINES)
    # A rejected line still counts as one, so that `skip_lines` stays a line number.
    return [(line.text or "")[:SAMPLE_LINE_CHARS] for line in lines]


def _sniff(sample: list[str], delimiter: str | None) -> Dialect | None:
    forced = ", delim := ?" if delimiter else ""
    query = (
        "select Delimiter, Quote, SkipRows from sniff_csv(?, all_varchar := true,"  # noqa: S608
        f" ignore_errors := true, strict_mode := false{forced})"
    )
    with _as_file(sample) as path, duckdb.connect() as connection:
        try:
            row = connection.execute(
                query,
                [str(path), *([delimiter] if delimiter else [])],
            ).fetchone()
        except duckdb.Error as error:
            log.info("action=sniff_failed error=%s", type(error).__name__)
            return None
    if row is None:
        return None
    found, quote, skipped = row
    quote = quote if len(quote) == 1 else '"'
    return Dialect(delimiter or found or ",", quote, int(skipped))


@contextmanager
def _as_file(sample: list[str]) -> Iterator[Path]:
    """The sample re-coded to UTF-8: DuckDB reads files, and only few encodings."""
    with tempfile.TemporaryDirectory(prefix="elt-sniff-") as folder:
        path = Path(folder) / "sample.csv"
        path.write_text("\n".join(sample) + "\n", encoding="utf-8", errors="replace")
        yield path


def _first_row(sample: list[str], dialect: Dialect) -> list[str]:
    kept = sample[dialect.skip_lines :]
    line = next((text for text in kept if text.strip()), "")
    return [cell.strip(dialect.quote) for cell in line.split(dialect.delimiter)]
