{#- Where a foreign currency may stand, and its day. -#}
{% set places = {
    'int_orders__unioned': 'ordered_on', 'int_refunds__unioned': 'refunded_on',
    'int_payments__unioned': 'paid_on', 'int_deals__unioned': 'closed_on',
    'int_costs__unioned': 'incurred_on', 'int_spend__unioned': 'spent_on',
} %}
{% set home = var('tenant_currency') %}
{% set longest = revenue_setting('rate_days', 7) %}

-- What the currencies of this tenant's foreign amounts were worth in its own, on the days it has
-- such amounts: the last rate published that day or before, no older than rate_days. The tenant's
-- own rates speak before the bank's. Without any the rate is unknown, never 1.
with needed as (
    {%- for model, day in places.items() %}
        select
            currency_code,
            {{ day }} as valid_on
        from {{ ref(model) }}
        where currency_code <> '{{ home }}' and {{ day }} is not null
        {%- if not loop.last %}
            union distinct
        {%- endif %}
    {%- endfor %}
),

days as (
    select
        currency_code,
        valid_on,
        {{ days_before('valid_on', longest) }} as oldest_on
    from needed
),

own as (
    select
        *,
        coalesce(to_currency_code, '{{ home }}') as known_to_currency_code
    from {{ ref('int_rates__unioned') }}
    where exchange_rate > 0 and not is_deleted
),

published as (
    select * from {{ source('published_rates', 'published') }}
),

found as (
    select
        days.currency_code,
        days.valid_on,
        own.rated_on,
        1 as source_place,
        own.source_connector || ':' || own._feed as rate_source,
        case
            when own.currency_code = days.currency_code then own.exchange_rate
            else 1 / own.exchange_rate
        end as exchange_rate
    from days
    inner join own
        on
            own.rated_on between days.oldest_on and days.valid_on
            and (
                (
                    days.currency_code = own.currency_code
                    and own.known_to_currency_code = '{{ home }}'
                )
                or (
                    days.currency_code = own.known_to_currency_code
                    and own.currency_code = '{{ home }}'
                )
            )
    union all
    select
        days.currency_code,
        days.valid_on,
        foreigns.rated_on,
        2 as source_place,
        'ecb' as rate_source,
        homes.units_per_euro / foreigns.units_per_euro as exchange_rate
    from days
    inner join published as foreigns
        on
            days.currency_code = foreigns.currency_code
            and foreigns.rated_on between days.oldest_on and days.valid_on
    inner join published as homes
        on foreigns.rated_on = homes.rated_on and homes.currency_code = '{{ home }}'
),

ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, valid_on
            order by source_place asc, rated_on desc, rate_source asc, exchange_rate asc
        ) as place
    from found
),

final as (
    select
        days.currency_code,
        days.valid_on,
        ranked.rated_on,
        ranked.rate_source,
        {{ as_money('ranked.exchange_rate', 'rate') }} as exchange_rate
    from days
    left join ranked
        on
            days.currency_code = ranked.currency_code
            and days.valid_on = ranked.valid_on
            and ranked.place = 1
)

select * from final
