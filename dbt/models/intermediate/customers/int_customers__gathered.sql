-- Customers and contacts, one under the other: every record that may be a person.
with customers as (
    select * from {{ ref('int_customers__unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts__unioned') }}
),

final as (
    select
        source_connector,
        source_record_id,
        customer_id,
        customer_name,
        first_name,
        last_name,
        company_name,
        email,
        phone,
        address_line,
        city,
        region,
        postal_code,
        country,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id,
        false as is_contact
    from customers
    union all
    select
        source_connector,
        source_record_id,
        contact_id as customer_id,
        customer_name,
        first_name,
        last_name,
        company_name,
        email,
        phone,
        address_line,
        city,
        region,
        postal_code,
        country,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id,
        true as is_contact
    from contacts
)

select * from final
