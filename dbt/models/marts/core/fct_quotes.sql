with quotes as (
    select * from {{ ref('int_quotes__unioned') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

named as (
    select
        quotes.*,
        coalesce(people.customer_id, quotes.customer_id) as person_id
    from quotes
    left join people on quotes.customer_id = people.record_id
),

final as (
    select
        named.quote_id,
        named.person_id as customer_id,
        named.customer_id as customer_record_id,
        named.source_connector,
        named.source_record_id as source_quote_id,
        named.quote_number,
        named.quote_kind,
        named.quote_status,
        named.currency_code,
        named.tax_amount,
        named.total_amount,
        named.is_test,
        named.is_deleted,
        named.quoted_on,
        named.expires_on,
        named._feed,
        named._load_id,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('named.quoted_on') }} as date_key
    from named
    left join customers
        on
            named.person_id = customers.customer_id
            and {{ as_of('customers', local_midnight('named.quoted_on')) }}
)

select * from final
