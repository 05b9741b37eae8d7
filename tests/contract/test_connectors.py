"""What every connector gets tested for, for free, by being a folder in include/connectors."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import pytest
import requests

from include.config.connector_spec import Column, Stream
from include.config.load import load_connectors, load_platform
from include.config.settings import load_settings
from include.core import clock
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.http_client import HttpLimits
from include.extract.record_path import MISSING, pick
from include.sandbox.generate import run_generate
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.contract.connector_cases import Case, build_cases, read_records

FOLDER = load_settings().connectors_dir
ON_DISK = sorted(path.parent.name for path in FOLDER.glob("*/connector.yaml"))
CONNECTORS, PROBLEMS = load_connectors(FOLDER)
FEEDS = {f"{feed.tenant.id}-{feed.name}": feed for feed in load_platform().feeds}
CASES = sorted(FEEDS)
# One feed per vendor: a second one of the same connector proves nothing new.
API_CASES = sorted(
    {feed.connector.connector: name for name, feed in reversed(FEEDS.items())
     if feed.connector.api is not None}.values()
)  # fmt: skip
# Generic ones: there is no vendor to play, their own tests load through them.
NO_VENDOR = {"airbyte", "rest", "singer", "sql", "webhook"}
# An answer without the list of records is how these vendors say "none".
LIST_MAY_BE_ABSENT: set[str] = {"google_ads"}
START = datetime(2025, 1, 1, tzinfo=UTC)
ALL_TIME = Window(START, datetime(2027, 2, 1, tzinfo=UTC))
CANARY = "sk_canary_4be1_never_shown"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Case]]:
    spec = WorldSpec(size=SIZES["small"])
    world = tmp_path_factory.mktemp("world")
    run_generate(spec, world)
    with running_sandbox(spec) as url:
        yield build_cases(url, world)


@pytest.fixture
def faults(cases: dict[str, Case]) -> Iterator[Any]:
    root = re.match(r"http://[^/]+", cases["acme-stripe"].credentials.host or "")[0]  # type: ignore[index]
    url = f"{root}/_sandbox/faults"

    def add(**fault: Any) -> None:
        requests.post(url, json=fault, timeout=5).raise_for_status()

    yield add
    requests.delete(url, timeout=5)


def test_everything_on_disk_is_found() -> None:
    assert len(ON_DISK) >= 6
    assert sorted(CONNECTORS) == ON_DISK
    assert PROBLEMS == []


def test_every_demo_feed_is_tested(cases: dict[str, Case]) -> None:
    """A vendor nobody has in the demo would never be seen working."""
    assert sorted(cases) == CASES
    shown = {case.feed.connector.connector for case in cases.values()}
    assert not set(ON_DISK) - NO_VENDOR - shown


@pytest.mark.parametrize("name", ON_DISK)
def test_it_is_documented(name: str) -> None:
    text = (FOLDER / name / "README.md").read_text()
    for heading in ("## Credentials", "## Limits", "## Quirks", "## Not loaded"):
        assert heading in text, f"{name}: {heading}"
    connector = CONNECTORS[name]
    assert connector.docs
    for option in connector.options:
        assert f"`{option}`" in text, f"{name}: option {option}"
    for secret in connector.secrets:
        assert f"`{secret}`" in text, f"{name}: secret {secret}"
    for stream, spec in connector.streams.items():
        assert f"`{stream}`" in text, f"{name}: stream {stream}"
        assert spec.description.startswith("One row per "), f"{name}: {stream}"


@pytest.mark.parametrize("name", CASES)
def test_check_succeeds(cases: dict[str, Case], name: str) -> None:
    cases[name].source().check()


def _unbulked(case: Case) -> dict[str, str]:
    """Options that make a source read page by page where it could ask for a bulk file."""
    return {"bulk": "never"} if "bulk" in case.feed.connector.options else {}


def _problem(value: Any, column: Column) -> str | None:
    """Why a value does not fit its declared type; None when it does."""
    if value is None or value == "":
        return None
    try:
        fits = _FITS[column.type](value, column)
    except (ValueError, InvalidOperation, TypeError) as error:
        return f"{type(error).__name__} for {column.type}"
    return None if fits else f"{type(value).__name__} is no {column.type}"


def _is_whole(value: Any, column: Column) -> bool:
    return not isinstance(value, bool) and Decimal(str(value)) % 1 == 0


def _is_instant(value: Any, column: Column) -> bool:
    if column.format in ("epoch_s", "epoch_ms"):
        return isinstance(value, int) and value > 0
    if column.format:
        return bool(datetime.strptime(value, column.format))  # noqa: DTZ007
    return bool(datetime.fromisoformat(value))


def _is_day(value: Any, column: Column) -> bool:
    if column.format:
        return bool(datetime.strptime(value, column.format))  # noqa: DTZ007
    return bool(date.fromisoformat(value))


_FITS = {
    "text": lambda v, c: isinstance(v, str | int),
    "int": lambda v, c: _is_whole(v, c) and abs(int(v)) < 2**31,
    "bigint": lambda v, c: _is_whole(v, c) and abs(int(v)) < 2**63,
    "numeric": lambda v, c: Decimal(str(v)).is_finite(),
    "bool": lambda v, c: str(v).lower() in ("true", "false"),
    "date": _is_day,
    "timestamp": _is_instant,
    "json": lambda v, c: bool(json.dumps(v, default=str)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_record_fits_the_declared_columns(cases: dict[str, Case], name: str) -> None:
    """Keys present, values of the declared type, children lists of objects that fit as well."""
    source = cases[name].source()
    counted, wrong = 0, []
    for stream, spec in source.discover().items():
        for record in read_records(source, stream, ALL_TIME):
            counted += 1
            key = [pick(record, spec.columns[k].path or k) for k in spec.primary_key]
            if any(part is None for part in key):
                wrong.append(f"{stream}: null key")
            wrong += _misfits(stream, record, spec.columns)
            for child, described in spec.children.items():
                elements = pick(record, described.path) or []
                for element in elements:
                    wrong += _misfits(f"{stream}.{child}", element, described.columns)
    # The economy puts two bad dates and a bad number into the shop's dumps on purpose.
    allowed = 10 if name == "bazaar-ecommerce_csv" else 0
    assert len(wrong) <= allowed, sorted(set(wrong))[:20]
    assert counted > 20


def _misfits(place: str, record: dict[str, Any], columns: dict[str, Column]) -> list[str]:
    found = []
    for name, column in columns.items():
        problem = _problem(pick(record, column.path or name), column)
        if problem:
            found.append(f"{place}.{name}: {problem}")
    return found


# A stream with several pages; the first one of the others has to do.
LONGEST = {"acme-shopify": "orders", "acme-stripe": "charges"}
# Absent unless there is something to say; the made-up economy may have no such record.
# Their names are proven against the spec (test_sandbox_square.py).
SENT_SOMETIMES = {
    "refunds.failure_reason", "refunds.customer",
    "credit_memos.private_note", "refund_receipts.private_note",
    "payments.external_type", "customers.company_name",
}  # fmt: skip


@pytest.mark.parametrize("name", API_CASES)
def test_declared_fields_are_really_sent(cases: dict[str, Case], name: str) -> None:
    """A misspelt path would give a column of nulls for ever, and nobody would notice."""
    source = cases[name].source(**_unbulked(cases[name]))
    counted = 0
    for stream, spec in source.discover().items():
        records = read_records(source, stream, ALL_TIME)
        counted += len(records)
        for column, described in spec.columns.items():
            first_step = (described.path or column).split(".")[0]
            if f"{stream}.{column}" in SENT_SOMETIMES or not records:
                continue
            sent = any(pick(r, first_step, MISSING) is not MISSING for r in records)
            assert sent, f"{stream}.{column}: `{first_step}` is in no answer"
    assert counted > 50


@pytest.mark.parametrize("name", CASES)
def test_two_full_reads_are_equal(cases: dict[str, Case], name: str) -> None:
    source = cases[name].source()
    for stream in source.discover():
        first = read_records(source, stream, ALL_TIME)
        assert first == read_records(cases[name].source(), stream, ALL_TIME), stream


def test_bulk_and_pages_give_the_same_records(cases: dict[str, Case]) -> None:
    case = cases["acme-shopify"]
    for stream, spec in case.feed.streams.items():
        paged = read_records(case.source(bulk="never"), stream, ALL_TIME)
        bulk = read_records(case.source(bulk="always"), stream, ALL_TIME)
        by_id = {r["id"]: _declared(r, spec) for r in bulk}
        assert by_id == {r["id"]: _declared(r, spec) for r in paged}, stream
        assert len(bulk) == len(paged) > 0


def _declared(record: dict[str, Any], spec: Stream) -> dict[str, Any]:
    """What the loader stores, so that changing the way of reading changes no row."""
    found = {name: pick(record, column.path or name) for name, column in spec.columns.items()}
    return found | {name: pick(record, child.path) for name, child in spec.children.items()}


@pytest.mark.parametrize("name", ["acme-shopify", "acme-stripe", "bazaar-ecommerce_csv"])
def test_windows_side_by_side_give_each_record_once(cases: dict[str, Case], name: str) -> None:
    source = cases[name].source(**_unbulked(cases[name]))
    edges = [
        START + timedelta(days=d, seconds=s) for d, s in ((0, 0), (400, 1), (500, 7), (760, 0))
    ]
    tested = 0
    # So long after that Stripe has dropped its events: each interval is its list alone.
    with clock.frozen(edges[-1] + timedelta(days=60)):
        for stream, spec in source.discover().items():
            if spec.cursor is None:
                continue
            path = spec.columns[spec.primary_key[0]].path or spec.primary_key[0]
            parts = [
                [pick(r, path) for r in read_records(source, stream, Window(*pair))]
                for pair in pairwise(edges)
            ]
            # A cursor nobody can read is inside of every window, for the loader to refuse.
            whole = {
                pick(r, path) for r in read_records(source, stream, Window(edges[0], edges[-1]))
            }
            loose = set.intersection(*map(set, parts))
            together = [k for part in parts for k in part if k not in loose]
            assert len(together) == len(set(together)), stream
            assert set(together) | loose == whole, stream
            tested += len(together)
    assert tested > 100


@pytest.mark.parametrize("name", API_CASES)
def test_wrong_credentials(
    cases: dict[str, Case], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = cases[name].with_secret(CANARY).source()
    with pytest.raises(AccessDenied) as caught:
        source.check()
    assert str(caught.value).startswith(f"{cases[name].feed.tenant.id}/")
    shown = str(caught.value) + caplog.text + repr(caught.value.__dict__) + repr(source)
    assert CANARY not in shown


FAULTS: list[tuple[dict[str, Any], type[EltError]]] = [
    ({"kind": "429", "retry_after": "7"}, RateLimited),
    ({"kind": "500"}, UpstreamUnavailable),
    ({"kind": "timeout", "seconds": 2}, UpstreamUnavailable),
    ({"kind": "cut"}, UpstreamUnavailable),
    ({"kind": "html"}, ContractBroken),
    ({"kind": "missing_list"}, ContractBroken),
]


@pytest.mark.parametrize("name", API_CASES)
@pytest.mark.parametrize(
    ("fault", "error"), FAULTS, ids=lambda p: p.get("kind", "") if isinstance(p, dict) else ""
)
def test_misbehaviour_has_its_error(
    cases: dict[str, Case],
    faults: Any,
    name: str,
    fault: dict[str, Any],
    error: type[EltError],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    case = cases[name]
    faults(vendor=case.vendor, times=99, **fault)
    limits = HttpLimits(connect_s=2, read_s=0.5, tries=1)
    if fault["kind"] == "missing_list" and case.feed.connector.connector in LIST_MAY_BE_ABSENT:
        pytest.skip("no list is this vendor's way to say none")
    with pytest.raises(error) as caught:
        for stream in case.feed.streams:
            read_records(case.source(limits, **_unbulked(case)), stream, ALL_TIME)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 7
    fields = case.credentials.fields
    secrets = [fields[n] for n in {"password", *case.feed.connector.secrets} if fields.get(n)]
    assert secrets
    assert not any(secret in str(caught.value) + caplog.text for secret in secrets)


@pytest.mark.parametrize("name", API_CASES)
def test_passing_trouble_changes_nothing(cases: dict[str, Case], faults: Any, name: str) -> None:
    """500, a cut answer and a page sent twice, each once: the same records as without them."""
    case = cases[name]
    stream = LONGEST.get(name) or next(iter(case.feed.streams))
    window = Window(START, START + timedelta(days=500))
    expected = read_records(case.source(**_unbulked(case)), stream, window)
    troubles: list[dict[str, Any]] = [{"kind": "500"}, {"kind": "cut"}]
    if name in LONGEST:
        troubles.append({"kind": "duplicate_page", "skip": 1})
    for trouble in troubles:
        faults(vendor=case.vendor, times=1, **trouble)
    found = read_records(case.source(**_unbulked(case)), stream, window)
    assert found == expected
    assert len(found) > (100 if name in LONGEST else 0)
