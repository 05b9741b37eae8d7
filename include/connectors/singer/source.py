"""Reads a feed through a Singer tap; everything is in `include.extract.subprocess_source`."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.oauth_token import TokenStore
from include.extract.singer_protocol import SingerProtocol
from include.extract.subprocess_source import ForeignSource


def build_source(
    feed: Feed, credentials: Credentials, token_store: TokenStore | None = None
) -> ForeignSource:
    return ForeignSource(
        feed, credentials, lambda _mask: SingerProtocol(feed.options["catalog_flag"]), token_store
    )
