"""Checks as people look at them: by one name, with their trend, mutes and what they cost."""

from datetime import datetime, timedelta
from typing import Any

from include.core.clock import utcnow
from include.ledger.connection import Warehouse
from include.ledger.trust.check_results import (
    fetch_latest_checks,
    fetch_table_scores,
    fetch_trend,
)
from include.ledger.trust.mutes import (
    CheckPlace,
    Mute,
    build_muted_until,
    fetch_mutes,
    run_mute,
    run_unmute,
)

MARTS = "marts"


def build_check_name(row: dict[str, Any]) -> str:
    """`<feed>.<stream>.<name>`; `marts.<table>.<name>` of marts; what there is not is left out."""
    parts = (row["feed"] or MARTS, row["stream"], row["check_name"])
    return ".".join(part for part in parts if part)


def fetch_checks(warehouse: Warehouse, tenant: str) -> list[dict[str, Any]]:
    """The newest result of each check by name, with the mute in force now."""
    with warehouse.connect() as connection:
        rows = fetch_latest_checks(connection, tenant)
        muted = build_muted_until(fetch_mutes(connection, tenant, utcnow()))
    named = (
        {**row, "check": build_check_name(row), "muted_until": muted.get(_place(row))}
        for row in rows
    )
    return sorted(named, key=lambda row: row["check"])


def fetch_explanation(
    warehouse: Warehouse, tenant: str, check: dict[str, Any], days: int
) -> dict[str, Any]:
    """`check`, its `trend` (each day's last result), all its `mutes`, and the `points` it costs."""
    place = _place(check)
    with warehouse.connect() as connection:
        trend = fetch_trend(connection, tenant, place, utcnow() - timedelta(days=days))
        mutes = fetch_mutes(connection, tenant, utcnow(), also_ended=True)
        scores = fetch_table_scores(connection, tenant)
    points, owner = _find_points(scores, check)
    return {
        "check": check,
        "trend": trend,
        "mutes": [one for one in mutes if _place(one) == place],
        "points": points,
        "score_of": owner,
    }


def run_mute_check(
    warehouse: Warehouse, tenant: str, check: dict[str, Any], said: tuple[datetime, str, str]
) -> None:
    """Mute it.

    Args:
        said: Until when, because of what, by whom.
    """
    with warehouse.connect() as connection:
        run_mute(connection, Mute(tenant, *_place(check), *said))


def run_unmute_check(warehouse: Warehouse, tenant: str, check: dict[str, Any]) -> int:
    """End its mute; 0 when there was none."""
    with warehouse.connect() as connection:
        return run_unmute(connection, tenant, _place(check))


def _place(row: dict[str, Any]) -> CheckPlace:
    return row["feed"], row["stream"], row["check_name"]


def _find_points(scores: list[dict[str, Any]], check: dict[str, Any]) -> tuple[str | None, str]:
    """What the check costs the narrowest score that names it, and whose score that is."""
    for score in sorted(scores, key=lambda row: row["stream"] is None):
        if (score["feed"], score["layer"]) != (check["feed"], check["layer"]):
            continue
        for reason in score["reasons"]:
            if reason["check"] == check["check_name"] and (
                check["stream"] is None or reason["table"] == check["stream"]
            ):
                return reason["points"], score["stream"] or score["feed"] or MARTS
    return None, ""
