"""Twenty files that are not what their names say, each broken in its own way."""

import gzip
import io
import zipfile
from pathlib import Path

import xlsxwriter

GOOD = "id,name,amount\n{number},n{number},1.50\n"
# Bytes a feed of these files may unpack: two of them hold more.
MAX_UNPACKED_BYTES = 1_000_000


def write_good_files(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"good_{number:03}.csv").write_text(GOOD.format(number=number))


def write_broken_files(folder: Path) -> dict[str, str]:
    """Write them; stream -> words of the reason it must give."""
    content = _contents()
    for name, (data, _) in content.items():
        (folder / name).write_bytes(data)
    return {name.split(".")[0]: told for name, (_, told) in content.items()}


def _contents() -> dict[str, tuple[bytes, str]]:
    book, big = _book(), b"id,name\n" + b"1,x\n" * 400_000
    ragged = "id,name\n" + "1,2,3,4\n5\n" * 40
    return {
        "cut_array.json": (b'[{"id": 1},', "no valid JSON"),
        "deep.json": (b"[" * 100_000, "no valid JSON"),
        "html.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "no readable workbook"),
        "text.xlsx": (b"id,name\n1,a\n", "no readable workbook"),
        "cut.xlsx": (book[: len(book) // 2], "no readable workbook"),
        "hollow.xlsx": (_zip({"mimetype": b"x"}), "no readable workbook"),
        "noise_old.xls": (bytes(range(256)) * 20, "no readable workbook"),
        "head.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504, "no readable workbook"),
        "noise_binary.xlsb": (b"PK\x03\x04" + b"\0" * 100, "no readable workbook"),
        "noise_open.ods": (b"\0" * 64, "no readable workbook"),
        "packed_book.xlsx.gz": (gzip.compress(b"no book"), "no readable workbook"),
        "no_gzip.csv.gz": (b"id\n1\n", "cannot be read"),
        "cut_gzip.csv.gz": (gzip.compress(bytes(range(256)) * 99)[:-30], "cannot be read"),
        "huge_gzip.csv.gz": (gzip.compress(big), "max_unpacked_bytes"),
        "huge_zip.zip": (_zip({"a.csv": big}), "max_unpacked_bytes"),
        "no_zip.zip": (b"id\n1\n", "no readable zip"),
        "void.zip": (_zip({}), "holds `0` files"),
        "locked.zip": (_lock(_zip({"a.csv": b"id\n1\n"})), "needs a password"),
        "ragged.csv": (ragged.encode(), "do not fit"),
        "no_objects.jsonl": (b"[1]\n" * 30, "do not fit"),
    }


def _book() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().write_row(0, 0, ["id", "name"])
    book.close()
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _lock(data: bytes) -> bytes:
    """The same zip with its member marked as encrypted, in both of its headers."""
    marked = bytearray(data)
    marked[6] |= 1
    marked[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(marked)
