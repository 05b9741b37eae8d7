"""What a tenant has decided about one stream's data, as the loader applies it."""

from dataclasses import dataclass

from include.config.stream_settings import Drift


@dataclass(frozen=True)
class StreamPolicy:
    """One stream's policy.

    Attributes:
        drift: What becomes of fields nobody declared.
    """

    drift: Drift = "evolve"


DEFAULT_POLICY = StreamPolicy()
