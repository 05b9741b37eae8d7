"""Reads a feed through an Airbyte source; everything is in `include.extract.programs.source`."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.programs.airbyte import AirbyteProtocol
from include.extract.programs.source import ForeignSource
from include.extract.stores.tokens import TokenStore


def build_source(
    feed: Feed, credentials: Credentials, token_store: TokenStore | None = None
) -> ForeignSource:
    return ForeignSource(feed, credentials, AirbyteProtocol, token_store)
