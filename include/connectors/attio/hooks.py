"""Attio: the standard attributes of a record as plain fields.

`values` is a map slug -> list of values, and an empty attribute is `[]`, null or absent. All of it
stays in `values`; what every workspace has is put beside it, and of people also what forms and
website tools write about traffic. Source: OpenAPI 2.0.0, output-value.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from include.extract.record_path import pick

Record = dict[str, Any]

LOCATION = {
    f"location_{part}": ("primary_location", part)
    for part in ("line_1", "line_2", "locality", "region", "postcode", "country_code")
}
COMPANY = {
    "name": ("name", "value"),
    "domain": ("domains", "domain"),
    "description": ("description", "value"),
    "linkedin": ("linkedin", "value"),
    "twitter": ("twitter", "value"),
    "facebook": ("facebook", "value"),
    **LOCATION,
}
PERSON = {
    "first_name": ("name", "first_name"),
    "last_name": ("name", "last_name"),
    "full_name": ("name", "full_name"),
    "email": ("email_addresses", "email_address"),
    "phone": ("phone_numbers", "phone_number"),
    "job_title": ("job_title", "value"),
    "company_id": ("company", "target_record_id"),
    "description": ("description", "value"),
    "linkedin": ("linkedin", "value"),
    **LOCATION,
}
DEAL = {
    "name": ("name", "value"),
    "stage": ("stage", "status.title"),
    "stage_id": ("stage", "status.id.status_id"),
    "stage_entered_at": ("stage", "active_from"),
    "owner_type": ("owner", "referenced_actor_type"),
    "owner_id": ("owner", "referenced_actor_id"),
    "deal_value": ("value", "currency_value"),
    "currency_code": ("value", "currency_code"),
    "company_id": ("associated_company", "target_record_id"),
}
# No workspace has these by itself: a person's traffic is in attributes of its own, whose slugs are
# their titles, small and with underscores (docs.attio.com, slugs and ids). Column -> slugs.
TRAFFIC = {
    "utm_source": ("utm_source",),
    "utm_medium": ("utm_medium",),
    "utm_campaign": ("utm_campaign",),
    "gclid": ("gclid",),
    "fbclid": ("fbclid",),
    "landing_url": ("landing_page", "landing_page_url", "landing_url"),
    "referrer_url": ("referrer", "referrer_url"),
}


def prepare_companies(record: Record) -> Record:
    """Standard attributes, and the titles of the categories."""
    values = _values(record, "values")
    categories = [pick(value, "option.title") for value in _list(values, "categories")]
    return record | _flat(values, COMPANY) | {"categories": categories}


def prepare_people(record: Record) -> Record:
    """Standard attributes and traffic; the first address and number stand for all of them."""
    values = _values(record, "values")
    return record | _flat(values, PERSON) | _traffic(values)


def prepare_deals(record: Record) -> Record:
    """Standard attributes; `value` is a currency."""
    return record | _flat(_values(record, "values"), DEAL)


def prepare_list_entries(record: Record) -> Record:
    """The entry's first attribute of type status, by slug: lists have no standard attributes."""
    values = _values(record, "entry_values")
    slugs = sorted(s for s in values if pick(_first(values, s), "attribute_type") == "status")
    found = _first(values, slugs[0]) if slugs else None
    return record | {
        "status": pick(found, "status.title"),
        "status_id": pick(found, "status.id.status_id"),
        "status_entered_at": pick(found, "active_from"),
        "last_value_at": _latest(values),
    }


def _flat(values: Mapping[str, Any], columns: Mapping[str, tuple[str, str]]) -> Record:
    found = {name: pick(_first(values, slug), path) for name, (slug, path) in columns.items()}
    return {**found, "last_value_at": _latest(values)}


def _traffic(values: Mapping[str, Any]) -> Record:
    """What is said of where a person came from, and since when; empty text is nothing."""
    found: Record = {}
    since = []
    for column, slugs in TRAFFIC.items():
        for value in (_first(values, slug) for slug in slugs):
            # A text, or the title of a choice.
            said = pick(value, "value") or pick(value, "option.title")
            if column not in found and isinstance(said, str) and said.strip():
                found[column] = said.strip()
                since.append(pick(value, "active_from"))
    told = [at for at in since if isinstance(at, str)]
    return {**dict.fromkeys(TRAFFIC), **found, "traffic_told_at": min(told, default=None)}


def _values(record: Record, field: str) -> Mapping[str, Any]:
    found = record.get(field)
    return found if isinstance(found, Mapping) else {}


def _list(values: Mapping[str, Any], slug: str) -> list[Any]:
    found = values.get(slug)
    return found if isinstance(found, list) else []


def _first(values: Mapping[str, Any], slug: str) -> Any:
    return next(iter(_list(values, slug)), None)


def _latest(values: Mapping[str, Any]) -> str | None:
    """When the newest value became current; a removed value leaves no trace.

    Instants are UTC with the same number of digits, so the greatest text is the latest.
    """

    def instants() -> Iterator[str]:
        for slug in values:
            for value in _list(values, slug):
                found = pick(value, "active_from")
                if isinstance(found, str):
                    yield found

    return max(instants(), default=None)
