"""What dbt's own tests found, as outcomes beside ours. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from include.quality.check import CheckOutcome, Dimension, Origin, Severity, Status

STATES = {"pass": Status.PASSED, "fail": Status.FAILED, "warn": Status.FAILED}
_DIMENSIONS = {
    "not_null": Dimension.COMPLETENESS,
    "unique": Dimension.UNIQUENESS,
    "is_row_key": Dimension.UNIQUENESS,
    "relationships": Dimension.INTEGRITY,
    "members_are_known": Dimension.INTEGRITY,
    "accepted_values": Dimension.VALIDITY,
}


def build_dbt_outcomes(
    results: Iterable[Mapping[str, Any]], manifest: Mapping[str, Any]
) -> list[CheckOutcome]:
    """One outcome a test that ran, by the model it is declared at; unit tests look at no data.

    Args:
        results: Of run_results.json.
        manifest: Of the same build.
    """
    found = []
    for result in results:
        unique_id = str(result["unique_id"])
        if not unique_id.startswith("test."):
            continue
        node = manifest.get("nodes", {}).get(unique_id, {})
        parents = node.get("depends_on", {}).get("nodes") or [""]
        table = str(node.get("attached_node") or parents[-1]).rsplit(".", 1)[-1] or None
        found.append(_build(result, node, table))
    return found


def _build(result: Mapping[str, Any], node: Mapping[str, Any], table: str | None) -> CheckOutcome:
    state = str(result.get("status"))
    status = STATES.get(state, Status.SKIPPED if state == "skipped" else Status.BROKEN)
    kind = str((node.get("test_metadata") or {}).get("name") or "")
    is_error = str((node.get("config") or {}).get("severity", "error")).lower() == "error"
    name = str(node.get("name") or str(result["unique_id"]).split(".")[2])
    detail = ""
    if status is Status.FAILED:
        about = f"`{node['column_name']}` of `{table}`" if node.get("column_name") else f"`{table}`"
        detail = f"dbt's test `{kind or name}` of {about} found rows."
    elif status is Status.BROKEN:
        # dbt's own message may quote rows; the task's log has it.
        detail = "dbt could not run the test. The task's log has its message."
    return CheckOutcome(
        name,
        Severity.ERROR if is_error and state != "warn" else Severity.WARN,
        status,
        table,
        bad_rows=int(result.get("failures") or 0) if state in STATES else None,
        detail=detail,
        dimension=_DIMENSIONS.get(kind, Dimension.VALIDITY),
        origin=Origin.DBT,
        about=table,
    )
