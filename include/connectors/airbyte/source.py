"""Reads a feed through an Airbyte source; everything is in `include.extract.programs.source`."""

from include.extract.programs.airbyte import AirbyteProtocol
from include.extract.programs.mask import Mask
from include.extract.programs.source import ForeignSource


class AirbyteSource(ForeignSource):
    """One Airbyte source."""

    def _build_protocol(self, mask: Mask) -> AirbyteProtocol:
        return AirbyteProtocol(mask)


SOURCE = AirbyteSource
