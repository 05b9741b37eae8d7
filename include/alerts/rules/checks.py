"""Checks that found wrong data or cannot run, read from elt_ops.check_results."""

from collections.abc import Mapping
from typing import Any

from include.alerts.rules.findings import Findings, Ground
from include.alerts.signal import Signal
from include.core.streams import RunOrigin
from include.ledger.trust.alerts.facts import NEWEST_CHECKS, fetch_facts

SEVERITIES = {"error": "error", "warn": "warning", "info": "info"}
BAD = {"failed": "check_failed", "broken": "check_broken"}
MUTED = "muted"
WELL = ("passed", MUTED)


def find_failed_checks(ground: Ground) -> Findings:
    """One alert a check; it ends when the check passes, is muted, or fails in the other way."""
    rows = fetch_facts(ground.connection, NEWEST_CHECKS, list(ground.tenants), ground.since)
    rows = [_unless_muted(row, ground) for row in rows]
    raised = [build_check_signal(row) for row in rows if row["state"] in BAD]
    newest = {_place(row): row for row in rows}
    ended = []
    for one in ground.of("check_failed", "check_broken"):
        row = newest.get((one.tenant, one.feed, one.stream, one.subject))
        if row is None or row["checked_at"] <= one.last_at:
            continue
        if row["state"] in WELL or BAD.get(row["state"], one.type) != one.type:
            ended.append(one)
    return Findings(raised=raised, ended=ended)


def build_check_signal(row: Mapping[str, Any]) -> Signal:
    """The signal of a row of elt_ops.check_results; keys of bad rows stay there."""
    bad = f"{row['bad_rows']} bad rows. " if row["bad_rows"] else ""
    detail = str(row["message"] or "")
    return Signal(
        type=BAD[row["state"]],
        tenant=row["tenant"],
        feed=row["feed"],
        stream=row["stream"],
        subject=_subject(row),
        severity=SEVERITIES.get(row["severity"], "warning") if row["state"] == "failed" else None,
        message=f"check `{row['check_name']}`: {bad}{detail}".strip(),
        cause=None if row["feed"] else f"{row['tenant']}/marts",
        at=row["checked_at"],
        origin=RunOrigin(row["dag_id"], row["run_id"]),
    )


def _unless_muted(row: dict[str, Any], ground: Ground) -> dict[str, Any]:
    """A muted check is seen in the report; nobody is called for it."""
    is_muted = row["muted_until"] is not None and row["muted_until"] > ground.now
    return {**row, "state": MUTED} if is_muted else row


def _subject(row: Mapping[str, Any]) -> str:
    return str(row["check_name"])


def _place(row: Mapping[str, Any]) -> tuple[str, str | None, str | None, str]:
    return row["tenant"], row["feed"], row["stream"], _subject(row)
