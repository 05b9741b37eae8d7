"""The block `attribution` of a tenant file: how far back touches count, which channel is what."""

import difflib
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from include.config.spec import Spec

# GA4's default channel groups, support.google.com/analytics/answer/9756891, read 2026-11.
CHANNELS = (
    "Affiliates", "Audio", "Cross-network", "Direct", "Display", "Email",
    "Mobile Push Notifications", "Organic Search", "Organic Shopping", "Organic Social",
    "Organic Video", "Paid Other", "Paid Search", "Paid Shopping", "Paid Social", "Paid Video",
    "Referral", "SMS", "Unassigned",
)  # fmt: skip
# They stand in SQL as they are: quotes, braces and what patterns mean by themselves stay out.
Plain = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^'\"\\{}\[\]^%;\n]+$")]
Model = Literal[
    "first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay",
    "shapley", "markov",
]  # fmt: skip


class ChannelRule(Spec):
    """One line of `channels`: what fits all its patterns is of the channel."""

    channel: Plain = Field(description="A channel of GA4's, or one of your own.")
    source: Plain | None = Field(None, description="Pattern of the source; `*` is any text.")
    medium: Plain | None = Field(None, description="Pattern of the medium; `*` is any text.")
    campaign: Plain | None = Field(None, description="Pattern of the campaign; `*` is any text.")

    @field_validator("channel")
    @classmethod
    def _check_channel(cls, channel: str) -> str:
        spelled = {known.lower(): known for known in CHANNELS}
        close = difflib.get_close_matches(channel.lower(), spelled, n=1, cutoff=0.85)
        if channel not in CHANNELS and close:
            raise ValueError(
                f"is almost a channel of GA4's. Did you mean `{spelled[close[0]]}`? A name of your "
                "own has to differ more"
            )
        return channel

    @model_validator(mode="after")
    def _check_patterns(self) -> Self:
        if not (self.source or self.medium or self.campaign):
            raise ValueError(
                f"the rule of channel `{self.channel}` fits everything. Expected at least one of "
                "`source`, `medium` and `campaign`"
            )
        return self


class Attribution(Spec):
    """Settings of journeys and attribution; see docs/attribution.md."""

    lookback_days: int = Field(
        90, ge=1, le=730, description="Touches older than this before a conversion do not count."
    )
    half_life_days: float = Field(
        7, gt=0, le=365, description="Model time_decay: a touch this much older weighs half."
    )
    model: Model = Field(
        "last_non_direct",
        description="Whose counts of orders and new customers fct_channel_performance shows.",
    )
    channels: tuple[ChannelRule, ...] = Field(
        (), max_length=200, description="Rules above GA4's; the first that fits holds."
    )
    campaigns: dict[Plain, Plain] = Field(
        {}, description="Campaign as tags write it -> its name at the advertising platform."
    )
    own_domains: tuple[Plain, ...] = Field(
        (), max_length=100, description="Domains of your own: coming from there is no arrival."
    )


def build_attribution_settings(attribution: Attribution) -> dict[str, Any]:
    """The block as dbt reads it: JSON values; rules have only the patterns they name."""
    found: dict[str, Any] = attribution.model_dump(mode="json", exclude_none=True)
    found["own_domains"] = [domain.lower() for domain in found["own_domains"]]
    return found
