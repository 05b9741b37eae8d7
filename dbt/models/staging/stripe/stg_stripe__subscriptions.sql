with source as (
    select * from {{ source('stripe', 'subscriptions') }}
),

renamed as (
    select
        -- ids
        id as subscription_id,
        customer as customer_id,
        latest_invoice as latest_invoice_id,
        -- text
        status as subscription_status,
        collection_method,
        metadata,
        -- times
        start_date as started_at,
        cancel_at as cancels_at,
        canceled_at,
        ended_at,
        trial_start as trial_started_at,
        trial_end as trial_ended_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        coalesce(cancel_at_period_end, false) as is_cancelled_at_period_end,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
