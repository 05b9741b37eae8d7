"""What change data capture says about deleted entities."""

from typing import Any

from include.core.errors import ContractBroken

# For the whole answer, without pages.
MOST_CHANGES = 1000


def fetch_changes(body: Any) -> dict[str, list[dict[str, Any]]]:
    """entity -> changed objects of an answer of /cdc.

    Raises:
        ContractBroken: If it is none.
    """
    answers = body.get("CDCResponse") if isinstance(body, dict) else None
    if not isinstance(answers, list) or not answers or not isinstance(answers[0], dict):
        raise ContractBroken(
            "the answer of `cdc` has no `CDCResponse`. Expected one. Check the connection's host "
            "and the minor version."
        )
    found: dict[str, list[dict[str, Any]]] = {}
    for part in answers[0].get("QueryResponse") or []:
        for entity, rows in part.items():
            if isinstance(rows, list):
                found.setdefault(entity, []).extend(rows)
    return found


def is_full(changes: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether objects may have been left out."""
    return sum(len(rows) for rows in changes.values()) >= MOST_CHANGES


def build_deletions(changes: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The deleted objects among the changes, each with its entity's name."""
    return [
        {**row, "entity": entity}
        for entity, rows in changes.items()
        for row in rows
        if row.get("status") == "Deleted"
    ]
