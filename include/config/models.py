"""What a tenant file may say, and the resolved objects the rest of the platform works with.

`TenantFile` mirrors the YAML; `Platform` is what `load_platform` returns: valid tenants with their
feeds resolved against connectors, and the problems of the others.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from include.config.blocks.checks import TenantCheck
from include.config.connector_spec import Connector, Stream
from include.config.privacy import Privacy
from include.config.spec import Snake, Spec
from include.config.stream_settings import Drift, StreamSettings
from include.config.tenant.alerts import Alerts, Label
from include.config.tenant.attribution import Attribution
from include.config.tenant.concepts.mapping import MappedConcept
from include.config.tenant.identity import CategoryName, Identity, Override
from include.config.tenant.revenue import Revenue
from include.core import naming

MAX_MINUTES = 366 * 24 * 60
# Each is a DAG, all of a tenant's are drawn at one go.
MAX_FEEDS = 500
SCHEDULES = {
    "hourly": "{minute} * * * *",
    "daily": "{minute} 4 * * *",
    "weekly": "{minute} 4 * * 1",
}


class Destination(Spec):
    kind: Literal["postgres", "bigquery", "snowflake"] = Field(
        "postgres", description="Where raw rows go; the books stay in PostgreSQL."
    )
    connection: str = Field(
        naming.WAREHOUSE_CONNECTION, description="Airflow connection id of the warehouse."
    )

    @property
    def books_connection(self) -> str:
        """Where elt_ops is: with the rows in PostgreSQL, else the platform's own."""
        return self.connection if self.kind == "postgres" else naming.WAREHOUSE_CONNECTION

    @property
    def builds_marts(self) -> bool:
        """dbt's models are built where the rows are; so far in PostgreSQL."""
        return self.kind == "postgres"


class Limits(Spec):
    max_active_tasks: int = Field(4, ge=1, le=64, description="Parallel tasks in one DAG run.")
    retries: int = Field(3, ge=0, le=20, description="Tries after the first, for retryable errors.")
    timeout_minutes: int = Field(
        180, ge=1, le=MAX_MINUTES, description="A task running longer is stopped."
    )
    check_seconds: int = Field(
        60, ge=1, le=3600, description="A check running longer is stopped, and counts as broken."
    )


class FeedFile(Spec):
    """One block under `feeds:`."""

    connector: Snake | None = Field(None, description="Connector; the feed's own name if absent.")
    schedule: str = Field(
        "daily",
        max_length=200,
        description="hourly, daily, weekly, manual or a cron line, in UTC.",
    )
    sweep_schedule: str | None = Field(
        None,
        max_length=200,
        description="When streams with a cursor and `sweep: all` are read in full to find what is "
        "gone; same words as schedule. None: never by itself.",
    )
    start_date: date = Field(
        ge=date(1970, 1, 1), le=date(2100, 1, 1), description="First day read; UTC midnight."
    )
    streams: tuple[Snake, ...] | None = Field(None, description="Streams to load; all if absent.")
    options: dict[str, Any] = Field({}, description="Settings the connector declares.")
    concepts: tuple[Any, ...] | dict[str, Any] | None = Field(
        None,
        description="Concepts this feed may contribute to the marts; all of the connector's if "
        "absent. What two systems both tell counts once, see `revenue`. Where the streams are the "
        "tenant's own: concept -> from which stream, and which column is which.",
    )
    tasks: Literal["stream", "feed"] = Field(
        "stream",
        description="stream: a task for each stream; feed: one task for all of them, one after the "
        "other, with one login: cheaper, and a retry repeats every stream.",
    )
    priority: int = Field(
        5,
        ge=1,
        le=10,
        description="10 runs first of the tenant's own feeds when slots are short; between tenants "
        "each one's first feed comes first.",
    )
    enabled: bool = Field(True, description="false: no DAG.")
    owner: Label | None = Field(
        None, description="Who looks after this feed, for routes of alerts; the tenant's if absent."
    )
    deadline_minutes: int = Field(
        360,
        ge=1,
        le=MAX_MINUTES,
        description="Alert when a run has not finished this long after it was due.",
    )
    drift: Drift = Field("evolve", description="Default of the streams' setting `drift`.")
    stream_settings: dict[Snake, StreamSettings] = Field(
        {}, description="Settings of single streams, by stream."
    )


class TenantFile(Spec):
    """One include/tenants/<tenant>.yaml."""

    tenant: str = Field(pattern=naming.TENANT_PATTERN, description="Id; equals the file's name.")
    name: Label = Field(description="Display name.")
    timezone: str = Field("UTC", description="IANA zone in which days are counted.")
    currency: str = Field("USD", pattern="^[A-Z]{3}$", description="Reporting currency, ISO 4217.")
    owner: Label = Field(description="Person or team shown as the DAG's owner.")
    alerts: Alerts = Field(default_factory=Alerts)
    destination: Destination = Field(default_factory=Destination)
    render: Literal["models", "layers", "single"] = Field(
        "models", description="dbt as one task per model, per layer, or one task."
    )
    grace_minutes: int = Field(
        60,
        ge=0,
        le=MAX_MINUTES,
        description="How long the transform waits for late feeds of the same cycle.",
    )
    limits: Limits = Field(default_factory=Limits)
    privacy: Privacy = Field(default_factory=Privacy)
    identity: Identity = Field(default_factory=Identity)
    revenue: Revenue = Field(default_factory=Revenue)
    attribution: Attribution = Field(default_factory=Attribution)
    checks: Any = Field((), description="Checks by parameter; see docs/quality.md.")
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="Country (ISO 3166) whose holidays are no anomalies; by the zone if absent.",
    )
    feeds: dict[Snake, FeedFile] = Field(min_length=1, max_length=MAX_FEEDS)


@dataclass(frozen=True)
class Feed:
    """One tenant's configured connector, ready to run.

    `streams` holds only the selected streams, sorted by name; `options` has defaults filled in;
    `concepts` are the ones its connector's models contribute, sorted, `concept_maps` the tenant's
    own streams that do; `stream_settings` already follow `defaults`.
    """

    tenant: "Tenant" = field(repr=False, compare=False)
    name: str
    connector: Connector
    streams: dict[str, Stream]
    options: dict[str, Any]
    concepts: tuple[str, ...]
    schedule: str | None
    start_date: date
    priority: int
    enabled: bool
    deadline_minutes: int
    defaults: StreamSettings = field(default_factory=lambda: StreamSettings(drift="evolve"))
    stream_settings: dict[str, StreamSettings] = field(default_factory=dict)
    sweep_schedule: str | None = None
    tasks: Literal["stream", "feed"] = "stream"
    concept_maps: tuple[MappedConcept, ...] = ()
    owner: str | None = None

    def settings_of(self, stream: str) -> StreamSettings:
        """The stream's settings, resolved: only what neither it nor the feed says is None."""
        return self.stream_settings.get(stream, self.defaults)

    @property
    def dag_id(self) -> str:
        return naming.ingest_dag_id(self.tenant.id, self.name)

    @property
    def has_inbox(self) -> bool:
        """Whether webhooks are received for this feed."""
        return self.options.get("webhooks") is True

    @property
    def sweep_dag_id(self) -> str:
        return naming.sweep_dag_id(self.tenant.id, self.name)

    @property
    def connection_id(self) -> str:
        return naming.connection_id(self.tenant.id, self.name)

    @property
    def raw_schema(self) -> str:
        return naming.raw_schema(self.tenant.id, self.connector.connector)


@dataclass(frozen=True)
class Tenant:
    """A valid tenant; `feeds` are its enabled feeds, sorted by name.

    Attributes:
        overrides: Decisions about records; None: the list is broken, the last good one holds.
        checks: The valid ones under `checks`; what is wrong with others is in `notices`.
        faulty_checks: What is wrong with them, in one sentence each.
        categories: Names of sources' categories; None: broken, the last good ones hold.
        notices: Problems that stop nothing, such as those of that list.
        registered: Names of the feeds that were made in the console.
    """

    spec: TenantFile
    path: Path
    feeds: tuple[Feed, ...] = ()
    overrides: tuple[Override, ...] | None = ()
    notices: tuple["Problem", ...] = ()
    checks: tuple[TenantCheck, ...] = ()
    faulty_checks: tuple[str, ...] = ()
    categories: tuple[CategoryName, ...] | None = ()
    registered: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.spec.tenant

    @property
    def connectors(self) -> tuple[str, ...]:
        """Connector names in use, sorted, each once."""
        return tuple(sorted({feed.connector.connector for feed in self.feeds}))


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file: where, what, and what to do."""

    path: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Platform:
    """Everything the files say.

    A tenant with any problem is in `broken` (by file stem) and absent from `tenants`.

    Attributes:
        broken_files: The files of `broken`, by whole name, in the same order.
    """

    tenants: tuple[Tenant, ...]
    connectors: dict[str, Connector]
    problems: tuple[Problem, ...]
    broken: tuple[str, ...]
    broken_files: tuple[str, ...] = ()

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """All enabled feeds of valid tenants, by tenant then feed name."""
        return tuple(feed for tenant in self.tenants for feed in tenant.feeds)

    def tenant(self, tenant_id: str) -> Tenant:
        """The valid tenant of that id; KeyError with the known ids otherwise."""
        for tenant in self.tenants:
            if tenant.id == tenant_id:
                return tenant
        raise KeyError(f"no tenant `{tenant_id}`; known: {', '.join(t.id for t in self.tenants)}")
