{#- What kind of marketing -> medium, where no tag says it
    (shopify.dev/docs/api/admin-graphql, enum MarketingTactic). -#}
{% set mediums = {
    'cpc': "'AD', 'RETARGETING'",
    'organic': "'SEO'",
    'email': "'NEWSLETTER', 'ABANDONED_CART', 'TRANSACTIONAL'",
    'affiliate': "'AFFILIATE'",
} %}

-- The visit in which an order was placed, and the first of its journey where that was another one.
with orders as (
    select * from {{ ref('stg_shopify__orders') }}
    where not is_test
),

visits as (
    {%- for visit in ['first_visit', 'last_visit'] %}
        select
            order_id,
            customer_id,
            is_deleted,
            {{ visit }}_at as touched_at,
            {{ visit }}_utm_source as utm_source,
            {{ visit }}_utm_medium as utm_medium,
            {{ visit }}_utm_campaign as utm_campaign,
            {{ visit }}_landing_page as landing_page,
            {{ visit }}_referrer_url as referrer_url,
            {{ visit }}_source as told_source,
            {{ visit }}_source_type as told_type,
            _feed,
            _load_id,
            '{{ visit }}' as touch_kind
        from orders
        {%- if visit == 'first_visit' %}
            where first_visit_at <> last_visit_at
            union all
        {%- else %}
            where last_visit_at is not null
        {%- endif %}
    {%- endfor %}
),

mapped as (
    select
        {{ hash_key(['order_id', 'touch_kind']) }} as touchpoint_id,
        customer_id as record_id,
        order_id,
        null as order_name,
        touch_kind,
        utm_campaign as traffic_campaign,
        landing_page as landing_url,
        referrer_url,
        null as click_kind,
        null as click_id,
        is_deleted,
        touched_at,
        _feed,
        _load_id,
        case
            when utm_source is not null then utm_source
            when lower(told_source) = 'direct' then '(direct)'
            when lower(told_source) not like '%unknown%' then lower(told_source)
        end as traffic_source,
        case
            when utm_medium is not null then utm_medium
            {%- for medium, words in mediums.items() %}
                when told_type in ({{ words }}) then '{{ medium }}'
            {%- endfor %}
            when lower(told_source) = 'direct' then '(none)'
        end as traffic_medium,
        {{ local_date('touched_at') }} as touched_on
    from visits
),

final as (
    {{ conform('touchpoints', 'mapped') }}
)

select * from final
