"""Faults in what Airflow is told."""

from tests.mutants.fault import Fault

_RETRY = "include/orchestration/retry.py"
_REQUEST = "include/orchestration/run_request.py"
_TRANSFORM = "include/orchestration/dag_builders/transform.py"
_TRIGGER = "include/orchestration/operators/node_trigger.py"
_WAIT = "include/orchestration/operators/wait_for_feeds.py"
_NEWS = "include/orchestration/operators/news.py"
_ARRIVALS = "include/orchestration/operators/arrivals.py"
_SESSION = "include/pipeline/dbt/session_program.py"
_RETRY_TESTS = ("tests/dags/test_retry_policy.py",)
_REQUEST_TESTS = ("tests/dags/test_run_request.py",)
_GRAPH_TESTS = ("tests/dags/test_transform_graph.py", "tests/dags/test_model_tasks.py")

FAULTS = (
    Fault(
        "what needs a person is tried again",
        _RETRY,
        "action=RetryAction.RETRY if error.retryable else RetryAction.FAIL",
        "action=RetryAction.RETRY",
        _RETRY_TESTS,
    ),
    Fault(
        "a source that asks for a year holds a slot for a year",
        _RETRY,
        "min(timedelta(seconds=max(float(asked), 0.0)), MAX_RETRY_AFTER)",
        "timedelta(seconds=max(float(asked), 0.0))",
        _RETRY_TESTS,
    ),
    Fault(
        "the parent's rule hides the child's",
        _RETRY,
        "        found.extend(build_leaves(child))\n        found.append(child)\n",
        "        found.append(child)\n        found.extend(build_leaves(child))\n",
        _RETRY_TESTS,
    ),
    Fault(
        "a misspelt key of a run's conf is ignored",
        _REQUEST,
        "    if unknown:\n",
        "    if len(unknown) > 1:\n",
        _REQUEST_TESTS,
    ),
    Fault(
        "a backfill run's conf is ignored",
        _REQUEST,
        'if conf and getattr(run_type, "value", run_type) == "backfill":',
        'if conf and getattr(run_type, "value", run_type) == "nothing":',
        _REQUEST_TESTS,
    ),
    Fault(
        "a quoted false is true",
        _REQUEST,
        "    if value is None or isinstance(value, bool):\n        return bool(value)\n",
        "    return bool(value)\n",
        _REQUEST_TESTS,
    ),
    Fault(
        "two builds of one tenant at once",
        _TRANSFORM,
        "        max_active_runs=1,\n",
        "        max_active_runs=2,\n",
        _GRAPH_TESTS,
    ),
    Fault(
        "marts are checked although a build failed",
        _TRANSFORM,
        "trigger_rule=TriggerRule.NONE_FAILED",
        "trigger_rule=TriggerRule.ALL_DONE",
        _GRAPH_TESTS,
    ),
    Fault(
        "marts are built only when every feed has come",
        _TRANSFORM,
        "schedule=AssetAny(*raw)",
        "schedule=raw",
        _GRAPH_TESTS,
    ),
    Fault(
        "past intervals are built one after the other",
        _TRANSFORM,
        "        catchup=False,\n",
        "        catchup=True,\n",
        _GRAPH_TESTS,
    ),
    Fault(
        "each model waits for the ones above it",
        _TRANSFORM,
        "            # The plan lets it start, whatever the models above it wait for.\n"
        "            trigger_rule=TriggerRule.ONE_SUCCESS,\n",
        "",
        _GRAPH_TESTS,
    ),
    Fault(
        "models cleared together are built side by side",
        _TRIGGER,
        "            if found <= OVER:\n",
        "            if found:\n",
        ("tests/dags/test_model_tasks.py",),
    ),
    Fault(
        "models that are not planned start all the same",
        _WAIT,
        "    return node is not None and node not in planned\n",
        "    return node is not None and not planned\n",
        ("tests/dags/test_transform_plan.py",),
    ),
    Fault(
        "a load that changed nothing wakes the transform",
        _NEWS,
        "    return None if plan.is_nothing else plan.reason\n",
        "    return plan.reason\n",
        ("tests/dags/test_news.py",),
    ),
    Fault(
        "who cannot tell what there is to build wakes nobody",
        _NEWS,
        '        return "it is not known what there is to build"\n',
        "        return None\n",
        ("tests/dags/test_news.py",),
    ),
    Fault(
        "a feed that found nothing new is late",
        _ARRIVALS,
        "    if state.has_succeeded:\n",
        "    if state.has_succeeded and state.last_event == state.due_at:\n",
        ("tests/dags/test_arrivals.py",),
    ),
    Fault(
        "a build in the same process has the variables of the one before",
        _SESSION,
        "    key = json.dumps([before, options])\n",
        "    key = json.dumps(before)\n",
        ("tests/integration/test_dbt_session.py",),
    ),
)
