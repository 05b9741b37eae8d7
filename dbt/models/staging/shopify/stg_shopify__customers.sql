with source as (
    select * from {{ source('shopify', 'customers') }}
),

renamed as (
    select
        -- ids
        id as customer_id,
        legacy_id,
        -- text
        first_name,
        last_name,
        display_name,
        email,
        email_marketing_state,
        phone,
        state as account_state,
        locale,
        spent_currency_code,
        tags,
        note,
        company as company_name,
        address1 as address_line_1,
        address2 as address_line_2,
        city,
        province_code as region,
        zip as postal_code,
        country_code,
        -- numbers
        number_of_orders as orders_count,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(spent_amount as {{ type_of('amount') }}) as spent_amount,
        coalesce(is_verified_email, false) as is_verified_email,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
