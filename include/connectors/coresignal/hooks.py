"""Two name sets of one vendor brought together, and what is too large to keep left out.

Live records say `linkedin_url`, documented and masked ones `professional_network_url`.
"""

from typing import Any

_ALIASES = {
    "professional_network_url": "linkedin_url",
    "followers_count_professional_network": "followers_count_linkedin",
    "active_job_postings_titles": "active_job_postings",
}
# A base64 image of 2 kB and more; company_logo_url stays.
_DROPPED = ("company_logo",)
# Repeated once per scrape and over 100 kB; no stream of ours reads them.
_TOO_LARGE = ("company_updates", "description_metadata_raw")
_FLAGS = ("is_b2b", "is_public", "unique_website", "unique_domain", "expired_domain")


def prepare_companies(record: dict[str, Any]) -> dict[str, Any]:
    """One company with live names, flags as booleans, images and post archives left out."""
    for old, new in _ALIASES.items():
        if old in record:
            value = record.pop(old)
            if record.get(new) is None:
                record[new] = value
    for name in (*_DROPPED, *_TOO_LARGE):
        record.pop(name, None)
    for name in _FLAGS:
        if record.get(name) in (0, 1):
            record[name] = bool(record[name])
    for place in record.get("company_locations_full") or ():
        if place.get("is_primary") in (0, 1):
            place["is_primary"] = bool(place["is_primary"])
    return record
