"""A load's plan for unit tests."""

from datetime import UTC, datetime
from typing import Any

from include.config.connector_spec import Stream
from include.core.streams import RunKind, Window
from include.load.plan import LoadPlan


def build_plan(stream: dict[str, Any]) -> LoadPlan:
    """A scheduled load of `stream`, given as connector.yaml has it less the key."""
    declared = {"primary_key": ["id"], "columns": {"id": "int", "day": "date"}}
    return LoadPlan(
        tenant="acme",
        feed="shop",
        connector="shop",
        stream_name="orders",
        stream=Stream.model_validate(declared | stream),
        window=Window(),
        kind=RunKind.SCHEDULED,
        started_at=datetime(2026, 2, 1, tzinfo=UTC),
        cursor_after=None,
    )
