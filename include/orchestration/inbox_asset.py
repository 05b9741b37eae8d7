"""The asset that stands for all inboxes: its event wakes `ops__webhook_drain`."""

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import Asset

from include.core import naming

NAME = "ops/inbox"
FEEDS = "feeds"


def build_inbox_asset() -> Asset:
    return Asset(name=NAME, uri=naming.asset_uri(NAME))


def run_send_news(places: Sequence[tuple[str, str]]) -> bool:
    """Send the asset's event from the API server; False while Airflow does not know the asset.

    Does what POST /api/v2/assets/events does, without a request to ourselves.
    """
    # The metadata database: the API server's alone.
    from airflow.assets.manager import asset_manager
    from airflow.utils.session import create_session

    with create_session() as session:
        sent = asset_manager.register_asset_change(
            asset=build_inbox_asset(),  # type: ignore[arg-type]  # asked for name and uri only
            extra={FEEDS: [list(place) for place in places]},
            session=session,
        )
    return sent is not None


def read_named_feeds(context: Mapping[str, Any]) -> list[list[str]]:
    """[tenant, feed] of the events that started this run, each once; empty for a timed run."""
    found = set()
    for events in (context.get("triggering_asset_events") or {}).values():
        for event in events:
            for place in (event.extra or {}).get(FEEDS, ()):
                if isinstance(place, list) and len(place) == 2:
                    found.add((str(place[0]), str(place[1])))
    return [list(place) for place in sorted(found)]
