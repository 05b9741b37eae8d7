"""A database's wall clock: moments stored without a zone, taken in the zone the feed names.

When clocks go back, an hour repeats and its moments mean two instants. Each is taken as the first
of them, a fixed rule, so that a row is in one window only. A window that ends inside the repeated
hour reaches to its end, the next one starts at its beginning: read twice, lost never.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pc

from include.core.errors import ConfigError


def load_zone(name: str | None) -> ZoneInfo:
    """The zone of that IANA name; UTC when none is given.

    Raises:
        ConfigError: If there is no such zone.
    """
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(
            f"option `timezone` is `{name}`. Expected an IANA zone such as `America/New_York`. "
            "Correct the tenant file."
        ) from None


def build_wall_start(instant: datetime, zone: ZoneInfo) -> datetime:
    """Earliest wall time that may mean this instant or a later one."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def build_wall_end(instant: datetime, zone: ZoneInfo) -> datetime:
    """First wall time that cannot mean an earlier instant."""
    wall = instant.astimezone(zone)
    return (wall + timedelta(hours=1) if wall.fold else wall).replace(tzinfo=None, fold=0)


def build_instants(walls: Any, zone: ZoneInfo) -> Any:
    """Arrow timestamps without zone as naive UTC, microseconds."""
    if zone.key == "UTC":
        return walls
    aware = pc.assume_timezone(
        walls.cast(pa.timestamp("us")), zone.key, ambiguous="earliest", nonexistent="latest"
    )
    return aware.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(pa.timestamp("us"))
