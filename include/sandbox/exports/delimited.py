"""Writing of export files: bytes are decided here, not by the platform."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path


def build_delimited(
    rows: Iterable[Sequence[object]], delimiter: str = ",", newline: str = "\n"
) -> str:
    """Rows as delimited text, quoted only where needed."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerows(rows)
    return out.getvalue()


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write text exactly as it is (no newline translation), making the folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def amount(cents: int) -> str:
    """Plain major units with two digits: -150 -> "-1.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
