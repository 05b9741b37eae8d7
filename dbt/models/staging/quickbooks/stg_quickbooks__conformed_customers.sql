with customers as (
    select * from {{ ref('stg_quickbooks__customers') }}
),

mapped as (
    select
        customer_id,
        given_name as first_name,
        family_name as last_name,
        company_name,
        email,
        phone,
        city,
        region,
        postal_code,
        country,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id,
        -- An inactive customer bears the mark in its name.
        replace(display_name, ' (deleted)', '') as customer_name,
        {{ joined_text(' ', ['address_line_1', 'address_line_2']) }} as address_line
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
