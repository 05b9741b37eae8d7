"""Files that are not what their extension says, told by how they begin.

A web page or a packed file read as delimited text is a table of nonsense that loads: nobody would
hear that the export had ended in a login page.
"""

import re

import orjson

from include.core.errors import ContractBroken
from include.extract.files.formats.facts import FileFacts
from include.extract.files.place import DELIMITED, ZIP, Place, unreadable

HEAD_BYTES = 4096
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or a newer workbook"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"BZh91AY", "packed with bzip2"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office document"),
    (b"PAR1", "a Parquet file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"MIME-Version:", "a saved web page (MHTML)"),
)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|script)\b", re.IGNORECASE)
_SPREADSHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ADVICE = {
    "JSON": "Give it the extension `.json` or `.jsonl`, or ask its sender for the export itself.",
    "delimited text": "Give it the extension `.csv`.",
}


def require_text(place: Place) -> None:
    """A delimited or JSON file does not begin like something else.

    Raises:
        ContractBroken: If it does.
        UpstreamUnavailable: If it cannot be read.
    """
    try:
        with place.open() as stream:
            head = stream.read(HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise unreadable(place.name, error) from None
    what = name_content(head)
    if what is None and place.suffix in DELIMITED and _is_json(head):
        what = "JSON"
    if what is not None and place.suffix == ZIP:
        raise ContractBroken(
            f"zip `{place.name}` holds another archive. Expected files that can be read. Deliver "
            "them one by one."
        )
    if what is not None:
        advice = _ADVICE.get(what, "Ask its sender for the export itself, or save it as CSV.")
        raise ContractBroken(
            f"file `{place.name}` is {what}, whatever its extension says. Expected what "
            f"`{place.suffix}` stands for. {advice}"
        )


def require_blank(place: Place, facts: FileFacts) -> None:
    """A file without a readable line holds nothing at all, and not something unreadable.

    Raises:
        ContractBroken: If it does.
    """
    if facts.is_clean and not facts.tail.strip():
        return
    raise ContractBroken(
        f"no line of file `{place.name}` can be read as text (taken for `{facts.encoding}`). "
        "Expected delimited text. Set `encoding`, or ask its sender for the export itself."
    )


def name_content(head: bytes) -> str | None:
    """What a file that begins so is, for people; None for plain text and the unknown."""
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return what
    text = _narrow(head)
    if _WEB_PAGE.match(text):
        return "a web page"
    if text.startswith(b"<?xml"):
        found = _SPREADSHEET_XML in text
        return "an XML spreadsheet of Excel 2003" if found else "XML"
    return None


def name_workbook(head: bytes) -> str | None:
    """The same for a file called a workbook that none could be made of."""
    what = name_content(head)
    if what is None and head and b"\0" not in _narrow(head) and _is_printable(head):
        return "JSON" if _is_json(head) else "delimited text"
    return None if what and ("workbook" in what or "Office" in what) else what


def find_advice(what: str) -> str:
    """What to do with a workbook that is something else."""
    return _ADVICE.get(what, "Save it as a workbook or as CSV, and replace it.")


def _narrow(head: bytes) -> bytes:
    """The beginning without byte order mark and blanks, one byte a letter."""
    for mark in _MARKS:
        if head.startswith(mark):
            head = head[len(mark) :]
    if head[1:2] == b"\0" or head[:1] == b"\0":
        head = head.replace(b"\0", b"")
    return head.lstrip()


def _is_json(head: bytes) -> bool:
    """The first line is an object or begins a list of them: no header looks like that."""
    line = _narrow(head).split(b"\n", 1)[0].strip()
    if line in (b"{", b"[") or re.match(rb"\[\s*\{", line):
        return True
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _is_printable(head: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\r\n\f" for byte in _narrow(head))
