"""The block `alerts` of a tenant file: who hears of what, by which channel, and when."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from include.config.spec import Snake, Spec

Label = Annotated[str, Field(min_length=1, max_length=200)]


def _listed(value: object) -> object:
    """One word stands for a list of one."""
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[Label, ...], BeforeValidator(_listed)]
Names = Annotated[tuple[Snake, ...], BeforeValidator(_listed)]
Severity = Literal["info", "warning", "error", "critical"]
Severities = Annotated[tuple[Severity, ...], BeforeValidator(_listed)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Span = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")
]


class Channel(Spec):
    """One way to one receiver."""

    kind: Literal["webhook", "mail", "slack", "pagerduty", "opsgenie", "apprise"] = Field(
        description="How it is sent; Microsoft Teams and many others by apprise."
    )
    connection: str | None = Field(
        None,
        description="Airflow connection with address and secret; `<tenant>__<channel>` if absent, "
        "for mail the platform's own mail server.",
    )
    to: Words = Field(
        (), description="mail: addresses, the contacts if absent; slack with a token: a channel."
    )


class Route(Spec):
    """Which alerts go where; what is absent does not narrow."""

    severity: Severities = Field((), description="info, warning, error, critical.")
    type: Names = Field((), description="Types as docs/runbook.md lists them.")
    feed: Names = Field((), description="Feeds of this tenant.")
    owner: Words = Field((), description="Owners of feeds, or the tenant's.")
    to: Names = Field(description="Channels, by name; an empty list tells nobody.")
    digest: Literal["daily", "weekly"] | None = Field(
        None, description="Collect, and send one message a day or week."
    )


class Escalate(Spec):
    """What happens when nobody acknowledges."""

    after_hours: float = Field(gt=0, le=24 * 90, description="So long open and unacknowledged.")
    to: Names = Field((), description="Channels; those that were told before if absent.")


class Maintenance(Spec):
    """A window in which nobody is told; what is still wrong at its end is."""

    start: datetime = Field(description="Begins; without an offset in `timezone`.")
    end: datetime = Field(description="Ends.")
    feeds: Names = Field((), description="Only these feeds.")
    because: Label = Field(description="Why, in words.")


class Alerts(Spec):
    """Who hears about failures."""

    contacts: tuple[Label, ...] = Field(
        (), max_length=50, description="E-mail addresses named in alerts."
    )
    webhook: bool = Field(
        False, description="Post JSON to the connection `<tenant>__alerts` as well as to the log."
    )
    channels: dict[Snake, Channel] = Field({}, description="Ways to tell people, by name.")
    routes: tuple[Route, ...] | None = Field(
        None,
        description="The first that matches decides; if absent every channel hears everything.",
    )
    quiet_hours: Span | None = Field(
        None, description="22:00-07:00 in `timezone`: only what is critical is told at once."
    )
    digest_at: Clock = Field("08:00", description="When digests are sent, in `timezone`.")
    digest_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
                        "sunday"] = Field("monday", description="Of weekly ones.")  # fmt: skip
    escalate: Escalate | None = Field(None, description="When nobody acknowledges.")
    maintenance: tuple[Maintenance, ...] = Field((), description="Windows without messages.")
    repeat_hours: float = Field(
        24, gt=0, le=24 * 90, description="What stays wrong is told again so often."
    )
    group_wait_s: int = Field(
        30, ge=0, le=3600, description="How long a message waits for others of the same cause."
    )
