with orders as (
    select * from {{ ref('stg_square__orders') }}
),

details as (
    {%- for kind, model in [
        ('tax', 'stg_square__order_taxes'), ('discount', 'stg_square__order_discounts'),
    ] %}
        select
            order_id,
            '{{ kind }}' as detail_kind,
            {{ kind }}_position as detail_position,
            {{ kind }}_name as detail_name,
            {{ kind }}_percent as detail_percent,
            currency_code,
            applied_amount,
            _feed,
            _load_id
        from {{ ref(model) }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

mapped as (
    select
        details.order_id,
        details.detail_kind,
        details.detail_name,
        details.currency_code,
        details.detail_percent,
        details.applied_amount as detail_amount,
        false as is_remitted_by_others,
        details._feed,
        details._load_id,
        {{ hash_key(['details.order_id', 'details.detail_kind', 'details.detail_position']) }}
            as order_detail_id
    from details
    inner join orders on details._feed = orders._feed and details.order_id = orders.order_id
),

final as (
    {{ conform('order_details', 'mapped') }}
)

select * from final
