"""What one `run` did: said line by line, summed up at its end, and one JSON document of it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from include.commands.screen.output import complain, people, say, say_json, say_state, speaks_json
from include.commands.screen.tables import say_table
from include.core.errors import EltError
from include.core.streams import LoadResult, RunOrigin
from include.pipeline.health.checks import CheckSummary

BRIEF = ("read", "loaded")
COUNTS = ("read", "loaded", "unchanged", "quarantined", "filtered")


@dataclass
class Tally:
    """What happened so far; one `run` has one.

    Attributes:
        streams: One per stream: what was loaded, why it was skipped, or how it failed.
        checks: One per feed, and one for the marts (feed None).
        failures: Of streams, sources, dbt and checks.
    """

    tenant: str
    origin: RunOrigin
    streams: list[dict[str, Any]] = field(default_factory=list)
    transform: dict[str, Any] | None = None
    checks: list[dict[str, Any]] = field(default_factory=list)
    failures: list[EltError] = field(default_factory=list)

    def load(self, feed: str, stream: str, done: LoadResult) -> None:
        """A stream was loaded."""
        # What did not happen is not news to a person; a program wants every number.
        is_brief = people().isatty()
        said = {n: c for n, c in done.counts().items() if c or n in BRIEF or not is_brief}
        shown = "  ".join(f"{name} {count:,}" for name, count in said.items())
        gone = f"  deleted {done.deleted:,}" if done.deleted else ""
        place = f"{self.tenant}/{feed}/{stream}"
        say_state("loaded", f"{place}: {shown}{gone}  ({done.seconds:.1f} s)")
        counts = {**done.counts(), "deleted": done.deleted, "seconds": done.seconds}
        told = {"feed": feed, "stream": stream, "state": "loaded", "load_id": done.load_id}
        self.streams.append({**told, **counts, "notices": done.notices})

    def skip(self, feed: str, stream: str, reason: str) -> None:
        """There was nothing to do for a stream, and that is right."""
        say_state("skipped", f"{self.tenant}/{feed}/{stream}: {reason}")
        told = {"feed": feed, "stream": stream, "state": "skipped", "reason": reason}
        self.streams.append(told)

    def build(self, models: int, tests: int, seconds: float) -> None:
        """Dbt has built."""
        self.transform = {"models": models, "tests": tests, "seconds": round(seconds, 1)}
        say_state("built", f"{self.tenant}: {models} models, {tests} tests  ({seconds:.1f} s)")

    def check(self, feed: str | None, done: CheckSummary) -> None:
        """Checks of a feed, or of the marts, have passed or warned."""
        place = f"{self.tenant}/{feed}" if feed else f"{self.tenant} marts"
        counts = f"{done.passed} passed, {done.warned} warnings, {done.skipped} skipped"
        say_state("checked", f"{place}: {counts}")
        self.checks.append({"feed": feed, **asdict(done)})

    def fail(self, place: str, error: EltError) -> None:
        """Something failed; the rest goes on, the end tells."""
        say_state("failed", f"{place}: {type(error).__name__}")
        self.failures.append(error)
        if error.stream:
            told = {"feed": error.feed, "stream": error.stream, "state": "failed"}
            self.streams.append({**told, "error": type(error).__name__})

    def say_end(self, seconds: float) -> None:
        """The table, the errors and the verdict; with --json the document."""
        rows = [
            (
                f"{self.tenant}/{row['feed']}/{row['stream']}",
                *(row[name] for name in COUNTS),
                round(row["seconds"], 1),
            )
            for row in self.streams
            if row["state"] == "loaded"
        ]
        if rows:
            say()
            say_table(("stream", *COUNTS, "seconds"), rows, spare=("seconds", "filtered"))
        say()
        for error in self.failures:
            complain(f"error: {type(error).__name__}: {error}")
        verdict = f"{len(self.failures)} failures" if self.failures else "ok"
        say(f"{verdict}, {seconds:.1f} s")
        if speaks_json():
            say_json(self._build_document(seconds))

    def _build_document(self, seconds: float) -> dict[str, Any]:
        return {
            "tenant": self.tenant,
            "run_id": self.origin.run_id,
            "streams": self.streams,
            "transform": self.transform,
            "checks": self.checks,
            "failures": [
                {
                    "error": type(error).__name__,
                    "feed": error.feed,
                    "stream": error.stream,
                    "message": error.message,
                }
                for error in self.failures
            ],
            "seconds": round(seconds, 1),
        }
