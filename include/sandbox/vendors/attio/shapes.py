"""Attio's shapes: ids, instants with nine digits, and one value object per attribute type.

Source: Attio OpenAPI 2.0.0, output-value and record schemas, read 2026-11.
"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from include.sandbox.economy.records import Address

Json = dict[str, Any]
SYSTEM: Json = {"type": "system", "id": None}


def build_uuid(*scope: object) -> str:
    """A version 4 UUID that is the same for the same scope."""
    digest = hashlib.sha256("/".join(str(part) for part in ("attio", *scope)).encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def build_instant(at: datetime) -> str:
    """`2022-11-21T13:22:49.061281000Z`."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def build_value(kind: str, at: datetime, actor: Json, **payload: Any) -> Json:
    """One current value of an attribute."""
    return {
        "active_from": build_instant(at),
        "active_until": None,
        "created_by_actor": actor,
        **payload,
        "attribute_type": kind,
    }


def build_text(at: datetime, actor: Json, text: str | None) -> list[Json]:
    return [build_value("text", at, actor, value=text)] if text else []


def build_reference(at: datetime, actor: Json, target: str, record_id: str) -> Json:
    return build_value(
        "record-reference", at, actor, target_object=target, target_record_id=record_id
    )


def build_status(at: datetime, actor: Json, ids: Json, title: str) -> Json:
    """A status; `ids` names workspace, object or list, and attribute."""
    status_id = build_uuid("status", ids["attribute_id"], title)
    status = {
        "title": title,
        "id": {**ids, "status_id": status_id},
        "is_archived": False,
        "target_time_in_status": None,
        "celebration_enabled": title.startswith("Won"),
    }
    return build_value("status", at, actor, status=status)


def build_select(at: datetime, actor: Json, ids: Json, title: str) -> Json:
    option_id = build_uuid("option", ids["attribute_id"], title)
    option = {"id": {**ids, "option_id": option_id}, "title": title, "is_archived": False}
    return build_value("select", at, actor, option=option)


def build_email(at: datetime, actor: Json, address: str) -> Json:
    """An email value with the domains Attio reads out of it."""
    local, _, domain = address.lower().partition("@")
    return build_value(
        "email-address",
        at,
        actor,
        original_email_address=address,
        email_address=address.lower(),
        email_domain=domain,
        email_root_domain=".".join(domain.split(".")[-2:]),
        email_local_specifier=local,
    )


def build_phone(at: datetime, actor: Json, number: str, country: str) -> Json:
    """A phone value with its country."""
    return build_value(
        "phone-number",
        at,
        actor,
        original_phone_number=number,
        country_code=country,
        phone_number=number,
    )


def build_location(at: datetime, actor: Json, address: Address) -> Json:
    """A postal address as one value."""
    return build_value(
        "location",
        at,
        actor,
        line_1=address.street,
        line_2=address.street2 or None,
        line_3=None,
        line_4=None,
        locality=address.city,
        region=address.state,
        postcode=address.postal_code,
        country_code=address.country_code,
        latitude=None,
        longitude=None,
    )
