-- Contacts and leads: a lead that was converted stays a record and is linked to its contact.
with contacts as (
    select * from {{ ref('int_salesforce__contacts_employed') }}
),

leads as (
    select * from {{ ref('stg_salesforce__leads') }}
),

mapped as (
    select
        contact_id,
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
    union all
    select
        lead_id as contact_id,
        nullif({{ joined_text(' ', ['first_name', 'last_name']) }}, '') as customer_name,
        first_name,
        last_name,
        company as company_name,
        email,
        phone,
        street as address_line,
        city,
        state as region,
        postal_code,
        country,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id
    from leads
),

final as (
    {{ conform('contacts', 'mapped') }}
)

select * from final
