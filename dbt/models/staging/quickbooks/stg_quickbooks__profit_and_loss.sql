with source as (
    select * from {{ source('quickbooks', 'profit_and_loss') }}
),

renamed as (
    select
        -- ids
        account_id,
        -- text
        account_name,
        section,
        currency_code,
        basis,
        -- numbers
        amount as reported_amount,
        -- times
        period_start_on,
        period_end_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
