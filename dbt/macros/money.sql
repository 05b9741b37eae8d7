{#-
    Integer minor units -> exact major units, by currency. The divisor is exact too: a literal like
    100.0 is a binary fraction in BigQuery, and so would the amount become.

    Source: docs.stripe.com/currencies (zero-decimal and three-decimal currencies, read 2026-11). ISK
    and UGX are sent with two decimals for old times' sake and so are not in the list.
-#}
{% macro minor_to_major(amount, currency, kind='amount') -%}
    {{ as_money(amount ~ ' / cast(' ~ minor_units(currency) ~ ' as numeric)', kind) }}
{%- endmacro %}


{#- How many minor units make one major unit of a currency. -#}
{% macro minor_units(currency) -%}
    case
            when upper({{ currency }}) in ('{{ zero_decimal_currencies() | join("', '") }}') then 1
            when upper({{ currency }}) in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 1000
            else 100
        end
{%- endmacro %}


{#- To the currency's smallest unit: a share of an amount has more digits than money. -#}
{% macro to_minor_unit(expression, currency) -%}
    {%- set units = minor_units(currency) -%}
    {{ as_money('round((' ~ expression ~ ') * ' ~ units ~ ') / cast(' ~ units ~ ' as numeric)') }}
{%- endmacro %}


{#-
    Meta's integers -> major units by Meta's own offsets, which are not Stripe's: no currency has
    three decimals, and forints and others have none.
    Source: developers.facebook.com, Marketing API, Currencies, read 2026-11.
-#}
{% macro meta_offset_to_major(amount, currency) -%}
    {{ as_money(amount ~ ' / cast(' ~ meta_offset(currency) ~ ' as numeric)') }}
{%- endmacro %}


{#- How many of Meta's units make one major unit of a currency. -#}
{% macro meta_offset(currency) -%}
    case
            when upper({{ currency }}) in ('{{ meta_whole_currencies() | join("', '") }}') then 1
            else 100
        end
{%- endmacro %}


{% macro meta_whole_currencies() %}
    {{ return(
        ['CLP', 'COP', 'CRC', 'HUF', 'ISK', 'IDR', 'JPY', 'KRW', 'PYG', 'TWD', 'VND']
    ) }}
{% endmacro %}


{#- Millionths (Google's micros) -> exact major units, as a price. -#}
{% macro micros_to_major(micros) -%}
    {{ as_money(micros ~ ' / cast(1000000 as numeric)', 'price') }}
{%- endmacro %}


{% macro zero_decimal_currencies() %}
    {{ return([
        'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF',
        'XOF', 'XPF',
    ]) }}
{% endmacro %}
