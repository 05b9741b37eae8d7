with source as (
    select * from {{ source('google_ads', 'customers') }}
),

renamed as (
    select
        -- ids
        cast(customer_id as {{ type_of('text') }}) as customer_id,
        -- text
        descriptive_name,
        currency_code,
        time_zone,
        status as customer_status,
        -- booleans
        is_manager,
        is_auto_tagged,
        is_test,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
