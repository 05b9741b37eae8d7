"""Reads a feed through an Airbyte source; everything is in `include.extract.subprocess_source`."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.airbyte_protocol import AirbyteProtocol
from include.extract.oauth_token import TokenStore
from include.extract.subprocess_source import ForeignSource


def build_source(
    feed: Feed, credentials: Credentials, token_store: TokenStore | None = None
) -> ForeignSource:
    return ForeignSource(feed, credentials, AirbyteProtocol, token_store)
