"""Signals on this machine's disk while the warehouse that keeps the books cannot be reached.

SQLite in the state folder, which the processes of one machine share: whoever gets through to the
books again takes them along. A machine of its own (a Celery worker without the shared folder) keeps
and tells its own.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from include.alerts.signal import Signal, dump_signal, read_signal
from include.config.settings import load_settings
from include.core.clock import format_instant, parse_instant

TABLES = """
create table if not exists signals (
    signal_id integer primary key, tenant text not null, payload text not null
);
create table if not exists told (
    signal_id integer not null, receiver text not null, group_key text not null, at text not null
);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One signal on disk.

    Attributes:
        told: Receiver -> when it heard although the books were away, and in which group.
    """

    signal_id: int
    signal: Signal
    told: Mapping[str, tuple[datetime, str]]


def run_keep(signal: Signal) -> None:
    """Write it; safe from many processes at once."""
    with _open() as connection:
        connection.execute(
            "insert into signals (tenant, payload) values (?, ?)",
            [signal.tenant, json.dumps(dump_signal(signal))],
        )


def load_kept() -> list[Kept]:
    """Everything on disk, the oldest first; nothing is made where there is nothing."""
    if not build_path().exists():
        return []
    with _open() as connection:
        rows = connection.execute("select signal_id, payload from signals order by 1").fetchall()
        told: dict[int, dict[str, tuple[datetime, str]]] = {}
        for signal_id, receiver, group, at in connection.execute(
            "select signal_id, receiver, group_key, at from told"
        ):
            told.setdefault(signal_id, {})[receiver] = (parse_instant(at), group)
    return [Kept(row[0], read_signal(json.loads(row[1])), told.get(row[0], {})) for row in rows]


def run_mark_told(signal_ids: Sequence[int], receiver: str, group_key: str, now: datetime) -> None:
    """This receiver has heard of these."""
    with _open() as connection:
        connection.executemany(
            "insert into told (signal_id, receiver, group_key, at) values (?, ?, ?, ?)",
            [(one, receiver, group_key, format_instant(now)) for one in signal_ids],
        )


def run_forget(signal_ids: Sequence[int]) -> None:
    """These are in the books."""
    rows = [(one,) for one in signal_ids]
    with _open() as connection:
        connection.executemany("delete from signals where signal_id = ?", rows)
        connection.executemany("delete from told where signal_id = ?", rows)


def build_path() -> Path:
    """The file; absent while nothing was ever kept."""
    return load_settings().state_dir / "alerts" / "spool.sqlite"


@contextmanager
def _open() -> Iterator[sqlite3.Connection]:
    path = build_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.executescript(TABLES)
        yield connection
