"""Faults in checks, score and freshness."""

from tests.mutants.fault import Fault

_RUN = "include/quality/run.py"
_EXECUTE = "include/quality/execute.py"
_SCORE = "include/quality/score.py"
_FRESHNESS = "include/quality/freshness.py"
_RUN_TESTS = ("tests/integration/test_quality_checks.py",)
_WALL_TESTS = ("tests/integration/test_walls_warehouse.py",)
_SCORE_TESTS = ("tests/unit/test_quality_score.py",)
_DECLARED_TESTS = ("tests/integration/test_quality_declared.py",)
_FRESHNESS_TESTS = ("tests/unit/test_quality_freshness.py",)

FAULTS = (
    Fault(
        "checks are no longer read-only",
        _EXECUTE,
        '            connection.execute("set transaction read only")\n',
        "",
        _WALL_TESTS,
    ),
    Fault(
        "a second statement follows a check",
        _EXECUTE,
        "statement.values, prepare=True",
        "statement.values, prepare=False",
        (*_WALL_TESTS, *_RUN_TESTS),
    ),
    Fault(
        "check files run as the platform",
        _RUN,
        "own = CheckRunner(run_ensure_login(warehouse, tenant.id), seconds)",
        "own = CheckRunner(warehouse, seconds)",
        _WALL_TESTS,
    ),
    Fault(
        "a broken check takes its neighbours along",
        _EXECUTE,
        "            if len(checks) == 1:\n",
        "            if len(checks) >= 1:\n",
        _RUN_TESTS,
    ),
    Fault(
        "half of the checks are lost beside a broken one",
        _EXECUTE,
        ", *self._halve(checks[middle:], run)]",
        "]",
        _RUN_TESTS,
    ),
    Fault(
        "a check file that is none vanishes",
        _RUN,
        "    found = [*_run(warehouse, feed.tenant, bound, ready), *_unusable(problems)]\n",
        "    found = [*_run(warehouse, feed.tenant, bound, ready)]\n",
        _RUN_TESTS,
    ),
    Fault(
        "a check runs as long as it likes",
        _EXECUTE,
        "            run_limit_statements(connection, self._seconds)\n",
        "",
        _DECLARED_TESTS,
    ),
    Fault(
        "a muted check stops the run",
        "include/quality/check.py",
        "return is_error and self.muted_until is None",
        "return is_error",
        _DECLARED_TESTS,
    ),
    Fault(
        "rows the source has deleted count",
        "include/quality/generic/target.py",
        "        if naming.DELETED_AT in self.columns:\n",
        "        if False:\n",
        _DECLARED_TESTS,
    ),
    Fault(
        "another feed's rows count",
        "include/quality/generic/target.py",
        "        if self.feed is not None and naming.FEED in self.columns:\n",
        "        if False:\n",
        _DECLARED_TESTS,
    ),
    Fault(
        "money is left out of the score",
        _SCORE,
        "max(outcome.share, outcome.money_share or 0.0)",
        "outcome.share",
        _SCORE_TESTS,
    ),
    Fault(
        "a broken check costs nothing",
        _SCORE,
        "        return HIDDEN * weight\n",
        "        return 0.0\n",
        _SCORE_TESTS,
    ),
    Fault(
        "a score with a defect is rounded to 100",
        _SCORE,
        'min(rounded, Decimal("99.9"))',
        "rounded",
        _SCORE_TESTS,
    ),
    Fault(
        "a feed that runs hourly is late a day less",
        _FRESHNESS,
        "max(0, build_period_h(cron) - DAY_H)",
        "build_period_h(cron) - DAY_H",
        _FRESHNESS_TESTS,
    ),
    Fault(
        "a weekly feed is late on its second day",
        _FRESHNESS,
        "return declared.warn_h + extra, declared.error_h + extra",
        "return declared.warn_h, declared.error_h + extra",
        _FRESHNESS_TESTS,
    ),
)
