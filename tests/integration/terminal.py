"""A command at a terminal of a given width, and what it wrote there."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

# Going elsewhere ends what was written here.
MOVES = re.compile(r"\x1b\[[0-9;]*[A-HJK]|[\r\n]+")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def run_at_terminal(
    words: list[str], columns: int, *, stdout_is_piped: bool = False, **variables: str
) -> tuple[int, str, str]:
    """Exit code; what the terminal got, escape sequences and all; what a piped stdout got."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", **variables}
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        if name not in variables:
            environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-m", "include.cli", *words],
        stdin=slave,
        stdout=subprocess.PIPE if stdout_is_piped else slave,
        stderr=slave,
        env=environment,
    ) as process:
        os.close(slave)
        seen = _read_all(master)
        piped = process.stdout.read().decode() if process.stdout else ""
    return process.returncode, seen, piped


def _read_all(terminal: int) -> str:
    seen = bytearray()
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            piece = b""
        if not piece:
            os.close(terminal)
            return seen.decode()
        seen += piece


def plain(text: str) -> list[str]:
    """The lines without colours and cursor movements; each repaint counts as lines."""
    lines = (ANSI.sub("", line).rstrip() for line in MOVES.split(text))
    return [line for line in lines if line]
