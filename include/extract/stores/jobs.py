"""Where the ids of jobs running at a source are kept, so that a new process can go on with them."""

from typing import Protocol


class JobStore(Protocol):
    """One feed's jobs. `include.ledger.stores.jobs` keeps them for good.

    A job is worth keeping while its result has not been committed; forgetting one costs only a new
    job.
    """

    def get(self, key: str) -> str | None:
        """The id kept under this key; None when there is none, or it is too old to be used."""
        ...

    def put(self, key: str, job: str) -> None:
        """Keep it; when this returns, it survives a crash."""
        ...

    def forget(self, prefix: str) -> None:
        """Drop every key that begins like this."""
        ...


class MemoryJobStore:
    """For a process of its own, and for tests."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._kept.get(key)

    def put(self, key: str, job: str) -> None:
        self._kept[key] = job

    def forget(self, prefix: str) -> None:
        self._kept = {k: job for k, job in self._kept.items() if not k.startswith(prefix)}
