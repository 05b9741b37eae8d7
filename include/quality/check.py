"""What a check is, and what came of one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """What a failing check does: an error fails the run, a warning is told, an info only kept."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class Dimension(StrEnum):
    """In which respect data can be good or bad."""

    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    INTEGRITY = "integrity"
    TIMELINESS = "timeliness"
    VOLUME = "volume"


class Origin(StrEnum):
    """Where a check comes from."""

    BUILT_IN = "built_in"
    DECLARED = "declared"
    FILE = "file"
    DBT = "dbt"
    LEARNED = "learned"


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
        tables: Those it reads; if one is not there, the check is skipped.
        path: File it came from; None for one that is in none.
        allowed: Share of the rows that may be bad before it fails.
        is_whole: It speaks of a whole table, so its bad rows are no part of the table's.
        says_share: Its select has a second column, `bad_share`: how much of the table its finding
            touches, 0 to 1; null where nobody can say.
    """

    name: str
    severity: Severity
    sql: str
    why: str
    stream: str | None = None
    tables: tuple[str, ...] = ()
    path: Path | None = None
    dimension: Dimension = Dimension.VALIDITY
    origin: Origin = Origin.BUILT_IN
    allowed: float = 0.0
    is_whole: bool = False
    says_share: bool = False

    @property
    def is_foreign(self) -> bool:
        """Its SQL is not the platform's own words: it runs as the tenant's own login."""
        return self.path is not None or self.origin is not Origin.BUILT_IN


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
        rows_checked: Rows of the table it looked at; None where it counts no rows.
        share: Part of them that is bad, 0 to 1.
        money_share: Part of the money that stands in bad rows, 0 to 1.
        muted_until: A person has muted it: it fails no run, but costs the score what it finds.
        about: Table it speaks of; the stream, or the first mart it needs.
    """

    name: str
    severity: Severity
    status: Status
    stream: str | None = None
    bad_rows: int | None = None
    sample: tuple[str, ...] = ()
    detail: str = ""
    dimension: Dimension = Dimension.VALIDITY
    origin: Origin = Origin.BUILT_IN
    rows_checked: int | None = None
    share: float | None = None
    money_share: float | None = None
    muted_until: datetime | None = None
    about: str | None = None

    @property
    def stops_the_run(self) -> bool:
        """True for a failed check of severity error; a broken one is raised as CheckBroken."""
        is_error = self.status is Status.FAILED and self.severity is Severity.ERROR
        return is_error and self.muted_until is None
