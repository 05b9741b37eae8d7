"""A fingerprint of how a file is parsed: when it changes, files are read again."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from include.config.models import Feed
from include.config.settings import load_settings
from include.extract.files.formats.reader import Layout

# To be raised with any change to the readers that gives other rows for the same file.
READERS = 3


def build_fingerprint(feed: Feed, layout: Layout, **further: Any) -> str:
    """Same text: a file gives the same rows. Covers declaration, options and the connector's code.

    Args:
        further: What else decides the rows (dates, primary key).
    """
    columns = {
        name: [column.type, column.path, column.header, column.format]
        for name, column in layout.columns.items()
    }
    if layout.member is not None:
        further["member"] = layout.member
    known = {
        "readers": READERS,
        "columns": columns,
        "layout": [
            *(layout.encoding, layout.delimiter, layout.sheet, layout.max_line_bytes),
            layout.header_line,
        ],
        "code": _code_hash(load_settings().connectors_dir / feed.connector.connector),
        **further,
    }
    text = orjson.dumps(known, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()[:32]


@cache
def _code_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
