with activities as (
    select * from {{ ref('int_activities__unioned') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

named as (
    select
        activities.*,
        coalesce(people.customer_id, activities.record_id) as person_id
    from activities
    left join people on activities.record_id = people.record_id
),

final as (
    select
        named.activity_id,
        named.person_id as customer_id,
        named.record_id as customer_record_id,
        named.source_connector,
        named.source_record_id as source_activity_id,
        named.company_id,
        named.deal_id,
        named.activity_kind,
        named.activity_status,
        named.campaign_name,
        named.owner_id,
        named.is_done,
        named.is_deleted,
        named.happened_at,
        named._feed,
        named._load_id,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key(local_date('named.happened_at')) }} as date_key
    from named
    left join customers
        on
            named.person_id = customers.customer_id
            and {{ as_of('customers', 'named.happened_at') }}
)

select * from final
