"""A moving piece of a file that ends with a whole line, and the place reading has reached."""

from typing import IO

BLOCK_BYTES = 4 << 20


class LineWindow:
    """Whole lines held in memory; more are read when asked for.

    Attributes:
        data: Lines held, each with its line break; one is put behind a last line without.
        at: Offset in `data` of the next line.
        line: Its number.
    """

    def __init__(self, stream: IO[bytes], after_line: int) -> None:
        self._stream = stream
        self._tail = b""
        self._has_ended = False
        self.data = b""
        self.at = 0
        self.line = 1
        while self.line <= after_line and self.fill():
            self.move(self.data.index(b"\n", self.at) + 1, self.line + 1)

    def fill(self) -> bool:
        """Have at least one line ahead; False at the end of the file."""
        if self.at < len(self.data):
            return True
        self.data, self.at = b"", 0
        return self._extend()

    def move(self, at: int, line: int) -> None:
        """Go on at that offset, which is the beginning of that line."""
        self.at, self.line = at, line

    def take(self, end: int) -> bytes:
        """The lines up to that offset, and go on behind them."""
        text = self.data[self.at : end]
        self.move(end, self.line + text.count(b"\n"))
        return text

    def line_at(self, at: int) -> tuple[int, int]:
        """Where the line at that offset begins and ends, without its line break.

        Raises:
            StopIteration: If the file has no such line.
        """
        if at >= len(self.data) and not self._extend():
            raise StopIteration
        return at, self.data.index(b"\n", at)

    def _extend(self) -> bool:
        """Read until at least one more line is held."""
        parts = [self._tail]
        while not self._has_ended:
            chunk = self._stream.read(BLOCK_BYTES)
            if not chunk:
                self._has_ended = True
                break
            whole, found, rest = chunk.rpartition(b"\n")
            parts.append(whole + found if found else rest)
            if found:
                self._tail = rest
                self.data += b"".join(parts)
                return True
        last = b"".join(parts)
        self._tail = b""
        self.data += last + b"\n" if last else b""
        return bool(last)
