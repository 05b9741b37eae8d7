"""One observation that something is wrong: what a task, a rule or the watcher has seen."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from include.core.alert_types import TYPES
from include.core.clock import format_instant, parse_instant
from include.core.streams import NOWHERE, RunOrigin

MAX_MESSAGE = 1000
WAREHOUSE = "warehouse"


@dataclass(frozen=True, slots=True)
class Signal:
    """What was seen; repeated observations of one thing have one fingerprint.

    Attributes:
        type: A key of `TYPES`.
        message: One or a few sentences; no secret, no row contents.
        subject: What tells two alerts of one type and place apart: a check, a DAG, a hash.
        severity: None: the type's own.
        error: Class of the error, where there was one.
        cause: What brought it about, where others have the same: one message speaks of all.
        at: When it was seen.
    """

    type: str
    tenant: str
    message: str
    at: datetime
    feed: str | None = None
    stream: str | None = None
    subject: str | None = None
    severity: str | None = None
    error: str | None = None
    cause: str | None = None
    log_url: str | None = None
    origin: RunOrigin = field(default=NOWHERE)

    @property
    def grave(self) -> str:
        """Severity, resolved."""
        return self.severity or TYPES[self.type].severity

    @property
    def fingerprint(self) -> str:
        parts = (self.type, self.tenant, self.feed, self.stream, self.subject)
        return "/".join(str(part or "-") for part in parts)

    @property
    def group(self) -> str:
        """What one message speaks of: the common cause, else the feed, else the tenant's type."""
        if self.cause:
            return self.cause
        return f"{self.tenant}/{self.feed}" if self.feed else f"{self.tenant}/{self.type}"


def build_cause(error: str | None, connector: str | None) -> str | None:
    """The common cause of failures by the error's class: a database or a source that is away."""
    if error == "WarehouseUnavailable":
        return WAREHOUSE
    if error == "UpstreamUnavailable" and connector:
        return f"source {connector}"
    return None


def dump_signal(signal: Signal) -> dict[str, Any]:
    """JSON-ready; `read_signal` is the inverse."""
    return {**asdict(signal), "at": format_instant(signal.at)}


def read_signal(data: dict[str, Any]) -> Signal:
    """Inverse of `dump_signal`."""
    origin = RunOrigin(**data["origin"])
    return Signal(**{**data, "at": parse_instant(data["at"]), "origin": origin})
