{#-
    Integer minor units -> exact major units, by currency.

    Source: docs.stripe.com/currencies (zero-decimal and three-decimal currencies, read 2026-11). ISK
    and UGX are sent with two decimals for old times' sake and so are not in the list.
-#}
{% macro minor_to_major(amount, currency, kind='amount') -%}
    cast(
        {{ amount }} / case
            when upper({{ currency }}) in ('{{ zero_decimal_currencies() | join("', '") }}') then 1.0
            when upper({{ currency }}) in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 1000.0
            else 100.0
        end as {{ type_of(kind) }}
    )
{%- endmacro %}


{% macro zero_decimal_currencies() %}
    {{ return([
        'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF',
        'XOF', 'XPF',
    ]) }}
{% endmacro %}
