"""What a tenant decides for single streams of a feed: the block `stream_settings` of a feed.

To add a setting: one field here with default None ("as the feed, or the platform, has it").
"""

from typing import Literal

from pydantic import Field

from include.config.connector_spec import QuarantineLimit
from include.config.spec import Spec

Drift = Literal["evolve", "freeze", "discard"]


class StreamSettings(Spec):
    """One stream's block; what is absent follows the feed."""

    drift: Drift | None = Field(
        None,
        description="Fields nobody declared: evolve keeps them in _extra and reports them, freeze "
        "fails the load, discard drops and reports them.",
    )
    quarantine: QuarantineLimit | None = Field(
        None, description="Records that may not fit before the load fails: {share: 0.1, least: 20}."
    )

    sweep_limit_share: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Share of the known rows that may be missing from a complete read; 1: any.",
    )

    fields: tuple[str, ...] | None = Field(
        None,
        max_length=200,
        description="Fields to ask for besides the columns, in the source's words; into _extra.",
    )

    def over(self, defaults: "StreamSettings") -> "StreamSettings":
        """These settings, and those of `defaults` where they say nothing."""
        said = {name: value for name, value in self if value is not None}
        return defaults.model_copy(update=said)
