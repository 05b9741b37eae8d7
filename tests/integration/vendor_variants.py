"""Shopify orders of every trouble in other clothes: currencies, edits, exchanges, parts back."""

from typing import Any

from tests.integration.vendor_records import (
    Record,
    shopify_line,
    shopify_order,
    shopify_paid,
    shopify_refund,
    shopify_shipping,
)


def in_currency(record: Any, currency: str) -> Any:
    """The record with every amount in another currency."""
    if isinstance(record, dict):
        found = {name: in_currency(value, currency) for name, value in record.items()}
        return found | ({"currencyCode": currency} if "currencyCode" in found else {})
    return [in_currency(one, currency) for one in record] if isinstance(record, list) else record


def _taxed(number: int, line: int, **more: Any) -> Record:
    """Worked by hand: 2 x 50 and 20, 22 off the goods, 3 off shipping of 8, a tip, 10 % on top."""
    lines = [
        shopify_line(line, "100.00", allocated=["10.00", "9.82"], tax=["8.02"]),
        shopify_line(line + 1, "20.00", allocated=["2.18"], tax=["1.78"]),
    ]
    return shopify_order(
        number,
        lines,
        subtotal="98.00",
        discount="25.00",
        shipping="8.00",
        tax="10.30",
        total="119.30",
        tip="6.00",
        shippingLines=shopify_shipping("8.00", "5.00", "0.50"),
        **more,
    )


def _inside(number: int, line: int, **more: Any) -> Record:
    """The same order with 20 % VAT inside its prices."""
    lines = [
        shopify_line(line, "120.00", allocated=["12.00", "11.78"], tax=["16.04"]),
        shopify_line(line + 1, "24.00", allocated=["2.62"], tax=["3.56"]),
    ]
    return shopify_order(
        number,
        lines,
        taxesIncluded=True,
        subtotal="117.60",
        discount="26.40",
        shipping="6.00",
        tax="20.60",
        total="123.60",
        shippingLines=shopify_shipping("6.00", "6.00", "1.00"),
        **more,
    )


def build_shopify_orders() -> list[Record]:
    plain: dict[str, Any] = {"allocated": [], "tax": []}
    part, gone = {"displayFinancialStatus": "PARTIALLY_REFUNDED"}, {"currentQuantity": 0}
    below = shopify_refund(
        103, "18.80", lines=[(1032, "17.82", "1.78")], shipping=[("2.00", "0.20")], kept=["3.00"]
    )
    yen = shopify_order(
        113,
        [
            shopify_line(1131, "2200", allocated=[], tax=["200"]),
            shopify_line(1132, "1100", allocated=[], tax=["100"]),
        ],
        **part,
        taxesIncluded=True,
        subtotal="3300",
        tax="300",
        total="3300",
        refunds=[
            shopify_refund(1131, "1100", lines=[(1132, "1100", "100")]),
            shopify_refund(1132, "1100", lines=[(1131, "1100", "100")]),
        ],
    )
    dinar = shopify_order(
        114,
        [shopify_line(1141, "10.005", allocated=["1.001"], tax=["0.450"])],
        **part,
        subtotal="9.004",
        discount="1.001",
        tax="0.450",
        total="9.454",
        refunds=[shopify_refund(1141, "4.727"), shopify_refund(1142, "4.727")],
    )
    swapped = {
        "lines": [
            shopify_line(1091, "50.00", **plain, **gone),
            shopify_line(1092, "30.00", **plain),
        ],
        "refunds": [shopify_refund(109, "20.00", lines=[(1091, "50.00", "0")])],
        "transactions": [shopify_paid("t109", "50.00")],
        "currentTotalPriceSet": shopify_line(0, "30.00")["originalTotalSet"],
    }
    return [
        _taxed(101, 1011),
        _inside(102, 1021),
        _taxed(103, 1031, refunds=[below], transactions=[shopify_paid("t103", "119.30")], **part),
        shopify_order(
            104,
            [shopify_line(1041, "30.00", **plain)],
            subtotal="30.00",
            total="30.00",
            transactions=[shopify_paid("t104", "30.00")],
            displayFinancialStatus="REFUNDED",
            refunds=[shopify_refund(104, "36.00", lines=[(1041, "30.00", "0")], kept=["-6.00"])],
        ),
        shopify_order(
            105,
            [shopify_line(1051, "80.00", **plain)],
            **part,
            subtotal="80.00",
            total="80.00",
            transactions=[
                shopify_paid("t105", "50.00", gateway="gift_card"),
                shopify_paid("t105b", "30.00"),
            ],
            refunds=[
                shopify_refund(105, "20.00", lines=[(1051, "20.00", "0")], gateway="gift_card")
            ],
        ),
        # A line of 40.00 was removed before anybody paid: a refund without money.
        shopify_order(
            107,
            [shopify_line(1071, "60.00", **plain), shopify_line(1072, "40.00", **plain, **gone)],
            displayFinancialStatus="PENDING",
            subtotal="100.00",
            total="100.00",
            refunds=[shopify_refund(107, "0.00", lines=[(1072, "40.00", "0")])],
        ),
        # 25.00 were added on day 3 and are owed.
        shopify_order(
            108,
            [shopify_line(1081, "100.00", **plain), shopify_line(1082, "25.00", **plain)],
            displayFinancialStatus="PARTIALLY_PAID",
            subtotal="125.00",
            total="125.00",
            transactions=[shopify_paid("t108", "100.00")],
        ),
        # 50.00 exchanged for 30.00; whether the total holds the new line is not documented.
        shopify_order(
            109, swapped.pop("lines"), **part, **swapped, subtotal="50.00", total="50.00"
        ),
        shopify_order(
            1090,
            [shopify_line(10901, "50.00", **plain), shopify_line(10902, "30.00", **plain)],
            **part,
            subtotal="80.00",
            total="80.00",
            refunds=[shopify_refund(1090, "20.00", lines=[(10901, "50.00", "0")])],
            transactions=[shopify_paid("t1090", "50.00")],
        ),
        # One of three was edited away, without any refund.
        shopify_order(
            110,
            [
                shopify_line(
                    1101, "60.00", allocated=["6.00"], tax=["5.40"], quantity=3, currentQuantity=2
                )
            ],
            subtotal="54.00",
            discount="6.00",
            tax="3.60",
            total="59.40",
            currentTotalPriceSet=shopify_line(0, "39.60")["originalTotalSet"],
        ),
        shopify_order(
            111,
            [shopify_line(1111, "19.98", **plain)],
            subtotal="19.98",
            total="19.98",
            transactions=[
                shopify_paid("t111", "50.00", gateway="cash"),
                shopify_paid("t111b", "30.00", kind="CHANGE", gateway="cash"),
            ],
            totalCashRoundingAdjustment={"paymentSet": shopify_line(0, "0.02")["originalTotalSet"]},
        ),
        shopify_order(
            112,
            [shopify_line(1121, "200.00", allocated=[], tax=["44.80"])],
            subtotal="200.00",
            tax="44.80",
            total="268.80",
            originalTotalDutiesSet=shopify_line(0, "24.00")["originalTotalSet"],
            originalTotalAdditionalFeesSet=shopify_line(0, "24.00")["originalTotalSet"],
        ),
        in_currency(yen, "JPY"),
        in_currency(dinar, "KWD"),
        _inside(
            115, 1151, refunds=[shopify_refund(115, "6.00", shipping=[("6.00", "1.00")])], **part
        ),
        # A till rang the tip up as a line.
        shopify_order(
            116,
            [shopify_line(1161, "20.00", **plain), shopify_line(1162, "3.00", name="Tip", **plain)],
            subtotal="23.00",
            tip="3.00",
            total="23.00",
        ),
    ]
