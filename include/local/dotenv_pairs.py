"""The variables of .env for a shell that starts a command: `NAME=value`, each ended by a NUL.

    python -I include/local/dotenv_pairs.py .env

Run by its path, before anything else: it imports python-dotenv alone. Nothing is executed and
nothing expanded; a `$` in a value is a dollar. The shell exports what its caller has not set.
"""

import re
import sys
from pathlib import Path

from dotenv import dotenv_values

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def load_dotenv_pairs(path: Path) -> bytes:
    """What the file gives, in its order; lines that are no variable are left out."""
    found = dotenv_values(path, interpolate=False, encoding="utf-8")
    pairs = (f"{n}={v}" for n, v in found.items() if v is not None and _NAME.fullmatch(n))
    return b"".join(pair.encode() + b"\0" for pair in pairs if "\0" not in pair)


if __name__ == "__main__":
    sys.stdout.buffer.write(load_dotenv_pairs(Path(sys.argv[1])))
