with contacts as (
    select * from {{ ref('int_salesforce__contacts_employed') }}
),

mapped as (
    select
        contact_id as customer_id,
        contact_name as customer_name,
        first_name,
        last_name,
        account_name as company_name,
        email,
        best_phone as phone,
        mailing_street as address_line,
        mailing_city as city,
        mailing_state as region,
        mailing_postal_code as postal_code,
        mailing_country as country,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id
    from contacts
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
