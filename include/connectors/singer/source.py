"""Reads a feed through a Singer tap; everything is in `include.extract.programs.source`."""

from include.extract.programs.mask import Mask
from include.extract.programs.singer import SingerProtocol
from include.extract.programs.source import ForeignSource


class SingerSource(ForeignSource):
    """One tap."""

    def _build_protocol(self, mask: Mask) -> SingerProtocol:
        return SingerProtocol(self._feed.options["catalog_flag"])


SOURCE = SingerSource
