"""A feed's stores in the warehouse: what its source keeps between processes."""

from include.config.models import Feed
from include.extract.stores import Stores
from include.warehouse.connection import Warehouse
from include.warehouse.inbox import WarehouseInbox
from include.warehouse.job_store import WarehouseJobStore
from include.warehouse.token_store import WarehouseTokenStore


def build_stores(feed: Feed, warehouse: Warehouse) -> Stores:
    """Opens no connection yet."""
    place = (warehouse, feed.tenant.id, feed.name)
    return Stores(
        token_store=WarehouseTokenStore(*place),
        job_store=WarehouseJobStore(*place),
        inbox=WarehouseInbox(*place),
    )
