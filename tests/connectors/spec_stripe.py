"""Stripe's document with the resources that the trimmed copy leaves out.

Parameters and fields are those of Stripe's Python library 16.1.0, read 2026-11.
"""

import copy
from typing import Any

from tests.connectors.vendor_specs import load_json_spec

TEXT, WHOLE, TRUTH, NUMBER, LIST, OBJECT = (
    {"type": kind, "nullable": True}
    for kind in ("string", "integer", "boolean", "number", "array", "object")
)
COMMON = {"id": TEXT, "object": TEXT, "created": WHOLE, "livemode": TRUTH, "currency": TEXT}
# Object -> path, parameters of its list beyond paging and `created`, fields.
BESIDE: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "coupon": ("coupons", (), {
        "amount_off": WHOLE, "duration": TEXT, "duration_in_months": WHOLE,
        "max_redemptions": WHOLE, "metadata": OBJECT, "name": TEXT, "percent_off": NUMBER,
        "redeem_by": WHOLE, "times_redeemed": WHOLE, "valid": TRUTH,
    }),
    "invoice_payment": ("invoice_payments", ("invoice", "payment", "status"), {
        "amount_paid": WHOLE, "amount_requested": WHOLE, "invoice": TEXT, "is_default": TRUTH,
        "payment": OBJECT, "status": TEXT, "status_transitions": OBJECT,
    }),
    "payment_method": (
        "payment_methods", ("allow_redisplay", "customer", "customer_account", "type"), {
            "allow_redisplay": TEXT, "billing_details": OBJECT, "card": OBJECT, "customer": TEXT,
            "customer_account": TEXT, "metadata": OBJECT, "type": TEXT,
        },
    ),
    "transfer": ("transfers", ("destination", "transfer_group"), {
        "amount": WHOLE, "amount_reversed": WHOLE, "balance_transaction": TEXT,
        "description": TEXT, "destination": TEXT, "destination_payment": TEXT, "metadata": OBJECT,
        "reversals": OBJECT, "reversed": TRUTH, "source_transaction": TEXT, "source_type": TEXT,
        "transfer_group": TEXT,
    }),
    "checkout.session": ("checkout/sessions", ("customer", "payment_intent", "status"), {
        "amount_subtotal": WHOLE, "amount_total": WHOLE, "cancel_url": TEXT,
        "client_reference_id": TEXT, "customer": TEXT, "customer_details": OBJECT,
        "expires_at": WHOLE, "invoice": TEXT, "metadata": OBJECT, "mode": TEXT,
        "payment_intent": TEXT, "payment_link": TEXT, "payment_method_types": LIST,
        "payment_status": TEXT, "presentment_details": OBJECT, "status": TEXT,
        "subscription": TEXT, "success_url": TEXT, "total_details": OBJECT, "ui_mode": TEXT,
        "url": TEXT,
    }),
}  # fmt: skip
BALANCE = {"object": TEXT, "livemode": TRUTH, "available": LIST, "pending": LIST}


def load_stripe_spec() -> dict[str, Any]:
    """The document, completed."""
    spec: dict[str, Any] = copy.deepcopy(load_json_spec("stripe.openapi.json"))
    schemas, paths = spec["components"]["schemas"], spec["paths"]
    for name, (path, more, fields) in BESIDE.items():
        schemas[name] = {
            "type": "object", "properties": {**COMMON, **fields}, "additionalProperties": False,
        }  # fmt: skip
        listed = copy.deepcopy(paths["/v1/disputes"])
        known = [p for p in listed["get"]["parameters"] if p["name"] not in ("charge",)]
        known = [p for p in known if p["name"] != "payment_intent"]
        asked = [{"name": one, "in": "query", "schema": {"type": "string"}} for one in more]
        listed["get"]["parameters"] = known + asked
        content = listed["get"]["responses"]["200"]["content"]["application/json"]
        content["schema"]["properties"]["data"]["items"]["$ref"] = f"#/components/schemas/{name}"
        paths[f"/v1/{path}"] = listed
        paths[f"/v1/{path}/{{id}}"] = copy.deepcopy(paths["/v1/disputes/{id}"])
    # Saved ways to pay have no list but their customer's.
    paths["/v1/customers/{customer}/payment_methods"] = copy.deepcopy(paths["/v1/payment_methods"])
    schemas["balance"] = {"type": "object", "properties": BALANCE}
    one = copy.deepcopy(paths["/v1/disputes/{id}"])
    one["get"]["parameters"] = []
    paths["/v1/balance"] = one
    return spec
