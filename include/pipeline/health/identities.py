"""Who a person is to a tenant's sources: every record, why it was joined, what nearly was."""

from typing import Any

from include.destinations.postgres.identity.look import (
    MOST_PEOPLE,
    fetch_meant,
    fetch_members,
    fetch_owners,
    fetch_pairs,
    fetch_people_counts,
    fetch_source_matches,
    has_identities,
)
from include.ledger.connection import Connection, Warehouse

# Below it two records were compared, and are nobody's near miss.
LEAST_NEAR = 0.01


def fetch_who(warehouse: Warehouse, tenant: str, word: str) -> dict[str, Any] | None:
    """Everything about the people a word means.

    Args:
        word: A record's or person's id, an e-mail address, a phone number, or part of a name.

    Returns:
        `people` (id, name, `records` with how each was joined, `joined` and `nearly` with the pairs
        inside and across), and how many `more` there are; None when nothing is resolved yet.
    """
    with warehouse.connect() as connection:
        if not has_identities(connection, tenant):
            return None
        meant = fetch_meant(connection, tenant, word)
        members = fetch_members(connection, tenant, meant[:MOST_PEOPLE])
        pairs = fetch_pairs(connection, tenant, [one["record_id"] for one in members])
        sides = {pair[side] for pair in pairs for side in ("left_id", "right_id")}
        owners = fetch_owners(connection, tenant, sorted(sides))
    by_person: dict[str, list[dict[str, Any]]] = {}
    for one in members:
        by_person.setdefault(str(one.pop("person_id")), []).append(one)
    people = [_build_person(*item, pairs, owners) for item in by_person.items()]
    return {"people": people, "more": max(0, len(meant) - MOST_PEOPLE)}


def _build_person(
    person: str,
    records: list[dict[str, Any]],
    pairs: list[dict[str, Any]],
    owners: dict[str, str],
) -> dict[str, Any]:
    own = {one["record_id"] for one in records}
    joined, nearly = [], []
    for pair in pairs:
        inside = {pair["left_id"], pair["right_id"]} & own
        if len(inside) == 2:
            joined.append(pair)
        elif inside and _is_near(pair):
            (record,) = inside
            other = pair["right_id"] if record == pair["left_id"] else pair["left_id"]
            shown = {key: pair[key] for key in ("score", "band", "decided_by", "evidence")}
            nearly.append(
                {"record_id": record, "other_id": other, "other": owners.get(other), **shown}
            )
    names = [one["name"] for one in records if one["name"]]
    return {
        "person_id": person,
        "name": max(names, key=lambda name: (names.count(name), name)) if names else None,
        "records": records,
        "joined": joined,
        "nearly": nearly,
    }


def _is_near(pair: dict[str, Any]) -> bool:
    """Whether a person may want to see it; of strangers every pair is kept, too."""
    return pair["score"] is None or pair["score"] >= LEAST_NEAR or pair["decided_by"] == "override"


def fetch_matches(connection: Connection, tenant: str) -> dict[str, Any] | None:
    """`records`, `people` and, a pair of sources, how many people they share; None: not resolved.

    `rate` is the share of the smaller source's people that the larger one has, too.
    """
    if not has_identities(connection, tenant):
        return None
    records, people = fetch_people_counts(connection, tenant)
    pairs = [
        {
            "sources": (one, other),
            "shared": both,
            "rate": both / min(in_one, in_other),
        }
        for one, other, in_one, in_other, both in fetch_source_matches(connection, tenant)
    ]
    return {"records": records, "people": people, "pairs": pairs}
