"""How every connector takes a refusal: the error a caller can act on, and no secret in it."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from include.core import clock
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from tests.connectors.connector_cases import Case, read_records
from tests.connectors.connector_reads import (
    ALL_TIME,
    API_CASES,
    CASES,
    FEEDS,
    START,
    Reads,
    small_pages,
    unbulked,
    vendor_root,
)
from tests.connectors.request_recorder import recording

# An answer without the list of records is how these vendors say "none".
LIST_MAY_BE_ABSENT: set[str] = {"google_ads"}
CANARY = "sk_canary_4be1_never_shown"
# A stream with several pages; the first one of the others has to do.
LONGEST = {"acme-shopify": "orders", "acme-stripe": "charges"}
ONE_TRY = HttpLimits(connect_s=2, read_s=0.5, tries=1)
# For a source that never answers, where nothing but the wait itself depends on how long it is.
IMPATIENT = HttpLimits(connect_s=2, read_s=0.1, tries=1)


@pytest.mark.parametrize("name", CASES)
def test_check_succeeds(cases: dict[str, Case], name: str) -> None:
    cases[name].source(HttpLimits()).check()


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
    ({"kind": "401"}, AccessDenied),
    ({"kind": "403"}, AccessDenied),
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
    if fault["kind"] == "missing_list" and case.feed.connector.connector in LIST_MAY_BE_ABSENT:
        pytest.skip("no list is this vendor's way to say none")
    limits = IMPATIENT if fault["kind"] == "timeout" else ONE_TRY
    with pytest.raises(error) as caught:
        for stream in case.feed.streams:
            read_records(case.source(limits, **unbulked(case)), stream, ALL_TIME)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 7
    fields = case.credentials.fields
    secrets = [fields[n] for n in {"password", *case.feed.connector.secrets} if fields.get(n)]
    assert secrets
    assert not any(secret in str(caught.value) + caplog.text for secret in secrets)


@pytest.mark.parametrize("name", API_CASES)
def test_a_refused_stream_names_the_right_to_grant(
    cases: dict[str, Case], faults: Any, name: str
) -> None:
    """`check your scopes` sent people to the vendor's documentation, and some granted them all."""
    case = cases[name]
    right_for = case.feed.connector.right_for
    faults(vendor=case.vendor, kind="403", times=999)
    for stream in case.feed.streams:
        with pytest.raises(AccessDenied) as caught:
            read_records(case.source(ONE_TRY, **unbulked(case)), stream, ALL_TIME)
        assert right_for(stream)
        assert f"`{right_for(stream)}`" in str(caught.value), stream
        assert caught.value.stream == stream
    with pytest.raises(AccessDenied) as caught:
        case.source(ONE_TRY).check()
    assert all(f"`{right_for(stream)}`" in str(caught.value) for stream in case.feed.streams)


@pytest.mark.parametrize("name", API_CASES)
def test_a_token_that_expires_meanwhile_is_renewed(reads: Reads, faults: Any, name: str) -> None:
    """401 to the second page of a read: one login more, and no record less."""
    case = reads.cases[name]
    stream = LONGEST.get(name) or max(case.feed.streams, key=lambda s: len(reads.full(name, s)))
    expected = reads.full(name, stream)
    if not any(one.is_login for one in reads.requests(name)):
        return  # a key, which does not expire
    size = max(1, len(expected) // 4)
    # Later than any other test's clock: a token one of them was given has had its time.
    later = clock.utcnow() + timedelta(days=60)
    with small_pages(case, size), recording(vendor_root(case)) as sent, clock.frozen(later):
        source = case.quick(size, **unbulked(case))
        first = next(iter(source.read(stream, ALL_TIME)))
        logins = sum(one.is_login for one in sent)
        faults(vendor=case.vendor, kind="401", times=1, skip=1)
        # A token that was refused as soon as it was given would lack a right.
        with clock.frozen(clock.utcnow() + timedelta(minutes=10)):
            found = read_records(source, stream, ALL_TIME)
    assert first.records
    assert found == expected
    assert sum(one.is_login for one in sent) == logins + 1


def test_some_demo_feeds_log_in() -> None:
    """Else the test above would have tried nothing."""
    kinds = {FEEDS[name].connector.connector for name in API_CASES}
    assert {"quickbooks", "salesforce", "gohighlevel", "google_ads", "rest"} <= kinds


@pytest.mark.parametrize("name", API_CASES)
def test_passing_trouble_changes_nothing(cases: dict[str, Case], faults: Any, name: str) -> None:
    """500, a cut answer and a page sent twice, each once: the same records as without them."""
    case = cases[name]
    stream = LONGEST.get(name) or next(iter(case.feed.streams))
    window = Window(START, START + timedelta(days=500))
    expected = read_records(case.quick(**unbulked(case)), stream, window)
    troubles: list[dict[str, Any]] = [{"kind": "500"}, {"kind": "cut"}]
    if name in LONGEST:
        troubles.append({"kind": "duplicate_page", "skip": 1})
    for trouble in troubles:
        faults(vendor=case.vendor, times=1, **trouble)
    found = read_records(case.quick(**unbulked(case)), stream, window)
    assert found == expected
    assert len(found) > (100 if name in LONGEST else 0)
