"""Faults in how sources are asked and read."""

from tests.mutants.fault import Fault

_CLIENT = "include/extract/http/client.py"
_OAUTH = "include/extract/http/oauth.py"
_WINDOWS = "include/extract/windows.py"
_BUDGET = "include/ledger/stores/rate_budget.py"
_HTTP_TESTS = ("tests/unit/test_extract_http.py",)
_OAUTH_TESTS = ("tests/unit/test_extract_oauth.py",)
_REST_TESTS = ("tests/unit/test_extract_rest.py", "tests/unit/test_extract_http.py")
_WINDOW_TESTS = ("tests/unit/test_extract_windows.py",)
_BUDGET_TESTS = ("tests/integration/test_rate_budget.py",)

FAULTS = (
    Fault(
        "a rate budget's block is ignored when slots are given",
        _BUDGET,
        "    b.blocked_until is null\n"
        "    or b.blocked_until <= clock_timestamp() + make_interval(secs => %(patience)s)\n"
        ")\n"
        "returning extract(\n"
        "    epoch from greatest(\n"
        "        b.busy_until - make_interval(secs => coalesce(b.bucket_size",
        "    true\n"
        ")\n"
        "returning extract(\n"
        "    epoch from greatest(\n"
        "        b.busy_until - make_interval(secs => coalesce(b.bucket_size",
        _BUDGET_TESTS,
    ),
    Fault(
        "points are given while the budget is blocked",
        _BUDGET,
        "busy_until = greatest(b.busy_until, b.blocked_until, clock_timestamp())\n"
        "+ make_interval(secs => coalesce(%(points)s",
        "busy_until = greatest(b.busy_until, clock_timestamp())\n"
        "+ make_interval(secs => coalesce(%(points)s",
        _BUDGET_TESTS,
    ),
    Fault(
        "a shorter block takes the place of a longer one",
        _BUDGET,
        "blocked_until = greatest(b.blocked_until, excluded.blocked_until), updated_at",
        "blocked_until = excluded.blocked_until, updated_at",
        _BUDGET_TESTS,
    ),
    Fault(
        "what others have set aside is given away when a bucket is settled",
        _BUDGET,
        "busy_until = greatest(\n"
        "    b.busy_until - make_interval(secs => %(refund)s),\n"
        "    clock_timestamp() + make_interval(secs => %(used)s)\n"
        "),",
        "busy_until = clock_timestamp() + make_interval(secs => %(used)s),",
        _BUDGET_TESTS,
    ),
    Fault(
        "an OAuth login follows redirects",
        _OAUTH,
        "allow_redirects=False, headers",
        "allow_redirects=True, headers",
        _OAUTH_TESTS,
    ),
    Fault(
        "Google's login follows redirects",
        "include/extract/http/google_transport.py",
        "allow_redirects=False",
        "allow_redirects=True",
        ("tests/unit/test_extract_google.py",),
    ),
    Fault(
        "a read follows redirects",
        _CLIENT,
        "auth=self._auth, allow_redirects=False,",
        "auth=self._auth, allow_redirects=True,",
        (*_HTTP_TESTS, "tests/unit/test_walls_network.py"),
    ),
    Fault(
        "a token is asked for once more after a refusal",
        _OAUTH,
        "if not isinstance(error, UpstreamUnavailable) or attempt == TRIES:",
        "if attempt == TRIES:",
        _OAUTH_TESTS,
    ),
    Fault(
        "a 401 for a fresh token renews it again",
        _OAUTH,
        "or used is None or utcnow() - used.issued_at < YOUNG:",
        "or used is None:",
        _OAUTH_TESTS,
    ),
    Fault(
        "a 4xx is asked again",
        _CLIENT,
        "self._told_to_stop or not error.retryable",
        "self._told_to_stop",
        _HTTP_TESTS,
    ),
    Fault(
        "a source that says stop is asked again",
        _CLIENT,
        "attempt == tries or self._told_to_stop or",
        "attempt == tries or",
        _HTTP_TESTS,
    ),
    Fault(
        "one try too few",
        _CLIENT,
        "for attempt in range(1, tries + 1):",
        "for attempt in range(2, tries + 1):",
        _HTTP_TESTS,
    ),
    Fault(
        "a wait longer than patience is slept through",
        _CLIENT,
        "if final or wait > self._limits.max_sleep_s:",
        "if final:",
        _HTTP_TESTS,
    ),
    Fault(
        "a signed address gets the secret",
        _CLIENT,
        "self._session.get(url, auth=NoAuth(), stream=True",
        "self._session.get(url, auth=self._auth, stream=True",
        _HTTP_TESTS,
    ),
    Fault(
        "a failed download is an empty file",
        _CLIENT,
        "                if answer.status_code != 200:\n"
        "                    raise build_status_error(what, answer.status_code, None, None)\n",
        "",
        _HTTP_TESTS,
    ),
    Fault(
        "the last day of an included end is asked for twice",
        _WINDOWS,
        "if is_end and cursor.end_included:",
        "if is_end and not cursor.end_included:",
        _WINDOW_TESTS,
    ),
    Fault(
        "the end of a window of days loses its day",
        _WINDOWS,
        "return (day + timedelta(days=1) if is_end else day).isoformat()",
        "return day.isoformat()",
        _WINDOW_TESTS,
    ),
    Fault(
        "a date cursor loses the day in which the window starts",
        _WINDOWS,
        'bounds = day_window(window) if column.type == "date" else window',
        "bounds = window",
        _WINDOW_TESTS,
    ),
    Fault(
        "a record without a cursor value is left out",
        _WINDOWS,
        "return instant is None or bounds.contains(instant)",
        "return instant is not None and bounds.contains(instant)",
        _WINDOW_TESTS,
    ),
    Fault(
        "an epoch in milliseconds is read as seconds",
        _WINDOWS,
        "return _EPOCH + timedelta(milliseconds=int(value))",
        "return _EPOCH + timedelta(seconds=int(value))",
        _WINDOW_TESTS,
    ),
    Fault(
        "a window holds its end",
        "include/core/streams.py",
        "instant < self.end",
        "instant <= self.end",
        ("tests/unit/test_core_streams.py",),
    ),
)
