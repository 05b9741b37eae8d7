with contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

accounts as (
    select * from {{ ref('stg_salesforce__accounts') }}
),

mapped as (
    select
        contacts.contact_id as customer_id,
        contacts.contact_name as customer_name,
        contacts.first_name,
        contacts.last_name,
        accounts.account_name as company_name,
        contacts.email,
        contacts.mailing_street as address_line,
        contacts.mailing_city as city,
        contacts.mailing_state as region,
        contacts.mailing_postal_code as postal_code,
        contacts.mailing_country as country,
        contacts.is_deleted,
        contacts.created_at,
        contacts.updated_at,
        contacts._feed,
        contacts._load_id,
        coalesce(contacts.mobile_phone, contacts.phone) as phone
    from contacts
    left join accounts
        on contacts.account_id = accounts.account_id and contacts._feed = accounts._feed
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
