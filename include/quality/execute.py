"""Runs checks in few statements: each transaction read only, each statement with a time limit.

What cannot run is told from its neighbours by halves, until the broken check stands alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from include.core.errors import WarehouseError, WarehouseRejected, WarehouseUnavailable
from include.ledger.connection import Warehouse, run_limit_statements, was_stopped
from include.quality.check import Check, CheckOutcome, Status
from include.quality.generic.target import Target
from include.quality.scan import RowCheck, build_samples, build_scan, read_scan
from include.quality.statement import BoundSql, build_bound, build_statement

CHECKS_PER_STATEMENT = 40
SECONDS = 60
T = TypeVar("T")


@dataclass(frozen=True)
class BoundCheck:
    """A check with what fills its placeholders.

    Attributes:
        table: (schema, table) whose rows it counts; None: it speaks of no one table's rows.
        total: How many things it judges, where those are not the table's rows: days.
    """

    check: Check
    names: Mapping[str, str]
    values: Mapping[str, object]
    table: tuple[str, str] | None = None
    total: int | None = None

    def sql(self, number: int) -> BoundSql:
        bound = build_bound(self.check.sql, number, names=self.names, values=self.values)
        return replace(bound, says_share=self.check.says_share)


class CheckRunner:
    """Runs checks as one login.

    Attributes:
        rows: (schema, table) -> rows of the tables that were passed over.
    """

    def __init__(self, warehouse: Warehouse, seconds: int = SECONDS) -> None:
        self._warehouse = warehouse
        self._seconds = seconds
        self.rows: dict[tuple[str, str], int] = {}

    def run_selects(self, bound: Sequence[BoundCheck]) -> list[CheckOutcome]:
        """All outcomes, in the order of the checks."""
        found: list[CheckOutcome] = []
        for start in range(0, len(bound), CHECKS_PER_STATEMENT):
            found += self._halve(bound[start : start + CHECKS_PER_STATEMENT], self._run_together)
        return found

    def run_rows(self, target: Target, checks: Sequence[RowCheck]) -> list[CheckOutcome]:
        """Pass over a table once, twice where something is wrong; outcomes in the checks' order.

        Without a check the rows are counted all the same.
        """
        if not checks:
            self._pass_over(target, ())
            return []
        return self._halve(checks, lambda some: self._pass_over(target, some))

    def _halve(
        self, checks: Sequence[T], run: Callable[[Sequence[T]], list[CheckOutcome]]
    ) -> list[CheckOutcome]:
        try:
            return run(checks)
        except (WarehouseRejected, WarehouseUnavailable) as error:
            if not isinstance(error, WarehouseRejected) and not was_stopped(error):
                raise
            if len(checks) == 1:
                return [self._broken(_check_of(checks[0]), error)]
        middle = len(checks) // 2
        return [*self._halve(checks[:middle], run), *self._halve(checks[middle:], run)]

    def _run_together(self, bound: Sequence[BoundCheck]) -> list[CheckOutcome]:
        answers = self.ask(build_statement([item.sql(n) for n, item in enumerate(bound)]))
        found = []
        for item, (_, bad_rows, sample, share) in zip(bound, answers, strict=True):
            rows = self.rows.get(item.table) if item.table else None
            total = None if item.check.is_whole else item.total or rows
            outcome = build_outcome(item.check, int(str(bad_rows)), sample, total)
            if share is not None:
                outcome = replace(outcome, share=max(0.0, min(1.0, float(share))))
            found.append(replace(outcome, rows_checked=rows) if item.total else outcome)
        return found

    def _pass_over(self, target: Target, checks: Sequence[RowCheck]) -> list[CheckOutcome]:
        (row,) = self.ask(build_scan(target, checks))
        total, counts = read_scan(row)
        self.rows[target.schema, target.table] = total
        pairs = zip(checks, counts, strict=True)
        found = [
            replace(
                build_outcome(one.check, count.bad_rows, (), total), money_share=count.money_share
            )
            for one, count in pairs
        ]
        failed = [n for n, outcome in enumerate(found) if outcome.status is Status.FAILED]
        if failed:
            keys: dict[int, list[str]] = {}
            for number, key in self.ask(build_samples(target, [checks[n] for n in failed])):
                keys.setdefault(failed[int(number)], []).append(str(key))
            for n in failed:
                found[n] = replace(found[n], sample=tuple(keys.get(n, ())))
        return found

    def ask(self, statement: BoundSql) -> list[tuple[Any, ...]]:
        """Rows of one statement, read only and within the time limit."""
        with self._warehouse.connect() as connection:
            connection.execute("set transaction read only")
            run_limit_statements(connection, self._seconds)
            # Prepared: a statement and a half is no statement, so none can follow the check.
            return connection.execute(
                statement.text.encode(), statement.values, prepare=True
            ).fetchall()

    def _broken(self, check: Check, error: WarehouseError) -> CheckOutcome:
        # The warehouse words its errors for loads; what the database said is the first sentence.
        detail = error.message.split(". The load")[0]
        if was_stopped(error):
            detail = f"was stopped: it ran longer than {self._seconds} s."
        return replace(build_outcome(check, 0, (), None), status=Status.BROKEN, bad_rows=None,
                       detail=detail)  # fmt: skip


def build_outcome(
    check: Check, bad_rows: int, sample: object, rows_checked: int | None
) -> CheckOutcome:
    """Failed when more is bad than the check allows."""
    share = min(1.0, bad_rows / rows_checked) if rows_checked else None
    is_failed = bad_rows > check.allowed * (rows_checked or 0)
    keys = tuple(str(key) for key in sample) if isinstance(sample, list) else ()
    return CheckOutcome(
        check.name,
        check.severity,
        Status.FAILED if is_failed else Status.PASSED,
        check.stream,
        bad_rows=bad_rows,
        sample=keys if is_failed else (),
        detail=check.why if is_failed else "",
        dimension=check.dimension,
        origin=check.origin,
        rows_checked=rows_checked,
        share=None if check.is_whole else share,
        about=check.stream or next(iter(check.tables), None),
    )


def build_skipped(check: Check, detail: str) -> CheckOutcome:
    """It did not run, and that is nobody's fault."""
    return replace(
        build_outcome(check, 0, (), None), status=Status.SKIPPED, bad_rows=None, detail=detail
    )


def build_broken(check: Check, detail: str) -> CheckOutcome:
    """It cannot run as it is written."""
    return replace(build_skipped(check, detail), status=Status.BROKEN)


def _check_of(one: object) -> Check:
    assert isinstance(one, BoundCheck | RowCheck)
    return one.check
