"""What every connector gets tested for, for free, by being a folder in include/connectors."""

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest

from include.config.connector_spec import Column, Stream
from include.core import clock
from include.core.number_text import plain_number
from include.extract.record_path import MISSING, pick
from include.sandbox.serve.vendors import load_vendors
from tests.connectors.connector_cases import Case, read_records
from tests.connectors.connector_reads import (
    ALL_TIME,
    API_CASES,
    CASES,
    CONNECTORS,
    FIRST_CASES,
    FOLDER,
    NOW,
    ON_DISK,
    PROBLEMS,
    Reads,
    declared,
    keys_of,
)


def test_everything_on_disk_is_found() -> None:
    assert len(ON_DISK) >= 6
    assert sorted(CONNECTORS) == ON_DISK
    assert PROBLEMS == []


def test_every_demo_feed_is_tested(cases: dict[str, Case]) -> None:
    """A vendor played here that nobody has in the demo would never be seen working."""
    assert sorted(cases) == CASES
    shown = {case.feed.connector.connector for case in cases.values()}
    # A connector of the user's own has no vendor here; its tests are theirs.
    assert set(load_vendors()) & set(ON_DISK) <= shown
    assert len(shown) >= 15


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
    if column.format == clock.ZONED:
        return datetime.fromisoformat(value).tzinfo is not None
    if column.format:
        return bool(datetime.strptime(value, column.format))  # noqa: DTZ007
    return bool(datetime.fromisoformat(value))


def _is_day(value: Any, column: Column) -> bool:
    if column.format:
        return bool(datetime.strptime(value, column.format))  # noqa: DTZ007
    return bool(date.fromisoformat(value))


def _is_number(value: Any, column: Column) -> bool:
    written = plain_number(str(value), column.format) if column.format else str(value)
    return written is not None and Decimal(written).is_finite()


_FITS = {
    "text": lambda v, c: isinstance(v, str | int),
    "int": lambda v, c: _is_whole(v, c) and abs(int(v)) < 2**31,
    "bigint": lambda v, c: _is_whole(v, c) and abs(int(v)) < 2**63,
    "numeric": _is_number,
    "bool": lambda v, c: str(v).lower() in ("true", "false"),
    "date": _is_day,
    "timestamp": _is_instant,
    "json": lambda v, c: bool(json.dumps(v, default=str)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_record_fits_the_declared_columns(reads: Reads, name: str) -> None:
    """Keys present, values of the declared type, children lists of objects that fit as well."""
    counted, wrong = 0, []
    for stream, spec in reads.streams(name).items():
        for record in reads.full(name, stream):
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


# Absent unless there is something to say; the made-up economy may have no such record.
# Their names are proven against the spec (test_sandbox_square.py).
SENT_SOMETIMES = {
    "refunds.failure_reason", "refunds.customer",
    "credit_memos.private_note", "refund_receipts.private_note",
    "payments.external_type", "customers.company_name", "bill_payments.document_number",
    "deposits.document_number", "deposits.private_note", "deposits.cash_back_amount",
    "estimates.balance", "estimates.private_note",  # the former is one column of all documents
    "purchases.tax_amount",  # QuickBooks' purchases bear tax outside of the US
    "orders.rounding_amount",  # Square's cash rounding: where the smallest coin is above the cent
}  # fmt: skip
# QuickBooks: a company of several currencies, and one outside of the US.
SENT_ELSEWHERE = {"home_total_amount", "tax_calculation"}


@pytest.mark.parametrize("name", API_CASES)
def test_declared_fields_are_really_sent(reads: Reads, name: str) -> None:
    """A misspelt path would give a column of nulls for ever, and nobody would notice."""
    counted = 0
    for stream, spec in reads.streams(name).items():
        records = reads.full(name, stream)
        counted += len(records)
        for column, described in spec.columns.items():
            first_step = (described.path or column).split(".")[0]
            if column in SENT_ELSEWHERE or f"{stream}.{column}" in SENT_SOMETIMES or not records:
                continue
            sent = any(pick(r, first_step, MISSING) is not MISSING for r in records)
            assert sent, f"{stream}.{column}: `{first_step}` is in no answer"
    assert counted > 50


@pytest.mark.parametrize("name", FIRST_CASES)
def test_two_full_reads_are_equal(reads: Reads, name: str) -> None:
    """The second one asks for a bulk file where the connector can."""
    case, counted = reads.cases[name], 0
    for stream, spec in reads.streams(name).items():
        with clock.frozen(NOW):
            again = read_records(case.quick(**_bulked(case)), stream, ALL_TIME)
        first = reads.full(name, stream)
        assert len(first) == len(again), stream
        if _bulked(case):
            # A file has another order, and another shape around the declared fields.
            assert _by_key(first, spec) == _by_key(again, spec), stream
        else:
            assert first == again, stream
        counted += len(first)
    assert counted > 20


def _bulked(case: Case) -> dict[str, str]:
    return {"bulk": "always"} if "bulk" in case.feed.connector.options else {}


def _by_key(records: list[dict[str, Any]], spec: Stream) -> dict[tuple[Any, ...], Any]:
    return dict(
        zip(keys_of(records, spec), (declared(record, spec) for record in records), strict=True)
    )
