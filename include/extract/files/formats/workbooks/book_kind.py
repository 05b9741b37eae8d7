"""Which kind of workbook a file is, by its content: its extension is often another one's."""

import zipfile

from include.extract.files.place import Place

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What only one kind has packed in it.
_PARTS = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}


def find_book_suffix(place: Place) -> str:
    """The extension its content stands for; its own where nothing tells."""
    try:
        with place.path.open("rb") as stream:
            if stream.read(len(_OLD)) == _OLD:
                return ".xls"
        with zipfile.ZipFile(place.path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return place.suffix
    found = [suffix for part, suffix in _PARTS.items() if part in names]
    if len(found) != 1 or (found == [".xlsx"] and place.suffix == ".xlsm"):
        return place.suffix
    return found[0]
