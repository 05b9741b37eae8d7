{#-
    Which entries of the ledger make which column of an order or a day: (events, kinds, sign). The
    columns are positive where the amount is usual: a discount is -10.00 in the ledger and 10.00 here.
    README.md shows this as a table; a test compares the two and what the marts hold.
-#}
{% macro ledger_columns() %}
    {%- set sold = ['sale'] -%}
    {%- set back = ['refund'] -%}
    {%- set disputed = ['chargeback', 'chargeback_won'] -%}
    {%- set owed = sold + back + disputed -%}
    {%- set charged = [
        'goods', 'discount', 'adjustment', 'tax', 'shipping', 'service_fee', 'duty', 'gift_card',
        'rounding', 'unexplained',
    ] -%}
    {{ return({
        'gross_amount': (sold, ['goods'], 1),
        'discount_amount': (sold, ['discount'], -1),
        'tax_amount': (sold, ['tax'], 1),
        'shipping_amount': (sold, ['shipping'], 1),
        'service_fee_amount': (sold, ['service_fee'], 1),
        'duty_amount': (sold, ['duty'], 1),
        'gift_card_amount': (sold, ['gift_card'], 1),
        'rounding_amount': (sold, ['rounding'], 1),
        'unexplained_amount': (sold, ['unexplained'], 1),
        'total_amount': (sold, charged, 1),
        'tip_amount': (sold, ['tip'], 1),
        'refund_amount': (back, charged + ['tip'], -1),
        'dispute_amount': (disputed, charged + ['tip'], -1),
        'refund_net_amount': (back + disputed, ['goods', 'adjustment'], -1),
        'refund_tax_amount': (back + disputed, ['tax'], -1),
        'refund_shipping_amount': (back + disputed, ['shipping'], -1),
        'net_amount': (owed, ['goods', 'discount', 'adjustment'], 1),
        'revenue_amount':
            (owed, ['goods', 'discount', 'adjustment', 'shipping', 'service_fee'], 1),
        'kept_amount': (owed, charged, 1),
        'paid_amount': (['payment'], ['money', 'stored_value'], 1),
        'paid_back_amount': (back, ['money', 'stored_value'], -1),
        'fee_amount': (['payment'] + back + disputed, ['fee'], -1),
    }) }}
{% endmacro %}


{#- One of those columns, summed over the entries of a group; `amount` may be another column of theirs. -#}
{% macro ledger_sum(column, amount='amount') -%}
    {%- set events, kinds, sign = ledger_columns()[column] -%}
    sum(
            case
                when
                    event_kind in ('{{ events | join("', '") }}')
                    and amount_kind in ('{{ kinds | join("', '") }}')
                    then {{ '-' if sign < 0 }}{{ amount }}
                else 0
            end
        )
{%- endmacro %}


{#- Entries of some kinds, summed, whatever their event. -#}
{% macro ledger_part(kinds) -%}
    sum(case when entries.amount_kind in ('{{ kinds | join("', '") }}') then entries.amount else 0 end)
{%- endmacro %}
