"""Feeds for tests without tenant files."""

from datetime import date
from pathlib import Path
from typing import Any

from include.config.connector_spec import Connector
from include.config.models import Feed, Tenant, TenantFile
from tests.shipped import load_known_connectors

DAY = date(2025, 1, 1)


def build_tenant(name: str = "testco") -> Tenant:
    feeds = {"feed": {"start_date": DAY}}
    return Tenant(TenantFile(tenant=name, name=name, owner="tests", feeds=feeds), Path("x.yaml"))


def build_feed(connector: Connector | dict[str, Any] | str, **options: Any) -> Feed:
    """A feed of a connector given by value, by its yaml's data, or by name."""
    if isinstance(connector, str):
        connector = load_known_connectors()[connector]
    if isinstance(connector, dict):
        connector = Connector.model_validate(connector)
    defaults = {name: option.default for name, option in connector.options.items()}
    return Feed(
        tenant=build_tenant(),
        name="feed",
        connector=connector,
        streams=dict(sorted(connector.streams.items())),
        options={**defaults, **options},
        concepts=connector.concepts,
        schedule=None,
        start_date=DAY,
        priority=5,
        enabled=True,
        deadline_minutes=60,
    )
