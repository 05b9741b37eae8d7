"""Reads a feed through an Airbyte source; everything is in `include.extract.subprocess_source`."""

from include.config.credentials import Credentials
from include.config.models import Feed
from include.extract.airbyte_protocol import AirbyteProtocol
from include.extract.subprocess_source import ForeignSource


def build_source(feed: Feed, credentials: Credentials) -> ForeignSource:
    return ForeignSource(feed, credentials, AirbyteProtocol)
