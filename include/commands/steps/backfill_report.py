"""How far backfills are, in a table and in one line."""

from collections.abc import Sequence
from typing import Any

from include.commands.screen.output import say
from include.commands.screen.tables import say_table

HEADERS = (
    "id", "feed", "from", "to", "chunk", "state", "done", "of", "failed", "read", "written", "left",
)  # fmt: skip
SPARE = ("chunk", "written", "read", "to", "from")


def say_backfills(rows: Sequence[dict[str, Any]]) -> None:
    """The table, then each one's streams and what it waits for."""
    say_table(HEADERS, list(map(_row, rows)), spare=SPARE)
    for row in rows:
        streams = ", ".join(f"{name} {d}/{n}" for name, (d, n) in row["streams"].items())
        say(f"{row['backfill_id']}: {streams}")
        if row["note"]:
            say(f"{row['backfill_id']}: {row['state']}: {row['note']}")


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        str(row["backfill_id"]),
        row["feed"],
        row["window_start"],
        row["window_end"],
        row["chunk"],
        row["state"],
        row["done"],
        row["total"],
        row["failed"],
        row["read"],
        row["written"],
        build_duration(row["left_s"]) if row["state"] == "running" else None,
    )


def build_duration(seconds: float | None) -> str | None:
    """`40 s`, `12 min`, `3.5 h`; None when it is not known."""
    if seconds is None:
        return None
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def build_progress(rows: Sequence[dict[str, Any]]) -> str:
    """One line for all these backfills."""
    done, total, failed = (sum(int(row[name]) for row in rows) for name in _COUNTED)
    read, written = (sum(int(row[name]) for row in rows) for name in ("read", "written"))
    names = ", ".join(f"{row['backfill_id']} {row['feed']}" for row in rows)
    left = build_duration(max((row["left_s"] or 0 for row in rows), default=0) or None)
    parts = [f"backfill {names}: {done}/{total} chunks", f"read {read:,}", f"written {written:,}"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"about {left} left"] if left and done < total else []
    return ", ".join(parts)


_COUNTED = ("done", "total", "failed")
