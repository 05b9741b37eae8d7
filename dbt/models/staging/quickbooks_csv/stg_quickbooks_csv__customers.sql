with source as (
    select * from {{ source('quickbooks_csv', 'customers') }}
),

renamed as (
    select
        -- text
        customer_name,
        company as company_name,
        full_name as contact_name,
        first_name,
        last_name,
        email,
        phone_numbers,
        phone,
        mobile,
        billing_address,
        shipping_address,
        -- times
        created_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(open_balance as {{ type_of('amount') }}) as open_balance,
        coalesce(is_deleted, false) as is_inactive,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
