"""A vendor's sandbox credentials as the fields of an Airflow connection."""

from collections.abc import Mapping
from typing import Any

# Its feeds describe an API themselves: whose it is, only their name says.
OWN_API = "rest"


def find_vendor(connector: str, feed: str) -> str:
    """The vendor a feed talks to: its connector's; with an API of its own, the feed's name."""
    return feed if connector == OWN_API else connector


def build_connection(base_url: str, vendor: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """`conn_type`, `host`, `login`, `password`, `extra` for one tenant's account.

    Args:
        base_url: Where the sandbox listens, without a slash at the end.
        vendor: Vendor name; its prefix is the default host path.
        fields: One entry of `world.json` `credentials.<vendor>.<tenant>`. `{base}` inside texts
            of `extra` becomes `base_url`, for addresses such as a token endpoint.
    """
    found: dict[str, Any] = {
        "conn_type": fields.get("conn_type", "generic"),
        "host": base_url + fields.get("host_path", f"/{vendor}"),
    }
    found |= {name: fields[name] for name in ("login", "password") if fields.get(name)}
    extra = fields.get("extra") or {}
    found["extra"] = {
        name: value.replace("{base}", base_url) if isinstance(value, str) else value
        for name, value in extra.items()
    }
    return found
