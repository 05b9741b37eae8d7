"""Files of and beside a tenant, read whole: ordinary ones of a bounded size, never a pipe."""

import os
import stat
from errno import ELOOP
from pathlib import Path


class NoPlainFile(OSError):
    """It is a folder, a pipe or a device, or larger than anybody writes; `strerror` says which."""


def load_plain(path: Path, most_bytes: int) -> bytes:
    """The content of one file.

    Raises:
        NoPlainFile: It has no end, or none that is near.
        OSError: It cannot be opened.
    """
    # Not blocking: opening a named pipe would wait for ever for somebody to write into it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NoPlainFile(0, "it is no ordinary file")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise NoPlainFile(0, f"it is larger than {most_bytes} bytes")
    return content


def follow_links(path: Path) -> Path:
    """Where a path leads, every link on its way followed; it need not be there.

    Raises:
        OSError: A link leads to itself.
    """
    try:
        return path.resolve()
    except RuntimeError:
        raise OSError(ELOOP, "a link leads to itself", str(path)) from None
