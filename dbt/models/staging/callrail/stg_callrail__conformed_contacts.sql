-- Who called (one row per number) and who sent a form. Caller id gives names such as `DOE JANE`,
-- and words that are no name.
with calls as (
    select * from {{ ref('stg_callrail__calls') }}
),

forms as (
    select * from {{ ref('stg_callrail__form_submissions') }}
),

numbered as (
    select
        *,
        customer_phone_number as phone,
        row_number() over (
            partition by _feed, customer_phone_number
            order by
                case when customer_name is null then 1 else 0 end asc, started_at desc, call_id asc
        ) as place,
        min(started_at) over (partition by _feed, customer_phone_number) as first_called_at,
        max(started_at) over (partition by _feed, customer_phone_number) as last_called_at,
        max(case when is_deleted then 0 else 1 end)
            over (partition by _feed, customer_phone_number) as live_calls
    from calls
    where customer_phone_number <> ''
),

named as (
    select
        'caller ' || phone as contact_id,
        null as email,
        phone,
        customer_city as city,
        customer_state as region,
        customer_country as country,
        first_called_at as created_at,
        last_called_at as updated_at,
        _feed,
        _load_id,
        case
            when
                lower(customer_name) not in (
                    'wireless caller', 'cell phone', 'toll free call', 'toll free', 'unknown',
                    'unavailable', 'anonymous', 'private', 'restricted', 'name unavailable',
                    'unknown name', 'unknown caller', 'private caller', 'not provided'
                )
                then customer_name
        end as customer_name,
        live_calls = 0 as is_deleted
    from numbered
    where place = 1
    union all
    select
        'form ' || form_submission_id as contact_id,
        coalesce(
            {{ json_text('form_data', 'email') }},
            {{ json_text('form_data', 'Email') }},
            {{ json_text('form_data', 'email_address') }},
            {{ json_text('form_data', 'Email Address') }},
            {{ json_text('form_data', 'your-email') }}
        ) as email,
        customer_phone_number as phone,
        null as city,
        null as region,
        null as country,
        submitted_at as created_at,
        submitted_at as updated_at,
        _feed,
        _load_id,
        customer_name,
        is_deleted
    from forms
),

mapped as (
    select
        *,
        null as first_name,
        null as last_name,
        null as company_name,
        null as address_line,
        null as postal_code
    from named
),

final as (
    {{ conform('contacts', 'mapped') }}
)

select * from final
