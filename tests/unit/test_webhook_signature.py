"""Webhook signatures as the vendors make them; and what the inbox keeps of a request."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from include.core.webhook_event import PATHS, EventPaths, build_event
from include.core.webhook_signature import (
    MALFORMED,
    MISSING,
    NO_SECRET,
    TOO_OLD,
    WRONG,
    SignatureRule,
    build_refusal,
)

NOW = datetime(2026, 11, 4, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = '{"id":"evt_1","type":"charge.refunded","created":1730708760,"note":"ü"}'.encode()
SECRET = "whsec_test"
STRIPE = SignatureRule("stripe")


def sign_as_stripe(body: bytes = BODY, secret: str = SECRET, at: int = AT) -> str:
    """By Stripe's own library."""
    made = stripe.WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret)
    return f"t={at},v1={made}"


def refusal(header: str, **changes: Any) -> str | None:
    given: dict[str, Any] = {"body": BODY, "secrets": [SECRET], "now": NOW} | changes
    return build_refusal(STRIPE, {"Stripe-Signature": header}, **given)


def test_what_stripes_library_signs_is_genuine() -> None:
    assert refusal(sign_as_stripe()) is None
    assert refusal(f"{sign_as_stripe()},v0=6ffbb59b2300aae63f272406069a9788") is None


def test_stripes_library_and_ours_agree_on_what_to_refuse() -> None:
    """Each header goes to both; the library is the judge."""
    good = sign_as_stripe()
    other = sign_as_stripe(secret="whsec_other").split("v1=")[1]
    headers = [
        good,
        f"{good},v1={other}",
        f"t={AT},v1={other},{good.split(',')[1]}",
        f"t={AT},v1={other}",
        sign_as_stripe(at=AT - 299),
        sign_as_stripe(at=AT - 301),
        sign_as_stripe(at=AT + 3_000),
        good.replace("v1=", "v0="),
        good.split(",")[1],
        f"t={AT}",
        "nonsense",
        "",
    ]
    verdicts = [refusal(header) is None for header in headers]
    expected = []
    for header in headers:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("stripe._webhook.time.time", NOW.timestamp)
            try:
                verify = stripe.WebhookSignature.verify_header
                expected.append(bool(verify(BODY.decode(), header, SECRET, tolerance=300)))
            except stripe.SignatureVerificationError:
                expected.append(False)
    assert verdicts == expected
    assert True in verdicts and False in verdicts


def test_stripe_refusals_say_why() -> None:
    good = sign_as_stripe()
    assert refusal("") == MISSING
    assert refusal("t=x,v1=00") == MALFORMED
    assert refusal(f"t={AT},v0=00") == MISSING
    assert refusal(good, body=BODY + b" ") == WRONG
    assert refusal(sign_as_stripe(at=AT - 301)) == TOO_OLD
    assert refusal(good, secrets=[]) == NO_SECRET
    assert refusal(good, secrets=[""]) == NO_SECRET
    assert refusal(good, secrets=["whsec_new", SECRET]) is None, "while the secret is replaced"


def test_shopify_signs_the_body_in_base64() -> None:
    """shopify.dev, "Verify the webhook": base64 of HMAC-SHA256 over the raw body, read 2026-11."""
    made = base64.b64encode(hmac.new(b"hush", BODY, hashlib.sha256).digest()).decode()
    rule = SignatureRule("shopify")
    assert build_refusal(rule, {"X-Shopify-Hmac-SHA256": made}, BODY, ["hush"], NOW) is None
    assert build_refusal(rule, {"x-shopify-hmac-sha256": made}, BODY, ["other"], NOW) == WRONG
    assert build_refusal(rule, {"x-shopify-hmac-sha256": made}, b"{}", ["hush"], NOW) == WRONG
    swapped = made.swapcase()
    assert build_refusal(rule, {"X-Shopify-Hmac-SHA256": swapped}, BODY, ["hush"], NOW) == WRONG
    assert build_refusal(rule, {}, BODY, ["hush"], NOW) == MISSING


def test_a_plain_hmac_header_as_github_documents_it() -> None:
    """docs.github.com, "Validating webhook deliveries", testing values, read 2026-11."""
    rule = SignatureRule("hmac", "X-Hub-Signature-256", prefix="sha256=")
    secret, body = "It's a Secret to Everybody", b"Hello, World!"
    made = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    header = {"X-Hub-Signature-256": f"sha256={made}"}
    assert build_refusal(rule, header, body, [secret], NOW) is None
    assert build_refusal(rule, header, body, ["another"], NOW) == WRONG
    assert build_refusal(rule, {"X-Hub-Signature-256": made}, body, [secret], NOW) == MALFORMED
    loud = {"X-Hub-Signature-256": f"sha256={made.upper()}"}
    assert build_refusal(rule, loud, body, [secret], NOW) is None


def test_a_shared_token() -> None:
    rule = SignatureRule("token", "Authorization", prefix="Bearer ")
    assert build_refusal(rule, {"authorization": "Bearer t0ken"}, b"", ["t0ken"], NOW) is None
    assert build_refusal(rule, {"authorization": "Bearer T0KEN"}, b"", ["t0ken"], NOW) == WRONG
    assert build_refusal(rule, {"authorization": "Bearer tökén"}, b"", ["t0ken"], NOW) == WRONG
    assert build_refusal(rule, {"authorization": "t0ken"}, b"", ["t0ken"], NOW) == MALFORMED
    assert build_refusal(rule, {}, b"", ["t0ken"], NOW) == MISSING


def test_a_stripe_event_is_read() -> None:
    headers = {"Stripe-Signature": sign_as_stripe(), "Content-Type": "application/json"}
    event = build_event(headers, BODY, PATHS["stripe"])
    assert (event.event_id, event.event_type) == ("evt_1", "charge.refunded")
    assert event.occurred_at == datetime(2024, 11, 4, 8, 26, tzinfo=UTC)
    assert event.headers == {"content-type": "application/json"}
    assert event.body == BODY.decode()


def test_a_shopify_event_is_read_from_its_headers() -> None:
    headers = {
        "X-Shopify-Webhook-Id": "b54557e4",
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Triggered-At": "2026-03-29T18:00:27.877041743Z",
        "X-Shopify-Hmac-SHA256": "secret-looking",
        "X-Shopify-Shop-Domain": "acme.myshopify.com",
    }
    event = build_event(headers, b'{"id": 1}', PATHS["shopify"])
    assert (event.event_id, event.event_type) == ("b54557e4", "orders/updated")
    assert event.occurred_at is not None and event.occurred_at.minute == 0
    assert "secret-looking" not in repr(event)
    assert event.headers["x-shopify-shop-domain"] == "acme.myshopify.com"


@pytest.mark.parametrize(
    "name", ["authorization", "cookie", "stripe-signature", "x-api-key", "x-hub-signature-256"]
)
def test_headers_with_secrets_are_not_kept(name: str) -> None:
    event = build_event({name: "canary", "X-Request-Id": "r1"}, b"{}", PATHS["stripe"])
    assert event.headers == {"x-request-id": "r1"}


@pytest.mark.parametrize("body", [b"\xff\x00no json", b"[1]", b"{}", b'{"id": {"a": 1}}', b""])
def test_a_body_nobody_understands_is_kept_under_its_hash(body: bytes) -> None:
    event = build_event({}, body, EventPaths("id", "type", "at"))
    assert event.event_id == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert (event.event_type, event.occurred_at) == ("unknown", None)
    assert "\x00" not in event.body
    assert event == build_event({}, body, EventPaths("id", "type", "at")), "a repeat is the same"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1730708760", datetime(2024, 11, 4, 8, 26, tzinfo=UTC)),
        ("1730708760000", datetime(2024, 11, 4, 8, 26, tzinfo=UTC)),
        ('"2024-11-04T08:26:00Z"', datetime(2024, 11, 4, 8, 26, tzinfo=UTC)),
        ('"soon"', None),
        ("true", None),
        ("1e300", None),
    ],
)
def test_the_time_of_an_event(value: str, expected: datetime | None) -> None:
    body = f'{{"id": 5, "type": "t", "at": {value}}}'.encode()
    event = build_event({}, body, EventPaths("id", "type", "at"))
    assert (event.event_id, event.occurred_at) == ("5", expected)
