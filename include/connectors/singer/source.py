"""Reads a feed through a Singer tap; everything is in `include.extract.programs.source`."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.programs.singer import SingerProtocol
from include.extract.programs.source import ForeignSource
from include.extract.stores.tokens import TokenStore


def build_source(
    feed: Feed, credentials: Credentials, token_store: TokenStore | None = None
) -> ForeignSource:
    return ForeignSource(
        feed, credentials, lambda _mask: SingerProtocol(feed.options["catalog_flag"]), token_store
    )
