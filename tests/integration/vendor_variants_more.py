"""Tills, invoices and charges in other clothes, and records that tell nothing but their key."""

from typing import Any

import psycopg

from include.core import naming
from tests.integration import dbt_project
from tests.integration.vendor_records import (
    AT,
    Record,
    run_put,
    square_line,
    square_money,
    square_order,
    stripe_charge,
)

TENANT = "variants"
LATER = "2026-01-09T12:00:00Z"

Connection = psycopg.Connection[Any]


def run_fill_square(connection: Connection) -> None:
    def put(stream: str, *records: Record) -> None:
        run_put(connection, TENANT, "square", stream, *records)

    none = {"tax": 0, "discount": 0}
    fee = {"uid": "f", "name": "Corkage", "type": "CUSTOM", "applied_money": square_money(300)}
    fee |= {"total_money": square_money(324), "total_tax_money": square_money(24)}
    tip = {"uid": "g", "name": "18%", "type": "AUTO_GRATUITY", "total_money": square_money(200)}
    inside = fee | {"treatment_type": "APPORTIONED_TREATMENT", "total_money": square_money(300)}
    apportioned = square_line(1700, 2000, gross=1700, **none)
    back = {"total_money": square_money(1080), "tax_money": square_money(80)}
    swap = {"total_money": square_money(5000), "tax_money": square_money(0)}
    put(
        "orders",
        square_order(
            "fees",
            [square_line(1700, 1700, gross=1700, **none)],
            2224,
            tax=24,
            service_charges=[fee, tip],
        ),
        square_order(
            "apportioned",
            [apportioned | {"total_service_charge_money": square_money(300)}],
            2000,
            tax=0,
            service_charges=[inside],
        ),
        square_order(
            "rounded",
            [square_line(1998, 1998, **none)],
            2000,
            rounding_adjustment={"amount_money": square_money(2)},
        ),
        square_order("sold", [square_line(5000, 5000, gross=5000, **none)], 5000, **none),
        square_order(
            "swapped",
            [square_line(3000, 3000, gross=3000, **none)],
            3000,
            **none,
            return_amounts=swap,
            returns=[{"source_order_id": "ord_sold", "return_amounts": swap}],
        ),
        square_order(
            "taxed",
            [
                square_line(1000, 1080, gross=1000, tax=80, discount=0),
                square_line(2000, 2000, gross=2000, **none),
            ],
            3080,
            tax=80,
        ),
        square_order(
            "taxed_back",
            [],
            0,
            return_amounts=back,
            returns=[{"source_order_id": "ord_taxed", "return_amounts": back}],
        ),
        square_order(
            "yen",
            [
                square_line(0, 0)
                | {
                    "base_price_money": square_money(1200, "JPY"),
                    "total_money": square_money(1080, "JPY"),
                    "total_discount_money": square_money(120, "JPY"),
                    "total_tax_money": square_money(98, "JPY"),
                }
            ],
            0,
        )
        | {"total_money": square_money(1080, "JPY"), "total_tax_money": square_money(98, "JPY")},
    )
    paid: Record = {"status": "COMPLETED", "source_type": "CARD", "created_at": AT}
    for name in ("sold", "taxed"):
        put(
            "payments",
            paid
            | {"id": f"pay_{name}", "order_id": f"ord_{name}", "total_money": square_money(5000)},
        )
    for name, order, amount in (("sold", "swapped", 2000), ("taxed", "taxed_back", 1080)):
        put(
            "refunds",
            {
                "id": f"ref_{name}",
                "status": "COMPLETED",
                "payment_id": f"pay_{name}",
                "order_id": f"ord_{order}",
                "amount_money": square_money(amount),
                "created_at": LATER,
            },
        )


def run_fill_erpnext(connection: Connection) -> None:
    day = {"posting_date": "2026-01-02", "currency": "EUR", "is_opening": "No", "modified": AT}

    def put(name: str, items: list[Record], taxes: list[Record], **more: Any) -> None:
        record = day | {"name": name, "docstatus": 1, "items": items, "taxes": taxes} | more
        run_put(connection, TENANT, "erpnext", "sales_invoices", record)

    def item(name: str, qty: int, rate: str, amount: str, net: str, listed: str) -> Record:
        return {
            "name": name,
            "item_code": "A",
            "qty": qty,
            "rate": rate,
            "amount": amount,
            "net_amount": net,
            "price_list_rate": listed,
        }

    def tax(account: str, amount: str, inside: int = 0, kind: str = "On Net Total") -> Record:
        return {
            "charge_type": kind,
            "account_head": account,
            "included_in_print_rate": inside,
            "tax_amount_after_discount_amount": amount,
        }

    put(
        "INSIDE",
        [item("i1", 2, "59.50", "119.00", "90.00", "59.50")],
        [tax("VAT - X", "17.10", 1)],
        net_total="90.00",
        total_taxes_and_charges="17.10",
        grand_total="107.10",
        rounded_total="107.00",
        rounding_adjustment="-0.10",
        discount_amount="11.90",
        outstanding_amount="107.00",
    )
    freight = [
        tax("Sales Tax - X", "4.50"),
        tax("Freight - X", "8.00", kind="Actual"),
        tax("Misc - X", "2.00", kind="Actual") | {"description": "Handling fee"},
    ]
    put(
        "FREIGHT",
        [item("f1", 3, "15.00", "45.00", "45.00", "20.00")],
        freight,
        net_total="45.00",
        total_taxes_and_charges="14.50",
        grand_total="59.50",
        rounded_total="0",
        outstanding_amount="0",
    )
    put(
        "BACK",
        [item("b1", -1, "15.00", "-15.00", "-15.00", "20.00")],
        [tax("Sales Tax - X", "-1.50"), tax("Freight - X", "-8.00", kind="Actual")],
        is_return=1,
        return_against="FREIGHT",
        net_total="-15.00",
        total_taxes_and_charges="-9.50",
        grand_total="-24.50",
        rounded_total="0",
    )


def run_fill_stripe(connection: Connection) -> None:
    run_put(
        connection,
        TENANT,
        "stripe",
        "charges",
        stripe_charge("yen", 5000, currency="jpy"),
        stripe_charge("dinar", 5120, currency="kwd"),
        stripe_charge("krona", 50000, currency="isk"),
        stripe_charge("lost", 10000, disputed=True),
    )
    lost = {"id": "dp_bare", "charge": "ch_lost", "amount": 10000, "status": "lost"}
    run_put(connection, TENANT, "stripe", "disputes", lost)


def run_fill_bare(connection: Connection, connectors: tuple[str, ...]) -> None:
    """Of every stream a record with its key alone, and of every child one without anything."""
    for connector in connectors:
        for stream, spec in dbt_project.connectors()[connector].streams.items():
            values = {"timestamp": AT, "date": "2026-01-02", "text": f"bare_{stream}"}
            key = {name: values.get(spec.columns[name].type, "777") for name in spec.primary_key}
            dbt_project.run_insert(connection, TENANT, connector, stream, [key])
            parents = {naming.parent_key_column(name): value for name, value in key.items()}
            for child, found in spec.children.items():
                # The API promises the ids of what stands inside a Shopify record.
                has_id = connector == "shopify" and "id" in found.columns
                own = {"id": f"bare_{child}"} if has_id else {}
                rows = [parents | {naming.POSITION: 0} | own]
                table = naming.child_table(stream, child)
                dbt_project.run_insert(connection, TENANT, connector, table, rows)
