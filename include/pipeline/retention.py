"""Deletes what elt_ops need not keep for ever; the rules are the ledger's."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from include.core.clock import utcnow
from include.ledger.connection import Warehouse
from include.ledger.retention import run_delete_older

log = logging.getLogger(__name__)


def run_retention(
    warehouse: Warehouse, days: int, zones: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Delete rows older than `days` days; the answer counts them by table.

    Args:
        zones: Tenant -> its time zone.

    Raises:
        WarehouseError: If the ledger cannot be changed; nothing is deleted then.
    """
    cutoff = utcnow() - timedelta(days=days)
    with warehouse.connect() as connection:
        deleted = run_delete_older(connection, cutoff, zones)
    log.info("retention finished days=%d %s", days, deleted)
    return deleted
