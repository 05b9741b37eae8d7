with contacts as (
    select * from {{ ref('stg_gohighlevel__contacts') }}
),

named as (
    select
        *,
        -- The search gives names in lower case only.
        {{ capitalised('first_name') }} as given_name,
        {{ capitalised('last_name') }} as family_name
    from contacts
),

mapped as (
    select
        contact_id,
        given_name as first_name,
        family_name as last_name,
        company_name,
        email,
        phone,
        address as address_line,
        city,
        state as region,
        postal_code,
        country,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id,
        nullif(trim(coalesce(given_name, '') || ' ' || coalesce(family_name, '')), '')
            as customer_name
    from named
),

final as (
    {{ conform('contacts', 'mapped') }}
)

select * from final
