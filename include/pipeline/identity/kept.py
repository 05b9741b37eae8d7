"""The base of people that stays between two runs, so that a day's news cost a day's work.

    <state>/identity/<tenant>/people.duckdb    0600, in a folder of 0700

A copy and no more: the warehouse's run names the base that holds its answer. Another worker's, an
older one's or one whose run was killed has another name, and is made anew. It holds names and
addresses as they are compared, so an erasure removes it here and takes its name from the run, which
makes every copy elsewhere useless, to be replaced by that worker's next run.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from include.config.settings import load_settings


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """Where a tenant's base lies.

    Attributes:
        folder: The tenant's, private.
    """

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "people.duckdb"

    @property
    def _name(self) -> Path:
        return self.folder / "base"

    def is_of(self, base: str | None) -> bool:
        """Whether it holds the answer of the run that names this base."""
        if base is None or not self.path.exists() or not self._name.exists():
            return False
        return self._name.read_text() == base

    def run_open(self, *, is_synced: bool) -> None:
        """Before a run: from here on it holds no run's answer; an unsynced one goes."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._name.unlink(missing_ok=True)
        if not is_synced:
            self.run_remove()
            self.folder.mkdir(mode=0o700)
        for path in (self.path, self.path.with_name("people.duckdb.wal")):
            if path.exists():
                path.chmod(0o600)

    def run_close(self, base: str) -> None:
        """After the answer was committed: it is that run's."""
        self.path.chmod(0o600)
        self._name.write_text(base)

    def run_remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def build_place(tenant: str) -> KeptPlace:
    """The base of a tenant's people."""
    return KeptPlace(load_settings().state_dir.resolve() / "identity" / tenant)


def build_base_name() -> str:
    """A name nobody has had."""
    return uuid4().hex
