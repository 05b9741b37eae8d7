{#- The tenant's currency as a literal. -#}
{% macro home_currency() -%}
    '{{ var("tenant_currency") }}'
{%- endmacro %}


{#- An amount that is the same twice in the tenant's own currency, and another one elsewhere. -#}
{% macro home_or(currency, own, other) -%}
    case when {{ currency }} = {{ home_currency() }} then {{ own }} else {{ other }} end
{%- endmacro %}


{#- Columns of an order and of a day that the tenant's currency has, too, as tenant_<column>. -#}
{% macro tenant_columns() %}
    {{ return(['total_amount', 'refund_amount', 'net_amount', 'revenue_amount', 'kept_amount']) }}
{% endmacro %}


{#-
    One of them, summed over a group in the tenant's currency; null where a rate is missing, so that no
    sum lacks a part in silence.
-#}
{% macro tenant_sum(column) -%}
    {%- set events, kinds, sign = ledger_columns()[column] -%}
    {%- set kinds = kinds + ['settled_fee'] if kinds == ['fee'] else kinds -%}
    case
            when
                sum(
                    case
                        when
                            event_kind in ('{{ events | join("', '") }}')
                            and amount_kind in ('{{ kinds | join("', '") }}')
                            and amount is not null
                            and tenant_amount is null
                            then 1
                        else 0
                    end
                ) = 0
                then sum(
                    case
                        when
                            event_kind in ('{{ events | join("', '") }}')
                            and amount_kind in ('{{ kinds | join("', '") }}')
                            then {{ '-' if sign < 0 }}tenant_amount
                        else 0
                    end
                )
        end
{%- endmacro %}


{#- Amounts of sources that are no entries of the ledger, in the tenant's currency where a rate is
    known (alias `rates` of int_rates__daily); without one they stay what they are, in their own. -#}
{% macro at_rate(amount) -%}
    {{ amount }} * coalesce(rates.exchange_rate, 1)
{%- endmacro %}


{#- Their currency: the tenant's where they are its own or a rate is known, else what it was. -#}
{% macro currency_at_rate(currency) -%}
    case
            when rates.exchange_rate is not null then '{{ var("tenant_currency") }}'
            else {{ currency }}
        end
{%- endmacro %}
