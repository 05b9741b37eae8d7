"""What a check is, and what came of one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """What a failing check does: an error fails the run, a warning is only reported."""

    ERROR = "error"
    WARN = "warn"


class Status(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """A select of bad rows with one column `bad_key`; no row means that all is well.

    Attributes:
        name: Snake case, unique within its feed and stream, or among the mart checks.
        stream: The stream it speaks of; None for a check on several tables or on marts.
        sql: The select, with the placeholders its kind of check has (`{schema}`, `{mart}`, ...).
        why: One sentence: what is wrong when rows are found.
        tables: `schema.table` names that must exist; if one does not, the check is skipped.
        path: File it came from; None for a built-in one.
    """

    name: str
    severity: Severity
    sql: str
    why: str
    stream: str | None = None
    tables: tuple[str, ...] = ()
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class CheckContext:
    """The run whose data is checked.

    Attributes:
        started_at: Instant of this check run; freshness is measured against it.
        run_id: Orchestrator's run; its loads are the ones whose books are checked. None: the
            last load of every stream.
    """

    started_at: datetime
    dag_id: str | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one check found.

    Attributes:
        bad_rows: How many; None when the check did not run.
        sample: At most five bad keys, sorted; never row contents.
        detail: Why it failed, is broken or was skipped; one sentence.
    """

    name: str
    severity: Severity
    status: Status
    stream: str | None = None
    bad_rows: int | None = None
    sample: tuple[str, ...] = ()
    detail: str = ""

    @property
    def stops_the_run(self) -> bool:
        """True for a failed check of severity error; a broken one is raised as CheckBroken."""
        return self.status is Status.FAILED and self.severity is Severity.ERROR
