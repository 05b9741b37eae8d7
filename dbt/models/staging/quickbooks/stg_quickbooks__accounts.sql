with source as (
    select * from {{ source('quickbooks', 'accounts') }}
),

renamed as (
    select
        -- ids
        id as account_id,
        -- text
        sync_token,
        name,
        fully_qualified_name,
        classification,
        account_type,
        currency_code,
        -- numbers
        current_balance,
        -- booleans
        is_active,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 9a0333b8d8c1; edit freely, edited files are kept
