"""A feed's stores in the warehouse: what its source keeps between processes."""

from include.config.models import Feed
from include.extract.stores import Stores
from include.warehouse.connection import Warehouse
from include.warehouse.file_ledger import WarehouseFileLedger
from include.warehouse.inbox import WarehouseInbox
from include.warehouse.job_store import WarehouseJobStore
from include.warehouse.rate_budget import WarehouseRateBudget
from include.warehouse.token_store import WarehouseTokenStore


def build_stores(feed: Feed, warehouse: Warehouse) -> Stores:
    """Opens no connection yet."""
    place = (warehouse, feed.tenant.id, feed.name)
    return Stores(
        token_store=WarehouseTokenStore(*place),
        rate_budget=WarehouseRateBudget(warehouse),
        job_store=WarehouseJobStore(*place),
        file_ledger=WarehouseFileLedger(*place),
        inbox=WarehouseInbox(*place),
    )
