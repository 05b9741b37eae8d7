"""One tenant's `dbt build`, or a part of it, outside of Airflow."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.core.clock import utcnow
from include.core.errors import TransformError
from include.ledger.connection import Warehouse
from include.ledger.login.tenant_login import run_ensure_login
from include.pipeline.dbt.environment import build_dbt_environment
from include.pipeline.dbt.manifest import load_manifest
from include.pipeline.dbt.node_states import (
    BUILT,
    FAILED_STATES,
    TEST_FAILED,
    NodeStates,
    build_attached,
)
from include.pipeline.dbt.raw_tables import run_ensure_raw_tables
from include.pipeline.dbt.session import run_build_command
from include.pipeline.health.checks import CheckSummary
from include.quality.check import CheckContext
from include.quality.dbt_tests import build_dbt_outcomes
from include.quality.save import MART, run_save_outcomes
from include.transform.selection import build_exclusion, build_selection
from include.transform.variables import build_dbt_vars

log = logging.getLogger(__name__)
MAX_NAMED = 8


@dataclass(frozen=True, slots=True)
class BuildPart:
    """How one dbt call stands to others of the same tenant.

    Attributes:
        is_alone: It has a target folder of its own, for builds of one tenant that may overlap.
        later: Names of models that a later call of the same build makes: tests that look at them
            wait for it.
        beside: Marts are made beside those people read, to be published when they are checked.
    """

    is_alone: bool = False
    later: Sequence[str] = ()
    beside: bool = False


WHOLE = BuildPart()
ALONE = BuildPart(is_alone=True, beside=True)


@dataclass(frozen=True, slots=True)
class DbtResult:
    """How many nodes ended how.

    Attributes:
        seconds: dbt's own time without its start-up.
        checks: What the checks of what was built found; None where nobody has checked yet.
    """

    models: int
    tests: int
    seconds: float
    checks: CheckSummary | None = None


def run_dbt_build(
    tenant: Tenant,
    warehouse: Warehouse,
    *,
    select: Sequence[str] | None = None,
    settings: Settings | None = None,
    part: BuildPart = WHOLE,
    report: Callable[[dict[str, str]], None] | None = None,
) -> DbtResult:
    """Build and test the tenant's models.

    Args:
        select: dbt selectors; everything the tenant's connectors give when None.
        report: Called with how every node so far has ended, each time one more has, and once more
            before a failure is raised.

    Raises:
        TransformError: With the nodes that failed; models built before stay.
        ConfigError: If dbt is not installed.
    """
    settings = settings or load_settings()
    target = build_target_dir(settings, tenant.id) / ("alone" if part.is_alone else "")
    target.mkdir(parents=True, exist_ok=True)
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    run_ensure_raw_tables(tenant, warehouse)
    own = run_ensure_login(warehouse, tenant.id)
    states = NodeStates(build_attached(load_manifest(settings.dbt_manifest)) if report else {})

    def listen(event: Mapping[str, Any]) -> None:
        if states.take(event) and report:
            report(states.ended)

    code = run_build_command(
        settings,
        build_arguments(tenant, select or build_selection(tenant), target, part),
        build_dbt_environment(own.url, tenant.id, tenant_roles=warehouse.uses_tenant_roles),
        results,
        listen,
    )
    found = load_run_results(results)
    if report:
        states.settle_all(build_node_states(found, load_attached(target, found)))
        report(states.ended)
    _save_tests(tenant, warehouse, target, found)
    if code != 0:
        raise build_transform_error(tenant.id, found, code)
    result = build_result(found)
    log.info(
        "dbt finished tenant=%s models=%d tests=%d seconds=%.1f",
        *(tenant.id, result.models, result.tests, result.seconds),
    )
    return result


def _save_tests(
    tenant: Tenant, warehouse: Warehouse, target: Path, results: list[dict[str, Any]]
) -> None:
    """dbt's tests are checks like ours: whoever asks what is wrong finds both in one place."""
    if any(str(result["unique_id"]).startswith("test.") for result in results):
        outcomes = build_dbt_outcomes(results, load_manifest(target / "manifest.json"))
        run_save_outcomes(warehouse, outcomes, CheckContext(utcnow()), layer=MART, tenant=tenant.id)


def build_target_dir(settings: Settings, tenant_id: str) -> Path:
    """Each tenant's own, so that tenants building at once do not share a partial parse."""
    return settings.state_dir / "dbt" / "target" / tenant_id


def build_arguments(
    tenant: Tenant, select: Sequence[str], target: Path, part: BuildPart = WHOLE
) -> list[str]:
    """Words of the dbt command line, without the executable; the same for the same tenant file."""
    variables = {**build_dbt_vars(tenant), "beside": part.beside}
    return [
        "build",
        "--select",
        *select,
        "--exclude",
        *build_exclusion(),
        *part.later,
        "--vars",
        json.dumps(variables, sort_keys=True),
        "--target-path",
        str(target),
        "--log-path",
        str(target / "logs"),
    ]


def load_run_results(path: Path) -> list[dict[str, Any]]:
    """`results` of run_results.json; empty when dbt stopped before it ran anything."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return list(data.get("results", []))


def load_attached(target: Path, results: list[dict[str, Any]]) -> dict[str, str]:
    """Test id -> id of the model it tests; read from the build's manifest, only on failures."""
    if not any(result.get("status") in FAILED_STATES for result in results):
        return {}
    return build_attached(load_manifest(target / "manifest.json"))


def build_node_states(results: list[dict[str, Any]], attached: Mapping[str, str]) -> dict[str, str]:
    """Model, snapshot or seed id -> dbt's word for how it ended, `test failed` if a test of it did.

    Args:
        attached: Test id -> id of the model it tests.
    """
    states = {str(r["unique_id"]): str(r["status"]) for r in results}
    models = {id_: state for id_, state in states.items() if id_.split(".", 1)[0] in BUILT}
    for test, model in attached.items():
        if states.get(test) in FAILED_STATES and models.get(model) == "success":
            models[model] = TEST_FAILED
    return models


def build_result(results: list[dict[str, Any]]) -> DbtResult:
    """Counts of what dbt built and tested."""
    kinds = [str(result["unique_id"]).split(".", 1)[0] for result in results]
    return DbtResult(
        models=sum(kind in BUILT for kind in kinds),
        tests=kinds.count("test"),
        seconds=sum(float(result.get("execution_time") or 0) for result in results),
    )


def build_transform_error(
    tenant_id: str, results: list[dict[str, Any]], code: int
) -> TransformError:
    """Names the failing nodes; dbt's messages stay in the log, for they may quote rows."""
    failed = [
        str(result["unique_id"]).split(".", 2)[-1]
        for result in results
        if result.get("status") in FAILED_STATES
    ]
    if not failed:
        return TransformError(
            f"dbt stopped with exit code {code} before it built anything. "
            "The task's log has its message.",
            tenant=tenant_id,
        )
    skipped = sum(result.get("status") == "skipped" for result in results)
    named = ", ".join(f"`{name}`" for name in failed[:MAX_NAMED])
    more = f" and {len(failed) - MAX_NAMED} more" if len(failed) > MAX_NAMED else ""
    return TransformError(
        f"dbt: {len(failed)} nodes failed: {named}{more}; {skipped} skipped behind them. "
        "The task's log has their messages.",
        tenant=tenant_id,
    )
