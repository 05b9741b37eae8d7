-- A customer's metadata may hold the id another system knows the customer by; macro metadata_ids.
with customers as (
    select * from {{ ref('stg_stripe__customers') }}
),

named as (
    {{ metadata_ids('customers', 'customer_id', 'the metadata of the Stripe customer') }}
),

mapped as (
    select
        *,
        null as right_record_id,
        left_record_id || ' ' || right_connector || ' ' || right_source_id as link_id
    from named
    where right_source_id <> ''
),

final as (
    {{ conform('links', 'mapped') }}
)

select * from final
