"""A million orders as people export them: deterministic, every known kind of dirt at a real rate.

Lines end with CRLF. One row in 20 has a comment beyond ASCII, one in three a quoted comma, one in
100 a line break in a cell, one in 200 an amount with currency sign and thousands separator, one in
50 another date format; ragged rows, blank lines, NUL bytes, unclosed quotes and a total between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER = (
    *("Order ID", "Customer", "Status", "E-Mail", "Total", "Tax", "Currency", "Paid", "Items"),
    *("Created", "Updated", "Ordered on", "Status"),
)
STATUSES = ("paid", "open", "refunded")


@dataclass
class Written:
    """What a file holds: rows that can be loaded, and lines that cannot."""

    rows: int = 0
    bad: int = 0


def write_dirty(path: Path, rows: int, encoding: str) -> Written:
    """Write `rows` good rows and the dirt between them.

    Args:
        encoding: `cp1252`, or `utf-8-sig` for UTF-8 behind a byte order mark with some lines that
            are no UTF-8.
    """
    written = Written()
    with path.open("wb") as stream:
        if encoding == "utf-8-sig":
            stream.write(b"\xef\xbb\xbf")
        codec = encoding.removesuffix("-sig")
        stream.write((",".join(HEADER) + "\r\n").encode(codec))
        for lines in _chunks(rows, written):
            stream.write("".join(lines).encode(codec))
            if codec == "utf-8":
                stream.write(b"77777777,1,open,Gr\xf6\xdfe,1,1,EUR,true,1,,,,\r\n")
                written.bad += 1
        stream.write(b"\r\n" + b"Total,,," + b"\r\n")
        written.bad += 1
    return written


def _chunks(rows: int, written: Written) -> Iterator[list[str]]:
    for first in range(0, rows, 10_000):
        lines: list[str] = []
        for number in range(first, min(first + 10_000, rows)):
            lines.append(_row(number))
            written.rows += 1
            if number % 700 == 3:
                lines.append("\r\n")
            if number % 1_000 == 4:
                lines.append(f"{number},ragged,row\r\n")
                written.bad += 1
            if number % 5_000 == 5:
                lines.append(_row(number).replace("user", "us\0er"))
                written.bad += 1
            if number % 10_000 == 6:
                lines.append(f'{number},1,open,"never closed,1,1,EUR,true,1,,,,\r\n')
                written.bad += 1
        yield lines


def _row(number: int) -> str:
    mixed = (number * 2_654_435_761 ^ 0x5BD1E995) & 0xFFFFF
    day, month, hour = 1 + mixed % 28, 1 + mixed % 12, mixed % 24
    amount = f"{mixed / 100:.2f}"
    if number % 200 == 7:
        amount = f'"$ {mixed / 100:,.2f}"' if number % 400 == 7 else f"{mixed / 100:.2f} €"
    ordered = f"2025-{month:02d}-{day:02d}"
    if number % 50 == 9:
        ordered = f"{day:02d}.{month:02d}.2025" if number % 100 == 9 else f"{month}/{day}/2025"
    return (
        f"{number},{mixed & 0xFFFF},{STATUSES[mixed % 3]},user{mixed}@example.com,{amount},"
        f"{mixed % 9_999 / 100:.2f},EUR,{'true' if mixed & 1 else 'false'},{mixed & 7},"
        f"2025-{month:02d}-{day:02d}T{hour:02d}:15:00Z,2025-{month:02d}-{day:02d}T{hour:02d}:45:00Z,"
        f"{ordered},{_comment(number, mixed)}\r\n"
    )


def _comment(number: int, mixed: int) -> str:
    if number % 100 == 11:
        return f'"first line {mixed}\r\nsecond ""line"""'
    if number % 20 == 1:
        return f"Größe {mixed} – süß"
    if number % 3 == 0:
        return f'"gift, wrapped {mixed}"'
    return f"plain comment {mixed}"
