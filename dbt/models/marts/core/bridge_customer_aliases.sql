with aliases as (
    select * from {{ source('identity', 'aliases') }}
    where kind = 'people'
),

final as (
    select
        old_id as alias_customer_id,
        entity_id as customer_id
    from aliases
)

select * from final
