"""JSON pages as an API sends them: 20 fields, one level nested, one child list."""

import orjson

from include.config.connector_spec import Stream

PAGE = 1_000
STREAM = Stream.model_validate(
    {
        "primary_key": ["id"],
        "version": "updated_at",
        "columns": {
            "id": "bigint",
            "name": "text",
            "status": "text",
            "currency_code": "text",
            "total_amount": "numeric",
            "tax_amount": "numeric",
            "discount_amount": "numeric",
            "item_count": "int",
            "is_test": "bool",
            "is_paid": "bool",
            "created_at": "timestamp",
            "updated_at": "timestamp",
            "ordered_on": "date",
            "source_name": "text",
            "note": "text",
            "tags": "json",
            "customer_id": {"type": "bigint", "path": "customer.id"},
            "customer_email": {"type": "text", "path": "customer.email"},
            "customer_country": {"type": "text", "path": "customer.country"},
        },
        "children": {
            "line_items": {
                "path": "line_items",
                "columns": {"sku": "text", "quantity": "int", "amount": "numeric"},
            }
        },
    }
)


def build_bodies(rows: int) -> list[bytes]:
    """Response bodies of `PAGE` records each, two child rows a record."""
    starts = range(0, rows, PAGE)
    return [orjson.dumps([_build(start + at) for at in range(PAGE)]) for start in starts]


def _build(number: int) -> dict[str, object]:
    day = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    amount = f"{number % 900 + 10}.{number % 100:02d}"
    return {
        "id": 10**12 + number,
        "name": f"#{number}",
        "status": ("paid", "open", "refunded")[number % 3],
        "currency_code": "USD",
        "total_amount": amount,
        "tax_amount": "1.25",
        "discount_amount": "0.00",
        "item_count": 2,
        "is_test": False,
        "is_paid": number % 3 == 0,
        "created_at": f"{day}T08:{number % 60:02d}:00Z",
        "updated_at": f"{day}T09:{number % 60:02d}:00+02:00",
        "ordered_on": day,
        "source_name": "web",
        "note": None if number % 4 else f"leave at door {number}",
        "tags": ["a", "b"],
        "customer": {
            "id": number % 5000,
            "email": f"u{number % 5000}@example.com",
            "country": "DE",
        },
        "line_items": [
            {"sku": f"SKU-{number % 500}", "quantity": 1, "amount": amount},
            {"sku": f"SKU-{number % 499}", "quantity": 3, "amount": "9.99"},
        ],
    }
