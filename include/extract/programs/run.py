"""One run of a foreign program: its output as lines, its private files, its end.

Data flow: program -> pipe -> `lines()`, read only as fast as they are taken, so that a slow
warehouse slows the program down instead of filling our memory. Standard error goes to the log.
"""

import contextlib
import fcntl
import json
import logging
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import uuid4

from include.config.settings import load_settings, tool_environment
from include.core.errors import UpstreamUnavailable
from include.extract.programs import guard as subprocess_guard
from include.extract.programs.mask import Mask
from include.extract.programs.wall import UNWALLED

log = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 20
MAX_LOG_CHARS = 4_000
STDERR_LINE_BYTES = 64_000
TAIL_LINES = 40
# A program that has said everything may still be closing connections.
END_S = 60.0
F_SETPIPE_SZ = 1031


class Line(NamedTuple):
    """One line of output.

    Attributes:
        number: 1-based.
        text: Without its line break; only the beginning when it is over-long.
        size: Bytes it really had.
    """

    number: int
    text: bytes
    size: int


@dataclass(frozen=True, slots=True)
class RunRules:
    """What a run may do.

    Attributes:
        linger: Keep the files after the program's end, until `finish` or `close`.
        silence_s: Seconds without a whole line, while we wait for one, before it counts as hung.
    """

    linger: bool = False
    silence_s: float = 3600.0
    max_line_bytes: int = 64_000_000


class ToolRun:
    """A running program. Use as a context manager: leaving it stops what still runs.

    Args:
        command: The program and its arguments; relative file names mean the run's private files.
        files: File name -> text; 0600 in a 0700 folder that goes away with the run.
        runs: Where those folders are made.
        environment: Further variables for the program.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        runs: Path,
        mask: Mask,
        files: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        rules: RunRules | None = None,
    ) -> None:
        self.name = Path(command[0]).name
        self._mask = mask
        rules = rules or RunRules()
        self._silence_s, self._max_line = rules.silence_s, rules.max_line_bytes
        self._linger = rules.linger
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        folder = self.folder = runs / uuid4().hex
        runs.mkdir(parents=True, exist_ok=True, mode=0o700)
        # HOME and TMPDIR inside the private folder: what the program leaves behind goes with it.
        env = {**tool_environment(), "HOME": str(folder), "TMPDIR": str(folder)}
        env |= {"PYTHONIOENCODING": "utf-8", **(environment or {})}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", subprocess_guard.__file__, str(folder)]
            + ([UNWALLED] if load_settings().programs_unwalled else [])
            + [*command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            start_new_session=True,
        )
        self._heard = time.monotonic()
        self._listener = threading.Thread(target=self._run_log, name=self.name, daemon=True)
        self._listener.start()
        self._run_send({"files": dict(files or {}), "linger": rules.linger})

    def __enter__(self) -> "ToolRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lines(self) -> Iterator[Line]:
        """Every line of standard output, the last one also without a line break.

        Raises:
            UpstreamUnavailable: If the program says nothing for too long; it is stopped.
        """
        number, kept, size = 0, bytearray(), 0
        for chunk in self._chunks():
            *whole, rest = chunk.split(b"\n")
            for piece in whole:
                number += 1
                if size:
                    kept += piece[: max(0, self._max_line - len(kept))]
                    yield Line(number, bytes(kept), size + len(piece))
                    kept, size = bytearray(), 0
                else:
                    yield Line(number, piece[: self._max_line], len(piece))
            kept += rest[: max(0, self._max_line - len(kept))]
            size += len(rest)
        if size:
            yield Line(number + 1, bytes(kept), size)

    def finish(self) -> int:
        """Wait for the end after the last line; the exit code, 128 + n after signal n."""
        if self._linger:
            with contextlib.suppress(OSError):
                self._pipe(self._process.stdin).write(b"d")
                self._pipe(self._process.stdin).flush()
        try:
            code = self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            log.warning("program does not end and is stopped program=%s", self.name)
            self.close()
            code = self._process.wait()
        self._listener.join(1.0)
        return code

    def close(self) -> None:
        """Stop the program and all it started; its files are gone afterwards."""
        self._end_lifeline()
        try:
            self._process.wait(subprocess_guard.GRACE_S + 10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._pipe(self._process.stdout).close()

    def _end_lifeline(self) -> None:
        with contextlib.suppress(OSError):
            self._pipe(self._process.stdin).close()

    def _run_send(self, order: dict[str, Any]) -> None:
        pipe = self._pipe(self._process.stdin)
        try:
            pipe.write(json.dumps(order).encode() + b"\n")
            pipe.flush()
        except OSError as error:
            self.close()
            raise UpstreamUnavailable(
                f"`{self.name}` could not be started: {error.strerror}. See the task log."
            ) from None

    def _chunks(self) -> Iterator[bytes]:
        pipe = self._pipe(self._process.stdout)
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, CHUNK_BYTES)
        poll = select.poll()
        poll.register(pipe.fileno(), select.POLLIN | select.POLLHUP)
        waited_s = 0.0  # since the last whole line: a byte now and then is no sign of life
        while True:
            waiting_since = time.monotonic() - waited_s
            while not poll.poll(500):
                if self._process.poll() is not None:
                    return  # A worker that got away may still hold the pipe open.
                self._require_life(max(waiting_since, self._heard))
            chunk = pipe.read1(CHUNK_BYTES)  # type: ignore[attr-defined]
            if not chunk:
                return
            waited_s = 0.0 if b"\n" in chunk else time.monotonic() - waiting_since
            if waited_s:
                self._require_life(max(waiting_since, self._heard))
            yield chunk

    def _require_life(self, since: float) -> None:
        silent_s = time.monotonic() - since
        if silent_s <= self._silence_s:
            return
        self.close()
        raise UpstreamUnavailable(
            f"`{self.name}` has said nothing whole for `{silent_s:.0f}` seconds and was stopped. "
            "Expected a record or a log line at least that often. Raise option `silence_s` if it "
            "is slow."
        )

    def _run_log(self) -> None:
        """Standard error, line by line, masked, into the log."""
        pipe = self._pipe(self._process.stderr)
        is_whole = True
        while data := pipe.readline(STDERR_LINE_BYTES):
            self._heard = time.monotonic()
            begins, is_whole = is_whole, data.endswith(b"\n")
            text = data.decode("utf-8", "replace").rstrip()
            if begins and text:
                shown = self._mask.cut(text, MAX_LOG_CHARS)
                self.tail.append(shown)
                log.info("%s: %s", self.name, shown)
        pipe.close()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("the program was started without pipes")
        return pipe
