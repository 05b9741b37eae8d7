"""Where a test's loads run: one login for whichever feed asks."""

from include.config.credentials import Credentials
from include.ledger.connection import Warehouse
from include.pipeline.load_environment import LoadEnvironment


def build_environment(warehouse: Warehouse, credentials: Credentials) -> LoadEnvironment:
    return LoadEnvironment(warehouse, lambda feed: credentials)
