"""What a sheet's XML says and calamine does not: how far it reaches, what its cells hide.

Looked at before calamine, which makes room for every cell up to the last: a file of one kilobyte
with a value in the last corner of a sheet would ask for hundreds of gigabytes. Only .xlsx and .xlsm
have this XML; the others are tried in a process of their own with little memory.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from include.core.errors import ContractBroken
from include.extract.files.formats.workbooks.book_kind import find_book_suffix
from include.extract.files.place import Place

XML_SUFFIXES = (".xlsx", ".xlsm")
# An area mostly of nothing may have so many cells; a fuller one as many as the feed allows.
SPARSE_CELLS = 5_000_000
FILLED_SHARE = 20
MAX_BOOK_BYTES = 2_000_000_000
# Sheets shrink to a tenth or a fiftieth; more is made to be small.
MAX_RATIO = 400
SMALL_BYTES = 50_000_000
PROBE_BYTES = 1_200_000_000
PROBE_SECONDS = 300
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"')
_COLUMN = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)\d')
_FILLED = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>/]*>')
_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+\d+)"')
_UNSAVED = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*'
    rb"(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_SPAN = re.compile(rb'number-(?:rows|columns)-spanned="(?:[2-9]|\d\d)')
_STYLED = re.compile(rb'<c\b(?=[^>]*\bs="(\d+)")[^>]*?\br="([A-Z]+)(\d+)"[^>/]*>')
# Zeros and what stands between them, in the part for positive numbers: a ZIP code, an SSN.
_PADDED = re.compile(r"(?:0|[- /]|\\.|\"[^\"]*\"|_.){2,}")
_LITERAL = re.compile(r"\\(.)|\"([^\"]*)\"|_.")
_PROBE = """
import resource, sys
from python_calamine import CalamineWorkbook
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
try:
    with open(sys.argv[1], "rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
except Exception:
    pass  # told better by whoever reads it
"""


@dataclass(frozen=True)
class SheetMarks:
    """What is behind the cells of one sheet.

    Attributes:
        errors: Cells whose formula ended in an error (`E3`).
        unsaved: Cells whose formula has no stored result.
        padded: (row, column), from 0 -> form of a code: `00000` for a ZIP code shown as 02134.
    """

    errors: tuple[str, ...] = ()
    unsaved: tuple[str, ...] = ()
    padded: Mapping[tuple[int, int], str] = field(default_factory=dict)


def require_bounds(place: Place) -> None:
    """The workbook can be opened without harm.

    Raises:
        ContractBroken: If it is packed beyond reason, or takes more memory than one may.
    """
    if find_book_suffix(place) not in XML_SUFFIXES:
        _require_probe(place)
        return
    try:
        with zipfile.ZipFile(place.path) as archive:
            sizes = [(one.file_size, one.compress_size) for one in archive.infolist()]
    except (zipfile.BadZipFile, OSError):
        return  # calamine says what is wrong with it
    whole, packed = (sum(side) for side in zip(*sizes, strict=True)) if sizes else (0, 0)
    limit = min(place.max_unpacked_bytes, MAX_BOOK_BYTES)
    if whole > limit or (whole > SMALL_BYTES and whole > MAX_RATIO * packed):
        raise ContractBroken(
            f"workbook `{place.name}` unpacks to {whole} bytes from {packed}. Expected at most "
            f"{limit} (option `max_unpacked_bytes`, 2 GB at most) and no more than {MAX_RATIO} "
            "times its size. Save it as CSV."
        )


def load_marks(place: Place, sheet: str) -> SheetMarks:
    """Look through one sheet; nothing is known of formats without XML.

    Raises:
        ContractBroken: If its cells reach too far to be held in memory.
    """
    if find_book_suffix(place) not in XML_SUFFIXES:
        return SheetMarks()
    try:
        with zipfile.ZipFile(place.path) as archive:
            part = _sheet_part(archive, sheet)
            data = archive.read(part) if part else b""
            padded = _load_padded_styles(archive)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError):
        return SheetMarks()
    _require_reach(place, sheet, data)
    return SheetMarks(
        errors=_names(_ERROR_CELL, data) if b't="e"' in data else (),
        unsaved=_names(_UNSAVED, data) if b"<f" in data else (),
        padded=_find_padded(data, padded) if padded else {},
    )


def load_sheet_xml(place: Place, sheet: str) -> bytes:
    """The part that holds the sheet's cells; empty where it is not found.

    Raises:
        BadZipFile, KeyError, ParseError, OSError: The file is no workbook of XML.
    """
    with zipfile.ZipFile(place.path) as archive:
        part = _sheet_part(archive, sheet)
        return archive.read(part) if part else b""


def has_spans(place: Place, sheet: str) -> bool:
    """An OpenDocument sheet has merged cells, of which calamine gives the first one alone."""
    if find_book_suffix(place) != ".ods":
        return False
    try:
        with zipfile.ZipFile(place.path) as archive:
            data = archive.read("content.xml")
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
    name = escape(sheet, {'"': "&quot;"}).encode()
    found = re.search(rb'<table:table\b[^>]*\btable:name="' + re.escape(name) + rb'"', data)
    if found is None:
        return False
    return _SPAN.search(data, found.end(), data.find(b"</table:table>", found.end())) is not None


def _require_reach(place: Place, sheet: str, data: bytes) -> None:
    rows, columns = map(int, _ROW.findall(data)), set(_COLUMN.findall(data))
    area = max(rows, default=0) * max(map(_column_number, columns), default=0)
    if area <= min(SPARSE_CELLS, place.max_cells):
        return
    # Formatted cells without a value reach far and are not made room for.
    filled = [(int(row), column) for column, row in _FILLED.findall(data)]
    last = max((row for row, _ in filled), default=0)
    widest = max(map(_column_number, {column for _, column in filled}), default=0)
    area = last * widest
    if area > place.max_cells or (area > SPARSE_CELLS and area > FILLED_SHARE * len(filled)):
        raise ContractBroken(
            f"sheet `{sheet}` of `{place.name}` reaches to row {last}, column {widest}, with "
            f"{len(filled)} cells filled. Expected an area of at most {place.max_cells} cells "
            f"(option `max_cells`), of {SPARSE_CELLS} where most are empty. Delete the stray cell, "
            "or save it as CSV."
        )


def _require_probe(place: Place) -> None:
    arguments = [sys.executable, "-c", _PROBE, str(place.path), str(PROBE_BYTES)]
    try:
        done = subprocess.run(
            arguments, capture_output=True, check=False, timeout=PROBE_SECONDS, env={}
        )
        code = done.returncode
    except subprocess.TimeoutExpired:
        code = -1
    if code:
        raise ContractBroken(
            f"workbook `{place.name}` takes more than {PROBE_BYTES} bytes of memory or "
            f"{PROBE_SECONDS} seconds to open. Expected one that can be held in memory. Save it as "
            "CSV."
        )


def _names(pattern: re.Pattern[bytes], data: bytes) -> tuple[str, ...]:
    return tuple(name.decode() for name in pattern.findall(data))


def _find_padded(data: bytes, styles: Mapping[bytes, str]) -> dict[tuple[int, int], str]:
    return {
        (int(row) - 1, _column_number(column) - 1): styles[style]
        for style, column, row in _STYLED.findall(data)
        if style in styles
    }


def _column_number(letters: bytes) -> int:
    """`A` is 1, `XFD` 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _load_padded_styles(archive: zipfile.ZipFile) -> dict[bytes, str]:
    """Styles by number that show a number as a code: `00000`, `000-00-0000`."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314  no entities kept
    found = {
        one.get("numFmtId"): _code_form(one.get("formatCode", ""))
        for one in root.iter(f"{_NS}numFmt")
    }
    forms = {number: form for number, form in found.items() if form}
    formats = root.find(f"{_NS}cellXfs")
    return {
        str(number).encode(): forms[style.get("numFmtId")]
        for number, style in enumerate(formats if formats is not None else ())
        if style.get("numFmtId") in forms
    }


def _code_form(code: str) -> str | None:
    """`000-00-0000` of `000\\-00\\-0000;@`; None for a format that shows no code."""
    first = code.split(";")[0]
    if not _PADDED.fullmatch(first) or _LITERAL.sub("", first).count("0") != first.count("0"):
        return None
    form = _LITERAL.sub(lambda found: found[1] or found[2] or "", first)
    return form if form.count("0") > 1 else None


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  no entities kept
    rels = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    for entry in book.iter(f"{_NS}sheet"):
        if entry.get("name") == sheet:
            path = target.get(entry.get(_REL), "")
            return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    return None
