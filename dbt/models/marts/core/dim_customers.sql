-- Every version the snapshot saw, with the time it held; macro versions_bounded.
with versions as (
    select * from {{ ref('snap_customers') }}
),

bounded as (
    {{ versions_bounded('versions', 'customer_id') }}
),

final as (
    select
        dbt_scd_id as customer_sk,
        customer_id,
        source_connector,
        source_record_id as source_customer_id,
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
        cast(version_number as {{ type_of('integer') }}) as version_number,
        dbt_valid_to is null as is_current,
        is_deleted,
        created_at,
        effective_from_at,
        effective_to_at,
        _feed,
        _load_id
    from bounded
)

select * from final
