"""What of a stack runs, where, since when."""

from dataclasses import dataclass
from datetime import UTC, datetime

from include.config.settings import load_settings
from include.local import postgres, processes
from include.local.stack import AIRFLOW_PROCESSES, SANDBOX, WATCH
from include.local.state import load_state


@dataclass(frozen=True, slots=True)
class Running:
    """One process of the stack; without `pid` it is stopped, without `since` nobody knows."""

    name: str
    pid: int | None
    port: int | None
    since: datetime | None

    def __str__(self) -> str:
        if self.pid is None:
            return f"{self.name:<14} stopped"
        port = f"port {self.port}" if self.port else ""
        since = f"since {self.since:%H:%M:%S} UTC" if self.since else ""
        return f"{self.name:<14} pid {self.pid:<8} {port:<11} {since}".rstrip()


def fetch_running() -> list[Running]:
    """Every process the stack is made of, in the order they start."""
    state = load_state()
    vendors = (SANDBOX,) if load_settings().is_demo else ()
    found = []
    for name in (*vendors, *AIRFLOW_PROCESSES, WATCH):
        record = processes.load_record(state, name)
        since = datetime.fromtimestamp(record.started, UTC) if record else None
        found.append(
            Running(name, record.pid, record.port, since)
            if record
            else Running(name, None, None, None)
        )
    pid = postgres.fetch_running_pid(state.postgres / "data")
    port = postgres.fetch_running_port(state.postgres / "data") if pid else None
    return [*found, Running("postgresql", pid, port, None)]
