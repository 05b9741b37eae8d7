with customers as (
    select * from {{ ref('stg_quickbooks_csv__customers') }}
),

mapped as (
    select
        customer_name,
        customer_name as customer_id,
        first_name,
        last_name,
        company_name,
        email,
        billing_address as address_line,
        is_deleted,
        _feed,
        _load_id,
        coalesce(phone, mobile, phone_numbers) as phone,
        null as city,
        null as region,
        null as postal_code,
        null as country,
        {{ local_midnight('created_on') }} as created_at,
        {{ null_of('timestamp') }} as updated_at
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
