"""What the API answers with; the OpenAPI document is made of these."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

T = TypeVar("T")
# PostgreSQL's texts hold every character but this one.
NO_NUL = r"^[^\x00]*$"


class Listed(BaseModel, Generic[T]):
    """One page of a list; `next` is the `cursor` of the page behind it."""

    items: list[T]
    next: str | None = None


class Me(BaseModel):
    name: str
    is_admin: bool
    tenants: list[str]


class TenantOut(BaseModel):
    id: str
    name: str
    owner: str
    timezone: str
    currency: str
    feeds: list[str]
    may_act: bool


class FeedOut(BaseModel):
    """How a feed stands; see the page Health."""

    tenant: str
    feed: str
    connector: str
    schedule: str | None
    state: str = Field(description="failed, late, warn, new or ok.")
    why: str | None
    loaded_at: datetime | None = Field(description="End of the newest complete read.")
    read: int
    changed: int
    quarantined: int
    seconds: float
    quarantine_open: int
    score: float | None
    alerts: int = Field(description="Those that stand.")
    streams: int
    # `mart` on Health alone: no list of feeds holds marts.
    layer: str = Field("raw", exclude=True)


class StreamOut(BaseModel):
    feed: str
    stream: str
    state: str
    freshness: str
    loaded_at: datetime | None
    read: int | None
    loaded: int | None
    unchanged: int | None
    quarantine_open: int
    cursor: str | None
    error_class: str | None
    error_message: str | None


class LoadOut(BaseModel):
    """One row of elt_ops.loads: read = inserted + updated + unchanged + quarantined + filtered."""

    load_id: int
    tenant: str
    feed: str
    stream: str
    kind: str
    state: str
    dag_id: str | None
    run_id: str | None
    try_number: int
    window_start: datetime | None
    window_end: datetime | None
    read: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int
    filtered: int
    deleted: int
    cursor_before: str | None
    cursor_after: str | None
    seconds: float
    started_at: datetime
    finished_at: datetime
    error_class: str | None
    error_message: str | None
    notices: Any


class RunOut(BaseModel):
    """The loads of one run of a feed, added up."""

    feed: str
    run_id: str
    dag_id: str | None
    state: str
    streams: int
    failed: int
    read: int
    changed: int
    quarantined: int
    seconds: float
    started_at: datetime
    finished_at: datetime


class SchemaChangeOut(BaseModel):
    change_id: int
    tenant: str
    feed: str
    stream: str
    table_name: str
    column_name: str
    change: str
    old_type: str | None
    new_type: str | None
    load_id: int
    noticed_at: datetime
    records: int | None
    resolved_at: datetime | None
    resolved_by: str | None


class QuarantineOut(BaseModel):
    """A record that did not fit; its payload only by itself, for those who may act."""

    quarantine_id: int
    tenant: str
    feed: str
    stream: str
    record_key: str
    reason: str
    detail: str
    form: str
    first_seen: datetime
    last_seen: datetime
    seen_count: int
    load_id: int
    state: str
    resolution: str | None
    closed_at: datetime | None


class QuarantineRecord(QuarantineOut):
    payload: str


class CheckOut(BaseModel):
    result_id: int = Field(description="Of its newest result; what `POST checks/<it>` is said to.")
    layer: str
    feed: str | None
    stream: str | None
    check_name: str
    severity: str
    state: str
    bad_rows: int | None
    sample: Any = Field(description="Keys of some bad rows.")
    message: str
    checked_at: datetime
    dimension: str
    muted_until: datetime | None


class ScoreOut(BaseModel):
    score_id: int
    tenant: str
    feed: str | None
    stream: str | None
    layer: str
    score: Decimal | None
    checks: int
    failed: int
    scored_at: datetime
    reasons: Any


class AlertOut(BaseModel):
    """One alert and what people said to it."""

    model_config = {"from_attributes": True}

    alert_id: int
    fingerprint: str
    type: str
    severity: str
    state: str
    feed: str | None
    stream: str | None
    error_class: str | None
    message: str
    log_url: str | None
    opened_at: datetime
    last_at: datetime
    count: int
    who: str | None
    because: str | None
    until: datetime | None


class MetricOut(BaseModel):
    day: date
    source: str
    currency: str | None
    value: float


class RecordOut(BaseModel):
    """A record of a review, as its source knows it."""

    record_id: str
    source: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    orders: int | None = None
    money: Decimal | None = None
    currency: str | None = None


class ReviewOut(BaseModel):
    kind: str
    left_id: str
    right_id: str
    score: float | None
    evidence: str | None
    verdict: str | None
    who: str | None
    at: datetime | None
    left: RecordOut
    right: RecordOut


class Decision(BaseModel):
    """What a person says of a pair: one or not one; `none` takes it back."""

    model_config = {"extra": "forbid"}

    kind: str = Field(pattern="^(people|companies|products)$")
    left_id: str = Field(max_length=500, pattern=NO_NUL)
    right_id: str = Field(max_length=500, pattern=NO_NUL)
    verdict: str = Field(pattern="^(must_link|cannot_link|none)$")
    why: str = Field("", max_length=500, pattern=NO_NUL)


class Reason(BaseModel):
    model_config = {"extra": "forbid"}

    reason: str = Field(min_length=1, max_length=500, pattern=NO_NUL)


class ReplayIn(BaseModel):
    """Load a record once more, with another payload where one is given."""

    model_config = {"extra": "forbid"}
    payload: str | None = Field(None, max_length=1_000_000, pattern=NO_NUL)
    reason: str = Field("", max_length=500, pattern=NO_NUL)


class AlertSaying(BaseModel):
    """What a person says to an alert."""

    model_config = {"extra": "forbid"}

    what: str = Field(pattern="^(acknowledge|mute|resolve)$")
    because: str = Field("", max_length=500, pattern=NO_NUL)
    hours: int = Field(24, ge=1, le=24 * 90, description="How long it is muted.")


class CheckSaying(BaseModel):
    """What a person says to a check: tell nobody of it for a while, or tell again."""

    model_config = {"extra": "forbid"}

    what: str = Field(pattern="^(mute|unmute)$")
    because: str = Field("", max_length=500, pattern=NO_NUL)
    hours: int = Field(24 * 7, ge=1, le=24 * 90, description="How long it is muted.")


class RewindIn(BaseModel):
    model_config = {"extra": "forbid"}

    to: str = Field(max_length=40, description="ISO instant, or `start`.")
    reason: str = Field("", max_length=500, pattern=NO_NUL)


class RewindPreview(BaseModel):
    """What a rewind would have read again, and what reading it took the last time."""

    stream: str
    cursor: str
    to: str
    days: float | None = Field(description="None: the cursor is its source's own, no instant.")
    loads: int
    records: int
    seconds: float


class Done(BaseModel):
    """What a write did."""

    done: str
    count: int = 1


class Up(BaseModel):
    ok: bool
