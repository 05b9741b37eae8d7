"""What an incremental read brings is exactly what has changed since: a world that moves on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from include.config.connector_spec import Stream
from include.core import clock
from include.core.streams import Page, Window
from include.extract.windows import parse_cursor
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import Case, build_cases, rows_of
from tests.connectors.connector_reads import API_CASES, START, declared, keys_of, unbulked

# The world ends on 1 November; some days later things happen.
BEFORE = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANGED = datetime(2026, 11, 5, 12, tzinfo=UTC)
AFTER = datetime(2026, 11, 7, 12, tzinfo=UTC)
CHANGES = 24
# Lists that filter on when something began: what is edited later is seen for as long as they look
# back, as their READMEs say.
BEGAN = {"callrail"}
# Streams of which a vendor tells the last days only; their key ends in the day.
FORGOTTEN = {"clicks": timedelta(days=90)}
# In the small world nobody is visited in the days that pass.
RESTED = {"summit-field_service"}
Rows = dict[tuple[Any, ...], dict[str, Any]]


@pytest.fixture(scope="module")
def moved() -> Iterator[dict[str, tuple[Case, dict[str, Rows]]]]:
    """Every API feed and what its streams with a cursor held before its world moved on."""
    spec, found = WorldSpec(size=SIZES["small"]), {}
    with running_sandbox(spec) as url:
        cases = build_cases(url, Path())
        with clock.frozen(BEFORE):
            for name in API_CASES:
                case = cases[name]
                streams = {n: s for n, s in case.feed.streams.items() if s.cursor}
                held = {n: _full(case, n, s, BEFORE) for n, s in streams.items()}
                found[name] = (case, held)
        for tenant in sorted({case.feed.tenant.id for case, _ in found.values()}):
            body = {"tenant": tenant, "changes": CHANGES, "at": CHANGED.isoformat()}
            answer = requests.post(f"{url}/_sandbox/advance", json=body, timeout=60)
            answer.raise_for_status()
        yield found


@pytest.mark.parametrize("name", API_CASES)
def test_incremental_equals_the_difference(
    moved: dict[str, tuple[Case, dict[str, Rows]]], name: str
) -> None:
    """Everything read once, then what is new, gives what reading everything again gives."""
    case, held = moved[name]
    touched = 0
    with clock.frozen(AFTER):
        for stream, rows in held.items():
            spec = case.feed.streams[stream]
            since = BEFORE - timedelta(hours=spec.lookback_h)
            pages = list(_source(case).read(stream, Window(since, AFTER)))
            expected = _full(case, stream, spec, AFTER)
            found = _apply(rows, pages, spec)
            if case.vendor in BEGAN:
                old = {key for key, row in rows.items() if _began(row, spec) < since}
                assert old == {key for key, row in expected.items() if _began(row, spec) < since}
                found = {key: row for key, row in found.items() if key not in old}
                expected = {key: row for key, row in expected.items() if key not in old}
            if stream in FORGOTTEN:
                # What the vendor tells no more stays as it was.
                oldest = (AFTER - FORGOTTEN[stream]).date().isoformat()
                found = {key: row for key, row in found.items() if key[-1] > oldest}
            if spec.sweep is None:
                # Where no absence means anything, what a vendor no longer lists stays.
                found = {
                    key: row for key, row in found.items() if key in expected or key not in rows
                }
            assert found == expected, stream
            touched += expected != rows
    assert touched or not held or name in RESTED, "nothing has changed, so nothing was tested"


def _began(row: dict[str, Any], spec: Stream) -> datetime:
    field = spec.cursor.field  # type: ignore[union-attr]
    return parse_cursor(row[field], spec.columns[field]) or START


def _source(case: Case) -> Any:
    return case.quick(**unbulked(case))


def _full(case: Case, stream: str, spec: Stream, end: datetime) -> Rows:
    return _apply({}, list(_source(case).read(stream, Window(START, end))), spec)


def _apply(rows: Rows, pages: list[Page], spec: Stream) -> Rows:
    """The pages merged by key; what a page says is gone is taken away."""
    found, seen = dict(rows), set[tuple[Any, ...]]()
    for page in pages:
        records = list(rows_of(page))
        for key, record in zip(keys_of(records, spec), records, strict=True):
            found[key] = declared(record, spec)
            seen.add(key)
        for tombstone in page.deleted:
            found.pop(tombstone.key, None)
    complete = {value for page in pages for value in page.complete}
    if spec.sweep in (None, "all"):
        gone = set(found) - seen if "all" in complete else set()
    else:
        gone = {key for key, row in found.items()
                if key not in seen and row[spec.sweep] in complete}  # fmt: skip
    return {key: row for key, row in found.items() if key not in gone}
