"""A load's plan for unit tests."""

from datetime import UTC, datetime
from typing import Any

from include.config.connector_spec import Stream
from include.core.streams import RunKind, Window
from include.ledger.loads import LoadPlace
from include.load.plan import LoadPlan


def build_plan(stream: dict[str, Any]) -> LoadPlan:
    """A scheduled load of `stream`, given as connector.yaml has it less the key."""
    declared = {"primary_key": ["id"], "columns": {"id": "int", "day": "date"}}
    place = LoadPlace(
        tenant="acme",
        feed="shop",
        connector="shop",
        stream="orders",
        kind=RunKind.SCHEDULED,
        window=Window(),
        started_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    return LoadPlan(place, Stream.model_validate(declared | stream))
