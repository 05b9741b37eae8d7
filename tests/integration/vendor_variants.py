"""The same money troubles in other clothes: more currencies, parts, refunds, and records half empty."""

from typing import Any

import psycopg

from include.core import naming
from tests.integration import dbt_project
from tests.integration.vendor_records import (
    AT,
    Record,
    run_put,
    shopify_line,
    shopify_order,
    shopify_paid,
    shopify_refund,
    shopify_shipping,
    square_line,
    square_money,
    square_order,
    stripe_charge,
)

TENANT = "variants"
LATER = "2026-01-09T12:00:00Z"

Connection = psycopg.Connection[Any]


def in_currency(record: Any, currency: str) -> Any:
    """The record with every amount in another currency."""
    if isinstance(record, dict):
        found = {name: in_currency(value, currency) for name, value in record.items()}
        return found | ({"currencyCode": currency} if "currencyCode" in found else {})
    return [in_currency(one, currency) for one in record] if isinstance(record, list) else record


def _taxed(number: int, line: int, **more: Any) -> Record:
    """MONEY by hand: 2 x 50 and 20, 22 off the goods, 3 off shipping of 8, a tip, 10 % on top."""
    lines = [
        shopify_line(line, "100.00", allocated=["10.00", "9.82"], tax=["8.02"]),
        shopify_line(line + 1, "20.00", allocated=["2.18"], tax=["1.78"]),
    ]
    return shopify_order(
        number, lines, subtotal="98.00", discount="25.00", shipping="8.00", tax="10.30",
        total="119.30", tip="6.00", shippingLines=shopify_shipping("8.00", "5.00", "0.50"), **more,
    )  # fmt: skip


def _inside(number: int, line: int, **more: Any) -> Record:
    """The same order with 20 % VAT inside its prices."""
    lines = [
        shopify_line(line, "120.00", allocated=["12.00", "11.78"], tax=["16.04"]),
        shopify_line(line + 1, "24.00", allocated=["2.62"], tax=["3.56"]),
    ]
    return shopify_order(
        number, lines, taxesIncluded=True, subtotal="117.60", discount="26.40", shipping="6.00",
        tax="20.60", total="123.60", shippingLines=shopify_shipping("6.00", "6.00", "1.00"), **more,
    )  # fmt: skip


def build_shopify_orders() -> list[Record]:
    plain: dict[str, Any] = {"allocated": [], "tax": []}
    part, gone = {"displayFinancialStatus": "PARTIALLY_REFUNDED"}, {"currentQuantity": 0}
    below = shopify_refund(
        103, "18.80", lines=[(1032, "17.82", "1.78")], shipping=[("2.00", "0.20")], kept=["3.00"]
    )
    yen = shopify_order(
        113, [shopify_line(1131, "2200", allocated=[], tax=["200"]),
              shopify_line(1132, "1100", allocated=[], tax=["100"])],
        **part, taxesIncluded=True, subtotal="3300", tax="300", total="3300",
        refunds=[shopify_refund(1131, "1100", lines=[(1132, "1100", "100")]),
                 shopify_refund(1132, "1100", lines=[(1131, "1100", "100")])],
    )  # fmt: skip
    dinar = shopify_order(
        114, [shopify_line(1141, "10.005", allocated=["1.001"], tax=["0.450"])], **part,
        subtotal="9.004", discount="1.001", tax="0.450", total="9.454",
        refunds=[shopify_refund(1141, "4.727"), shopify_refund(1142, "4.727")],
    )  # fmt: skip
    swapped = {
        "lines": [shopify_line(1091, "50.00", **plain, **gone), shopify_line(1092, "30.00", **plain)],
        "refunds": [shopify_refund(109, "20.00", lines=[(1091, "50.00", "0")])],
        "transactions": [shopify_paid("t109", "50.00")],
        "currentTotalPriceSet": shopify_line(0, "30.00")["originalTotalSet"],
    }  # fmt: skip
    return [
        _taxed(101, 1011),
        _inside(102, 1021),
        _taxed(103, 1031, refunds=[below], transactions=[shopify_paid("t103", "119.30")], **part),
        shopify_order(
            104, [shopify_line(1041, "30.00", **plain)], subtotal="30.00", total="30.00",
            transactions=[shopify_paid("t104", "30.00")], displayFinancialStatus="REFUNDED",
            refunds=[shopify_refund(104, "36.00", lines=[(1041, "30.00", "0")], kept=["-6.00"])],
        ),
        shopify_order(
            105, [shopify_line(1051, "80.00", **plain)], **part, subtotal="80.00", total="80.00",
            transactions=[shopify_paid("t105", "50.00", gateway="gift_card"),
                          shopify_paid("t105b", "30.00")],
            refunds=[shopify_refund(105, "20.00", lines=[(1051, "20.00", "0")],
                                    gateway="gift_card")],
        ),
        # A line of 40.00 was removed before anybody paid: a refund without money.
        shopify_order(
            107, [shopify_line(1071, "60.00", **plain), shopify_line(1072, "40.00", **plain, **gone)],
            displayFinancialStatus="PENDING", subtotal="100.00", total="100.00",
            refunds=[shopify_refund(107, "0.00", lines=[(1072, "40.00", "0")])],
        ),
        # 25.00 were added on day 3 and are owed.
        shopify_order(
            108, [shopify_line(1081, "100.00", **plain), shopify_line(1082, "25.00", **plain)],
            displayFinancialStatus="PARTIALLY_PAID", subtotal="125.00", total="125.00",
            transactions=[shopify_paid("t108", "100.00")],
        ),
        # 50.00 exchanged for 30.00; whether the total holds the new line is not documented.
        shopify_order(109, swapped.pop("lines"), **part, **swapped,
                      subtotal="50.00", total="50.00"),
        shopify_order(1090, [shopify_line(10901, "50.00", **plain), shopify_line(10902, "30.00", **plain)],
                      **part, subtotal="80.00", total="80.00",
                      refunds=[shopify_refund(1090, "20.00", lines=[(10901, "50.00", "0")])],
                      transactions=[shopify_paid("t1090", "50.00")]),
        # One of three was edited away, without any refund.
        shopify_order(
            110, [shopify_line(1101, "60.00", allocated=["6.00"], tax=["5.40"], quantity=3,
                               currentQuantity=2)],
            subtotal="54.00", discount="6.00", tax="3.60", total="59.40",
            currentTotalPriceSet=shopify_line(0, "39.60")["originalTotalSet"],
        ),
        shopify_order(
            111, [shopify_line(1111, "19.98", **plain)], subtotal="19.98", total="19.98",
            transactions=[shopify_paid("t111", "50.00", gateway="cash"),
                          shopify_paid("t111b", "30.00", kind="CHANGE", gateway="cash")],
            totalCashRoundingAdjustment={"paymentSet": shopify_line(0, "0.02")["originalTotalSet"]},
        ),
        shopify_order(
            112, [shopify_line(1121, "200.00", allocated=[], tax=["44.80"])],
            subtotal="200.00", tax="44.80", total="268.80",
            originalTotalDutiesSet=shopify_line(0, "24.00")["originalTotalSet"],
            originalTotalAdditionalFeesSet=shopify_line(0, "24.00")["originalTotalSet"],
        ),
        in_currency(yen, "JPY"),
        in_currency(dinar, "KWD"),
        _inside(115, 1151, refunds=[shopify_refund(115, "6.00", shipping=[("6.00", "1.00")])], **part),
        # A till rang the tip up as a line.
        shopify_order(
            116, [shopify_line(1161, "20.00", **plain), shopify_line(1162, "3.00", name="Tip", **plain)],
            subtotal="23.00", tip="3.00", total="23.00",
        ),
    ]  # fmt: skip


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
        square_order("fees", [square_line(1700, 1700, gross=1700, **none)], 2224, tax=24,
                     service_charges=[fee, tip]),
        square_order("apportioned",
                     [apportioned | {"total_service_charge_money": square_money(300)}],
                     2000, tax=0, service_charges=[inside]),
        square_order("rounded", [square_line(1998, 1998, **none)], 2000,
                     rounding_adjustment={"amount_money": square_money(2)}),
        square_order("sold", [square_line(5000, 5000, gross=5000, **none)], 5000, **none),
        square_order("swapped", [square_line(3000, 3000, gross=3000, **none)], 3000, **none,
                     return_amounts=swap,
                     returns=[{"source_order_id": "ord_sold", "return_amounts": swap}]),
        square_order("taxed", [square_line(1000, 1080, gross=1000, tax=80, discount=0),
                               square_line(2000, 2000, gross=2000, **none)], 3080, tax=80),
        square_order("taxed_back", [], 0, return_amounts=back,
                     returns=[{"source_order_id": "ord_taxed", "return_amounts": back}]),
        square_order("yen", [square_line(0, 0) | {"base_price_money": square_money(1200, "JPY"),
                                                  "total_money": square_money(1080, "JPY"),
                                                  "total_discount_money": square_money(120, "JPY"),
                                                  "total_tax_money": square_money(98, "JPY")}], 0)
        | {"total_money": square_money(1080, "JPY"), "total_tax_money": square_money(98, "JPY")},
    )  # fmt: skip
    paid: Record = {"status": "COMPLETED", "source_type": "CARD", "created_at": AT}
    for name in ("sold", "taxed"):
        put("payments", paid | {"id": f"pay_{name}", "order_id": f"ord_{name}",
                                "total_money": square_money(5000)})  # fmt: skip
    for name, order, amount in (("sold", "swapped", 2000), ("taxed", "taxed_back", 1080)):
        put("refunds", {"id": f"ref_{name}", "status": "COMPLETED", "payment_id": f"pay_{name}",
                        "order_id": f"ord_{order}", "amount_money": square_money(amount),
                        "created_at": LATER})  # fmt: skip


def run_fill_erpnext(connection: Connection) -> None:
    day = {"posting_date": "2026-01-02", "currency": "EUR", "is_opening": "No", "modified": AT}

    def put(name: str, items: list[Record], taxes: list[Record], **more: Any) -> None:
        record = day | {"name": name, "docstatus": 1, "items": items, "taxes": taxes} | more
        run_put(connection, TENANT, "erpnext", "sales_invoices", record)

    def item(name: str, qty: int, rate: str, amount: str, net: str, listed: str) -> Record:
        return {"name": name, "item_code": "A", "qty": qty, "rate": rate, "amount": amount,
                "net_amount": net, "price_list_rate": listed}  # fmt: skip

    def tax(account: str, amount: str, inside: int = 0, kind: str = "On Net Total") -> Record:
        return {"charge_type": kind, "account_head": account, "included_in_print_rate": inside,
                "tax_amount_after_discount_amount": amount}  # fmt: skip

    put("INSIDE", [item("i1", 2, "59.50", "119.00", "90.00", "59.50")], [tax("VAT - X", "17.10", 1)],
        net_total="90.00", total_taxes_and_charges="17.10", grand_total="107.10",
        rounded_total="107.00", rounding_adjustment="-0.10", discount_amount="11.90",
        outstanding_amount="107.00")  # fmt: skip
    freight = [tax("Sales Tax - X", "4.50"), tax("Freight - X", "8.00", kind="Actual"),
               tax("Misc - X", "2.00", kind="Actual") | {"description": "Handling fee"}]  # fmt: skip
    put("FREIGHT", [item("f1", 3, "15.00", "45.00", "45.00", "20.00")], freight, net_total="45.00",
        total_taxes_and_charges="14.50", grand_total="59.50", rounded_total="0",
        outstanding_amount="0")  # fmt: skip
    put("BACK", [item("b1", -1, "15.00", "-15.00", "-15.00", "20.00")],
        [tax("Sales Tax - X", "-1.50"), tax("Freight - X", "-8.00", kind="Actual")],
        is_return=1, return_against="FREIGHT", net_total="-15.00",
        total_taxes_and_charges="-9.50", grand_total="-24.50", rounded_total="0")  # fmt: skip


def run_fill_stripe(connection: Connection) -> None:
    run_put(
        connection, TENANT, "stripe", "charges",
        stripe_charge("yen", 5000, currency="jpy"),
        stripe_charge("dinar", 5120, currency="kwd"),
        stripe_charge("krona", 50000, currency="isk"),
        stripe_charge("lost", 10000, disputed=True),
    )  # fmt: skip
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
                own = {"id": f"bare_{child}"} if connector == "shopify" and "id" in found.columns else {}
                rows = [parents | {naming.POSITION: 0} | own]
                table = naming.child_table(stream, child)
                dbt_project.run_insert(connection, TENANT, connector, table, rows)
