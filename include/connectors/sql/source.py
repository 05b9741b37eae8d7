"""Any SQL database; the work is done in include.extract, where other connectors may use it."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.sql.source import SqlSource


def build_source(feed: Feed, credentials: Credentials) -> SqlSource:
    """Opens nothing yet."""
    return SqlSource(feed, credentials)
