with contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

accounts as (
    select * from {{ ref('stg_salesforce__accounts') }}
),

final as (
    select
        contacts.contact_id,
        contacts.contact_name,
        contacts.first_name,
        contacts.last_name,
        contacts.email,
        contacts.mailing_street,
        contacts.mailing_city,
        contacts.mailing_state,
        contacts.mailing_postal_code,
        contacts.mailing_country,
        contacts.is_deleted,
        contacts.created_at,
        contacts.updated_at,
        contacts._feed,
        contacts._load_id,
        contacts._loaded_at,
        accounts.account_name,
        coalesce(contacts.mobile_phone, contacts.phone) as best_phone
    from contacts
    left join accounts
        on contacts.account_id = accounts.account_id and contacts._feed = accounts._feed
)

select * from final
