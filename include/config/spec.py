"""What every block of YAML is checked by, and what a tenant may ask a source for by name."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from include.core.naming import SNAKE_PATTERN

Snake = Annotated[str, Field(pattern=SNAKE_PATTERN)]


class Spec(BaseModel):
    """Frozen, and an unknown key is an error."""

    # Infinity and NaN pass every bound and break whatever computes with them.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FurtherFields(Spec):
    """How fields are named that a tenant asks for besides the columns (`stream_settings`)."""

    below: str = Field("", description="Where the record holds them (`metrics.`), ending in a dot.")
    refused: tuple[str, ...] = Field(
        (), description="First steps that would make another row of it: `segments`."
    )
    shape: Literal["dotted", "plain"] = Field(
        "dotted", description="dotted: `a.b`; plain: a name, or with what it is of, `a:b`."
    )


class ReportRules(Spec):
    """What the reports of a tenant's file are made of (option `reports`)."""

    stream: dict[str, Any] = Field(
        description="What each has: columns, primary_key, cursor, sweep, lookback_h."
    )
    shape: Literal["dotted", "plain"] = Field("plain", description="As in `further_fields`.")
    has_resources: bool = Field(False, description="A report says `from` which resource it is.")
    is_camel: bool = Field(False, description="Answers write `cost_micros` as `costMicros`.")
    dimensions_below: str = Field("", description="Where a record has dimensions, with the dot.")
    metrics_below: str = Field("", description="Where a record has metrics, with the dot.")
    splits: str = Field("", description="Dimensions that begin so are part of a row's key.")
