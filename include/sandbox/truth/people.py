"""Which record of which system belongs to whom, in the words of the warehouse.

A record is named as the marts name it, `<connector>:<feed>:<id>`: tenant-wide, so that a table of
matches can be joined to it as it is. People and companies are in one map; which of them a record
is asked for is decided by the table that holds it.
"""

from collections.abc import Mapping
from typing import Any

# A source of the truth is named like the demo's feed; these are read by another connector.
CONNECTOR_OF = {
    "quickbooks": "quickbooks_csv",
    "quickbooks_online": "quickbooks",
    "uploads": "files",
}


def build_record_id(feed: str, source_id: object) -> str:
    """`acme`'s feed `quickbooks` and its customer `Jane` -> `quickbooks_csv:quickbooks:Jane`."""
    return f"{CONNECTOR_OF.get(feed, feed)}:{feed}:{source_id}"


def build_people(identities: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """tenant -> record id -> party_id, out of `identities` of the truth."""
    found: dict[str, dict[str, str]] = {}
    for party_id, entry in identities.items():
        for place, ids in entry["records"].items():
            tenant, _, feed = place.partition("/")
            known = found.setdefault(tenant, {})
            known.update((build_record_id(feed, one), party_id) for one in ids)
    return {tenant: dict(sorted(known.items())) for tenant, known in sorted(found.items())}


def build_testers(identities: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Parties that are nobody: staff that tries the checkout; whether two are one is moot."""
    return sorted(party_id for party_id, entry in identities.items() if entry["is_test"])
