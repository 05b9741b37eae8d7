"""Vendors' records of every money trouble we know of, in the raw tables of one tenant."""

from typing import Any

import psycopg

from tests.integration.vendor_records import (
    AT,
    run_put,
    shopify_line,
    shopify_order,
    shopify_refund,
    square_line,
    square_money,
    square_order,
    stripe_charge,
)

TENANT = "ledger"

Connection = psycopg.Connection[Any]


def run_fill_shopify(connection: Connection) -> None:
    def put(*orders: dict[str, Any]) -> None:
        run_put(connection, TENANT, "shopify", "orders", *orders)

    inside = {"taxesIncluded": True}
    put(
        shopify_order(
            2, [shopify_line(2, "120.00", off="12.00")], **inside,
            subtotal="108.00", discount="12.00", tax="18.00", total="108.00",
        ),
        shopify_order(
            3, [shopify_line(3, "60.00"), shopify_line(4, "40.00")],
            subtotal="90.00", discount="10.00", total="90.00",
        ),
        # Three equal lines share 10.00: 3.34 + 3.33 + 3.33.
        shopify_order(
            31, [shopify_line(n, "20.00") for n in (311, 312, 313)],
            subtotal="50.00", discount="10.00", total="50.00",
        ),
        shopify_order(
            32, [shopify_line(321, "60.00", allocated=["4.00", "2.00"], tax=["5.40"]),
                 shopify_line(322, "40.00", allocated=["4.00"], tax=[])],
            subtotal="90.00", discount="10.00", tax="5.40", total="95.40",
        ),
        shopify_order(
            4, [shopify_line(5, "100.00")],
            subtotal="100.00", discount="10.00", shipping="10.00", total="100.00",
        ),
        # VAT of 20 % in goods (120) and in shipping (12): 22.00 of 132.00.
        shopify_order(
            41, [shopify_line(411, "120.00", allocated=[], tax=["20.00"])], **inside,
            subtotal="120.00", shipping="12.00", tax="22.00", total="132.00",
        ),
        shopify_order(
            42, [shopify_line(421, "120.00")], **inside,
            subtotal="120.00", shipping="12.00", tax="22.00", total="132.00",
        ),
        shopify_order(
            6, [shopify_line(7, "100.00", isGiftCard=True)], subtotal="100.00", total="100.00",
        ),
        shopify_order(
            7, [shopify_line(8, "100.00")], subtotal="100.00", total="100.00",
            paymentGatewayNames=["gift_card"],
            transactions=[{"id": "t7", "kind": "SALE", "status": "SUCCESS", "gateway": "gift_card",
                           "createdAt": AT, "amountSet": {"shopMoney": {
                               "amount": "100.00", "currencyCode": "GBP"}}}],
        ),
        shopify_order(
            12, [shopify_line(13, "120.00")], **inside, displayFinancialStatus="REFUNDED",
            processedAt="2025-12-31T12:00:00Z",
            subtotal="120.00", tax="20.00", total="120.00", refunds=[shopify_refund(12, "120.00")],
        ),
        # 99.99 with tax on top, back in three steps, cancelled after it was paid.
        shopify_order(
            13, [shopify_line(14, "91.74")], displayFinancialStatus="REFUNDED", cancelledAt=AT,
            subtotal="91.74", tax="8.25", total="99.99",
            refunds=[shopify_refund(n, "33.33") for n in (131, 132, 133)],
        ),
        shopify_order(
            14, [shopify_line(15, "10.00")], displayFinancialStatus="PENDING",
            subtotal="10.00", total="10.00",
        ),
        shopify_order(
            15, [shopify_line(16, "50.00")], subtotal="50.00", tip="5.00", total="55.00",
            paymentGatewayNames=["Bitcoin by Coinpal"],
        ),
    )  # fmt: skip


def run_fill_stripe(connection: Connection) -> None:
    def put(stream: str, *records: dict[str, Any]) -> None:
        run_put(connection, TENANT, "stripe", stream, *records)

    put(
        "charges",
        stripe_charge("part", 10000, amount_captured=6000, amount_refunded=4000),
        stripe_charge("part_back", 10000, amount_captured=6000, amount_refunded=1000),
        stripe_charge("lost", 10000, disputed=True),
        stripe_charge("won", 10000, disputed=True),
        stripe_charge("won_later", 3000, disputed=True),
        stripe_charge("web", 10000, currency="gbp", metadata={"order_id": "7"}),
        # 80.00 EUR that Stripe settled as 88.40 USD; back when a euro is worth more.
        stripe_charge("euro", 8000, currency="eur", balance_transaction="txn_6", refunded=True)
        | {"amount_refunded": 8000},
        # Asked back twice by the bank, in parts; and two refunds that never arrived.
        stripe_charge("twice", 10000, disputed=True),
        stripe_charge("returned", 10000),
        stripe_charge("yen", 5000, currency="jpy"),
        stripe_charge("dinar", 5120, currency="kwd"),
    )
    refund = {"currency": "usd", "status": "succeeded", "created": 1764547300}
    put(
        "refunds",
        refund | {"id": "re_1", "amount": 4000, "charge": "ch_part"},
        refund | {"id": "re_2", "amount": 4000, "charge": "ch_part_back"}
        | {"balance_transaction": "txn_2"},
        refund | {"id": "re_4", "amount": 8000, "charge": "ch_euro", "currency": "eur"}
        | {"created": 1767355200, "balance_transaction": "txn_7"},
        refund | {"id": "re_5", "amount": 10000, "charge": "ch_returned", "status": "failed"},
        refund | {"id": "re_6", "amount": 4000, "charge": "ch_returned", "status": "canceled"},
        refund | {"id": "re_3", "amount": 1000, "charge": "ch_part_back"}
        | {"balance_transaction": "txn_3"},
    )  # fmt: skip
    moved = {"currency": "usd", "created": 1764547300}
    put(
        "balance_transactions",
        moved | {"id": "txn_4", "amount": -3000, "fee": 1500, "net": -4500, "source": "dp_5"}
        | {"reporting_category": "dispute"},
        moved | {"id": "txn_5", "amount": 3000, "fee": -1500, "net": 4500, "source": "dp_5"}
        | {"reporting_category": "dispute_reversal", "created": 1767225600},
        moved | {"id": "txn_2", "amount": -4000, "fee": 0, "net": -4000}
        | {"reporting_category": "partial_capture_reversal"},
        moved | {"id": "txn_6", "amount": 8840, "fee": 290, "net": 8550, "source": "ch_euro"}
        | {"reporting_category": "charge", "exchange_rate": 1.105},
        moved | {"id": "txn_7", "amount": -9200, "fee": 0, "net": -9200, "source": "re_4"}
        | {"reporting_category": "refund", "exchange_rate": 1.15, "created": 1767355200},
        moved | {"id": "txn_3", "amount": -1000, "fee": 0, "net": -1000}
        | {"reporting_category": "refund"},
    )  # fmt: skip
    dispute = {"amount": 10000, "currency": "usd", "created": 1764547400}
    put(
        "disputes",
        dispute | {"id": "dp_1", "charge": "ch_lost", "status": "lost"},
        dispute | {"id": "dp_2", "charge": "ch_won", "status": "won"},
        dispute | {"id": "dp_3", "charge": "ch_won", "status": "warning_needs_response"},
        dispute | {"id": "dp_5", "charge": "ch_won_later", "status": "won", "amount": 3000},
        dispute | {"id": "dp_6", "charge": "ch_twice", "status": "lost", "amount": 3000},
        dispute | {"id": "dp_7", "charge": "ch_twice", "status": "needs_response", "amount": 2000},
        dispute | {"id": "dp_4", "charge": "ch_web", "status": "needs_response"}
        | {"currency": "gbp"},
    )  # fmt: skip


def run_fill_square(connection: Connection) -> None:
    def put(stream: str, *records: dict[str, Any]) -> None:
        run_put(connection, TENANT, "square", stream, *records)

    none = {"tax": 0, "discount": 0}
    put(
        "orders",
        square_order(
            "card_sold", [square_line(5000, 5000, gross=5000, item_type="GIFT_CARD", **none)],
            5000, tip=0, **none,
        ),
        square_order("card_used", [square_line(5000, 5000, gross=5000, **none)], 5000, **none),
        square_order("old", [square_line(1599, 1599)], 1599),
        square_order(
            "london", [square_line(1200, 1080, gross=1200, tax=180, discount=120)],
            1080, tax=180, discount=120,
        ),
        square_order(
            "austin", [square_line(1200, 1080, gross=1000, tax=180, discount=120)],
            1080, tax=180, discount=120,
        ),
        square_order(
            "boise", [square_line(10000, 9900, gross=10000, tax=900, discount=1000)],
            9900, tax=900, discount=1000,
        ),
    )  # fmt: skip
    bare = {"id": "ord_bare", "state": "COMPLETED", "created_at": AT, "updated_at": AT}
    put("orders", bare | {"line_items": [square_line(700, 700) | {"uid": "u"}]})
    put(
        "payments",
        {"id": "pay_1", "status": "COMPLETED", "source_type": "CARD", "order_id": "ord_card_used",
         "card_details": {"card": {"card_brand": "SQUARE_GIFT_CARD"}}, "created_at": AT,
         "amount_money": square_money(5000), "total_money": square_money(5000)},
    )  # fmt: skip
    tea = {"name": "Tea", "categories": [{"id": "cat1", "ordinal": 0}]}
    put("catalog_items", {"id": "i1", "version": 1, "updated_at": AT, "item_data": tea})
    variation = {"item_id": "i1", "name": "Pot"}
    put(
        "catalog_item_variations",
        {"id": "v1", "version": 1, "updated_at": AT, "item_variation_data": variation},
    )
    put(
        "catalog_categories",
        {"id": "cat1", "version": 1, "updated_at": AT, "category_data": {"name": "Drinks"}},
    )


def run_fill_meta(connection: Connection) -> None:
    campaign = {"name": "C", "status": "ACTIVE", "daily_budget": 5000}
    for number, currency in enumerate(("HUF", "JPY", "USD", "KWD")):
        run_put(
            connection, TENANT, "meta_ads", "campaigns",
            campaign | {"id": str(number), "account_currency": currency},
        )  # fmt: skip
