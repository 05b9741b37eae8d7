with source as (
    select * from {{ source('erpnext', 'customers') }}
),

renamed as (
    select
        -- ids
        name as customer_id,
        -- text
        customer_name,
        customer_type,
        customer_group,
        territory,
        tax_id,
        default_currency as currency_code,
        payment_terms,
        industry,
        website,
        primary_address,
        -- times
        creation as created_at,
        modified as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        nullif(email_id, '') as email,
        nullif(mobile_no, '') as phone,
        coalesce(disabled, 0) = 1 as is_disabled,
        coalesce(is_frozen, 0) = 1 as is_frozen,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
