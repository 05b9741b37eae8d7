"""A file somebody uploads: looked at before it is kept, in a folder of its tenant's own.

Nothing in it is run. Texts that a spreadsheet would take for a formula stay texts, here and in the
warehouse; a workbook's formulas are read as the results it was saved with.
"""

import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from include.config.settings import load_settings
from include.config.walls.plain_files import follow_links
from include.console.answers import Refusal

FOLDER = "uploads"
MOST_BYTES = 100_000_000
# A workbook of 20 million cells unpacks to about this.
MOST_UNPACKED, MOST_PARTS, MOST_RATIO = 2_000_000_000, 5_000, 300
MOST_FILES = 500
TEXTS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")
WORKBOOKS = (".xlsx",)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,118}")
# Beginnings of what is called .csv and is none: archives, programs, old workbooks, documents.
FOREIGN = (
    b"PK\x03\x04",
    b"MZ",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x1f\x8b",
    b"<!DOCTYPE",
)
FORMULA = re.compile(rb"<f[ >/]")


def _refuse(message: str, do: str) -> Refusal:
    return Refusal(422, "unfit_file", message, do)


def find_folder(tenant: str, feed: str) -> Path:
    """Where a feed's uploads lie: below the folder a tenant's file may name.

    Raises:
        Refusal: A link on the way leads out of it, perhaps into another tenant's.
    """
    home = load_settings().files_roots[0] / tenant
    folder = home / FOLDER / feed
    try:
        is_own = follow_links(folder).is_relative_to(follow_links(home))
    except OSError:  # a link that leads to itself
        is_own = False
    if not is_own:
        raise _refuse("The folder of uploads is a link that leads elsewhere.", "Make it a folder.")
    return folder


async def run_keep(tenant: str, feed: str, name: str, body: AsyncIterator[bytes]) -> list[str]:
    """Keep the file under its name; what was there under it is replaced. Returns notices.

    Raises:
        Refusal: It is too large, of a kind that is not read, or not what its name says; nothing of
            it stays.
    """
    suffix = Path(name).suffix.lower()
    if not NAME.fullmatch(name) or suffix not in (*TEXTS, *WORKBOOKS):
        known = ", ".join((*TEXTS, *WORKBOOKS))
        words = ("This is no name of a file that is read.", f"Letters and digits, ending {known}.")
        raise _refuse(*words)
    folder = find_folder(tenant, feed)
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.iterdir())) >= MOST_FILES and not (folder / name).exists():
        raise _refuse(f"There are {MOST_FILES} files already.", "Take some away.")
    with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as draft:
        path = Path(draft.name)
        try:
            size = 0
            async for piece in body:
                size += len(piece)
                if size > MOST_BYTES:
                    words = (f"It is larger than {MOST_BYTES:,} bytes.", "Give a folder instead.")
                    raise Refusal(413, "too_large", *words)
                draft.write(piece)
            draft.flush()
            notices = check_content(path, suffix)
            path.chmod(0o644)
            path.replace(folder / name)
        finally:
            path.unlink(missing_ok=True)
    return notices


def check_content(path: Path, suffix: str) -> list[str]:
    """What people should know of it.

    Raises:
        Refusal: It is not what its name says, or would unpack to more than is read.
    """
    with path.open("rb") as file:
        start = file.read(65_536)
    if not start:
        raise _refuse("The file is empty.", "Choose another.")
    if suffix in WORKBOOKS:
        return _check_workbook(path)
    is_utf16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    if start.startswith(FOREIGN) or (b"\x00" in start and not is_utf16):
        raise _refuse(f"It is no text, whatever `{suffix}` says.", "Save it as CSV or .xlsx.")
    return []


def _check_workbook(path: Path) -> list[str]:
    """Sizes are those the archive tells and those that come out: one may lie about the other."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            told = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            is_huge = told > MOST_UNPACKED or (told > 50_000_000 and told / packed > MOST_RATIO)
            if len(parts) > MOST_PARTS or is_huge:
                raise _refuse("It unpacks to more than is read.", "Save it anew, or as CSV.")
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts) or "xl/workbook.xml" not in names:
                raise _refuse("It is no workbook that can be opened.", "Save it anew as .xlsx.")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise _refuse("It holds macros.", "Save it as .xlsx without them.")
            sheets = [one for one in parts if one.filename.startswith("xl/worksheets/")]
            has_formulas = any(_has_formula(archive, one) for one in sheets)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise _refuse("It is no workbook that can be opened.", "Save it anew as .xlsx.") from None
    if not has_formulas:
        return []
    return ["It holds formulas: the results it was saved with are read, nothing is computed."]


def _has_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        before, seen = b"", 0
        while piece := file.read(1 << 20):
            seen += len(piece)
            if seen > min(part.file_size, MOST_UNPACKED) + 1:
                raise _refuse("It unpacks to more than it says.", "Save it anew as .xlsx.")
            if FORMULA.search(before[-8:] + piece):
                return True
            before = piece
    return False
