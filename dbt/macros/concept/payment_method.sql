{#- A source's word for how money came in -> one code of dim_payment_method; null stays null. -#}
{% macro payment_method(column) -%}
    case
        when {{ column }} is null then null
        {%- for code, words in payment_method_words().items() %}
        when lower({{ column }}) in ('{{ words | join("', '") }}') then '{{ code }}'
        {%- endfor %}
        else 'other'
    end
{%- endmacro %}


{% macro payment_method_words() %}
    {{ return({
        'card': [
            'card', 'credit_card', 'credit card', 'debit_card', 'debit card', 'creditcard', 'visa',
            'mastercard', 'amex', 'american express', 'discover', 'shopify_payments', 'stripe',
            'card_present', 'interac_present', 'link',
        ],
        'wallet': ['apple_pay', 'apple pay', 'google_pay', 'google pay', 'shop_pay', 'wallet'],
        'paypal': ['paypal', 'venmo'],
        'bank_transfer': [
            'bank_transfer', 'bank transfer', 'wire', 'ach', 'ach_debit', 'us_bank_account', 'sepa',
            'sepa_debit', 'direct debit', 'customer_balance', 'acss_debit', 'bacs_debit',
        ],
        'buy_now_pay_later': ['klarna', 'affirm', 'afterpay', 'afterpay_clearpay', 'shop_cash'],
        'cash': ['cash', 'cash on delivery', 'cash_on_delivery', 'cod'],
        'check': ['check', 'cheque'],
        'gift_card': ['gift_card', 'gift card', 'giftcard', 'store_credit', 'store credit'],
        'invoice': ['invoice', 'on account', 'credit terms', 'net 30', 'manual'],
    }) }}
{% endmacro %}


{#- One row per code, those no word maps to included. -#}
{% macro payment_method_rows() %}
    {%- for code in payment_method_words().keys() | list + ['other', 'unknown'] %}
    select cast('{{ code }}' as {{ type_of('text') }}) as payment_method
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endmacro %}
