"""Faults in dbt macros, dbt tests and models."""

from tests.mutants.fault import Fault

_MONEY = "dbt/macros/money.sql"
_GENERIC = "dbt/macros/tests/generic.sql"
_VERSIONS = "dbt/macros/marts/versions_bounded.sql"
_LOCATED = "dbt/models/intermediate/refunds/int_refunds__located.sql"
_COUNTED = "dbt/models/intermediate/orders/int_orders__counted.sql"
_NAMED = "dbt/models/intermediate/orders/int_orders__named.sql"
_RANKED = "dbt/models/intermediate/orders/int_orders__ranked.sql"
_MATCHED = "dbt/models/intermediate/orders/int_orders__matched.sql"
_FOLDED = "dbt/models/intermediate/orders/int_orders__folded.sql"
_CURRENCY_TESTS = ("tests/integration/test_dbt_macros.py",)
_GENERIC_TESTS = ("tests/integration/test_dbt_macros.py",)
_UNIT_TESTS = ("tests/integration/test_dbt_unit.py",)

FAULTS = (
    Fault(
        "a currency without decimals is missing",
        _MONEY,
        "'BIF', 'CLP', 'DJF', 'GNF', 'JPY'",
        "'BIF', 'CLP', 'DJF', 'JPY'",
        _CURRENCY_TESTS,
    ),
    Fault(
        "a currency with three decimals is missing",
        _MONEY,
        "'BHD', 'JOD', 'KWD', 'OMR', 'TND'",
        "'BHD', 'JOD', 'KWD', 'TND'",
        _CURRENCY_TESTS,
    ),
    Fault(
        "a currency of Meta's without an offset is missing",
        _MONEY,
        "'CLP', 'COP', 'CRC', 'HUF'",
        "'CLP', 'COP', 'HUF'",
        _CURRENCY_TESTS,
    ),
    Fault(
        "a currency in small letters has two decimals",
        _MONEY,
        "when upper({{ currency }}) in ('{{ zero_decimal_currencies()",
        "when {{ currency }} in ('{{ zero_decimal_currencies()",
        _CURRENCY_TESTS,
    ),
    Fault(
        "micros are thousandths",
        _MONEY,
        "cast(1000000 as numeric)",
        "cast(1000 as numeric)",
        (*_CURRENCY_TESTS, *_UNIT_TESTS),
    ),
    Fault(
        "a null holds in a dbt test",
        _GENERIC,
        "not coalesce({{ expression }}, false)",
        "not coalesce({{ expression }}, true)",
        _GENERIC_TESTS,
    ),
    Fault(
        "a key may be null",
        _GENERIC,
        "having count(*) > 1 or {% for column in columns %}{{ column }} is null\n"
        "        {%- if not loop.last %} or {% endif %}{% endfor %}",
        "having count(*) > 1",
        _GENERIC_TESTS,
    ),
    Fault(
        "a key may stand twice",
        _GENERIC,
        "having count(*) > 1 or {% for",
        "having count(*) > 2 or {% for",
        _GENERIC_TESTS,
    ),
    Fault(
        "two rows of one grain are one too few",
        _GENERIC,
        "    having count(*) > 1\n{% endtest %}",
        "    having count(*) > 2\n{% endtest %}",
        _GENERIC_TESTS,
    ),
    Fault(
        "a link finds its end in another feed",
        _GENERIC,
        "where parent._feed = child._feed and parent.{{ field }} =",
        "where parent.{{ field }} =",
        _GENERIC_TESTS,
    ),
    Fault(
        "a feed that does not load a stream breaks its links",
        _GENERIC,
        "where loaded._feed = child._feed)",
        "where true)",
        _GENERIC_TESTS,
    ),
    Fault(
        "equal rows of two connectors are one",
        "dbt/macros/concept/union_concept.sql",
        "    union all\n",
        "    union distinct\n",
        ("tests/integration/test_dbt_macros.py",),
    ),
    Fault(
        "a name that two records fit is the first one's",
        _FOLDED,
        "        and child_ties = 1\n",
        "",
        _UNIT_TESTS,
    ),
    Fault(
        "an order is the payment of one in its own system",
        _NAMED,
        "            and orders.source_system <> order_names.source_system\n",
        "",
        _UNIT_TESTS,
    ),
    Fault(
        "refunds that failed count",
        _LOCATED,
        "where refund_status = 'succeeded' and not is_test",
        "where not is_test",
        _UNIT_TESTS,
    ),
    Fault(
        "test refunds count",
        _LOCATED,
        "'succeeded' and not is_test and not is_deleted",
        "'succeeded' and not is_deleted",
        _UNIT_TESTS,
    ),
    Fault(
        "deleted refunds count",
        _LOCATED,
        "'succeeded' and not is_test and not is_deleted",
        "'succeeded' and not is_test",
        _UNIT_TESTS,
    ),
    Fault(
        "parts of a refund are summed in no order",
        _LOCATED,
        "            order by located.refunded_at, located.refund_id\n",
        "            order by located.refunded_at desc, located.refund_id\n",
        _UNIT_TESTS,
    ),
    Fault(
        "a chargeback in another currency moves to the shop's order",
        _LOCATED,
        "            when refunds.currency_code = orders.counted_currency_code "
        "then orders.counted_order_id\n",
        "            when true then orders.counted_order_id\n",
        _UNIT_TESTS,
    ),
    Fault(
        "deleted orders count",
        _RANKED,
        "        and not orders.is_deleted as is_sold\n",
        "        as is_sold\n",
        _UNIT_TESTS,
    ),
    Fault(
        "test orders count",
        _RANKED,
        "        and not orders.is_test\n",
        "",
        _UNIT_TESTS,
    ),
    Fault(
        "an order and its payment both count",
        _COUNTED,
        " and folded.part_of_order_id is null as is_counted",
        " as is_counted",
        _UNIT_TESTS,
    ),
    Fault(
        "two shops that sell for one price to one customer are one sale",
        _MATCHED,
        "            and (asked.source_role <> called.source_role or "
        "asked.source_role = 'books')\n",
        "",
        _UNIT_TESTS,
    ),
    Fault(
        "two payments of one amount both pay one order",
        _FOLDED,
        "            or (place_among_others = 1 and ties_among_others = 1)\n",
        "            or true\n",
        _UNIT_TESTS,
    ),
    Fault(
        "the first version holds from its change on",
        _VERSIONS,
        "case when version_number = 1 then",
        "case when version_number = 0 then",
        (*_UNIT_TESTS, "tests/integration/test_dbt_build.py"),
    ),
)
