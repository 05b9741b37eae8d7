"""What setting up tenants and feeds takes and answers with."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from include.console.api.models import NO_NUL
from include.core.naming import SNAKE_PATTERN, TENANT_PATTERN

MOST_SECRETS, MOST_LETTERS = 30, 20_000


class Strict(BaseModel):
    """What nobody reads is refused, so that nothing is set by a field somebody added."""

    model_config = {"extra": "forbid"}


class SecretsIn(Strict):
    """Fields of the feed's connection: written, never answered."""

    secrets: dict[str, str] = Field({}, max_length=MOST_SECRETS)

    @field_validator("secrets")
    @classmethod
    def _fit_a_connection(cls, given: dict[str, str]) -> dict[str, str]:
        if any(len(text) > MOST_LETTERS or "\x00" in text for text in given.values()):
            raise ValueError(f"a field is longer than {MOST_LETTERS} letters or holds a NUL")
        return given


class FeedChange(SecretsIn):
    spec: dict[str, Any] = Field(
        description="What stands below `feeds: <feed>:` in a tenant's file; lists and mappings of "
        "`options` may be YAML text."
    )
    why: str = Field("", max_length=500, pattern=NO_NUL)


class NewFeed(FeedChange):
    feed: str = Field(pattern=SNAKE_PATTERN, max_length=40)


class TrialIn(SecretsIn):
    """A feed before it is saved; without `spec` the one that is there."""

    spec: dict[str, Any] | None = None
    stream: str | None = Field(None, max_length=63, pattern=NO_NUL)


class TenantChange(Strict):
    spec: dict[str, Any] = Field(description="A tenant's file without `tenant` and `feeds`.")
    why: str = Field("", max_length=500, pattern=NO_NUL)


class NewTenant(TenantChange):
    tenant: str = Field(pattern=TENANT_PATTERN)


class RollbackIn(Strict):
    version: int = Field(ge=1, le=2**31 - 2)
    why: str = Field("", max_length=500, pattern=NO_NUL)


class SpecOut(BaseModel):
    """A feed's block, or a tenant's settings, and where they are from."""

    tenant: str
    feed: str | None
    origin: Literal["file", "console"]
    version: int | None = Field(description="Of the console; files have none.")
    spec: dict[str, Any]


class ConfiguredFeed(BaseModel):
    tenant: str
    feed: str
    connector: str
    origin: Literal["file", "console"]
    enabled: bool
    schedule: str
    version: int | None
    who: str | None
    at: datetime | None
    left_out: str | None = Field(description="Why it has no DAG although it is kept.")


class VersionOut(BaseModel):
    version: int
    who: str
    at: datetime
    why: str
    removed: bool
    diff: list[str]


class Saved(BaseModel):
    tenant: str
    feed: str | None
    version: int


class StepOut(BaseModel):
    what: str
    state: Literal["ok", "warning", "failed"]
    stream: str | None
    message: str


class PreviewOut(BaseModel):
    """First rows of one stream as they would be loaded; nothing is kept."""

    stream: str
    streams: list[str]
    types: dict[str, str] = Field(description="Column -> its type, declared or detected.")
    key: list[str]
    columns: list[str]
    rows: list[list[str | None]]


class ConsentOut(BaseModel):
    """Where a person agrees, and the address the vendor must know to send them back to."""

    address: str
    redirect_uri: str


class OptionOut(BaseModel):
    name: str
    type: str
    required: bool
    default: Any
    description: str


class ConnectorOut(BaseModel):
    """What a connector needs, from its connector.yaml."""

    connector: str
    title: str
    kind: str
    secrets: dict[str, str]
    rights: dict[str, str]
    options: list[OptionOut]
    streams: list[str]
    concepts: list[str]


class AuditOut(BaseModel):
    audit_id: int
    at: datetime
    who: str
    what: str
    about: Any
