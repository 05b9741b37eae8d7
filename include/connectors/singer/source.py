"""Reads a feed through a Singer tap; everything is in `include.extract.subprocess_source`."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.singer_protocol import SingerProtocol
from include.extract.subprocess_source import ForeignSource


def build_source(feed: Feed, credentials: Credentials) -> ForeignSource:
    return ForeignSource(
        feed, credentials, lambda _mask: SingerProtocol(feed.options["catalog_flag"])
    )
