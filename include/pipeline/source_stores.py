"""A feed's stores in the warehouse: what its source keeps between processes."""

from include.config.models import Feed
from include.extract.stores.source_stores import Stores
from include.ledger.connection import Warehouse
from include.ledger.stores.files import WarehouseFileLedger
from include.ledger.stores.inbox import WarehouseInbox
from include.ledger.stores.jobs import WarehouseJobStore
from include.ledger.stores.names import WarehouseNameStore
from include.ledger.stores.rate_budget import WarehouseRateBudget
from include.ledger.stores.tokens import WarehouseTokenStore


def build_stores(feed: Feed, warehouse: Warehouse) -> Stores:
    """Opens no connection yet."""
    place = (warehouse, feed.tenant.id, feed.name)
    return Stores(
        token_store=WarehouseTokenStore(*place),
        rate_budget=WarehouseRateBudget(warehouse),
        job_store=WarehouseJobStore(*place),
        file_ledger=WarehouseFileLedger(*place),
        inbox=WarehouseInbox(*place),
        name_store=WarehouseNameStore(*place),
    )
