"""Faults in checks, score and freshness."""

from tests.mutants.fault import Fault

_RUN = "include/quality/run.py"
_SCORE = "include/quality/score.py"
_FRESHNESS = "include/quality/freshness.py"
_RUN_TESTS = ("tests/integration/test_quality_checks.py",)
_WALL_TESTS = ("tests/integration/test_walls_warehouse.py",)
_SCORE_TESTS = ("tests/unit/test_quality_score.py",)
_FRESHNESS_TESTS = ("tests/unit/test_quality_freshness.py",)

FAULTS = (
    Fault(
        "checks are no longer read-only",
        _RUN,
        '            connection.execute("set transaction read only")\n',
        "",
        _WALL_TESTS,
    ),
    Fault(
        "a second statement follows a check",
        _RUN,
        "statement.values, prepare=True",
        "statement.values, prepare=False",
        (*_WALL_TESTS, *_RUN_TESTS),
    ),
    Fault(
        "check files run as the platform",
        _RUN,
        "found += _run_as(run_ensure_login(warehouse, tenant), files)",
        "found += _run_as(warehouse, files)",
        _WALL_TESTS,
    ),
    Fault(
        "a broken check takes its neighbours along",
        _RUN,
        "        if len(bound) == 1:\n",
        "        if len(bound) >= 1:\n",
        _RUN_TESTS,
    ),
    Fault(
        "half of the checks are lost beside a broken one",
        _RUN,
        "            *_run_together(warehouse, bound[middle:]),\n",
        "",
        _RUN_TESTS,
    ),
    Fault(
        "a check file that is none vanishes",
        _RUN,
        "    found = [*_run(warehouse, feed.tenant.id, bound), *skipped, *_unusable(problems)]\n",
        "    found = [*_run(warehouse, feed.tenant.id, bound), *skipped]\n",
        _RUN_TESTS,
    ),
    Fault(
        "a skipped check counts",
        _SCORE,
        "        if outcome.status is Status.SKIPPED:\n            continue\n",
        "",
        _SCORE_TESTS,
    ),
    Fault(
        "a broken check does not cap the score",
        _SCORE,
        "outcome.status is not Status.PASSED and outcome.severity",
        "outcome.status is Status.FAILED and outcome.severity",
        _SCORE_TESTS,
    ),
    Fault(
        "a score is rounded up",
        _SCORE,
        "ROUND_DOWN)",
        "None)",
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
