with versions as (
    select * from {{ ref('int_customers__versioned') }}
),

final as (
    select
        {{ hash_key(['entity_id', 'version_number']) }} as customer_sk,
        entity_id as customer_id,
        record_id,
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
        records_count,
        sources_count,
        cast(version_number as {{ type_of('integer') }}) as version_number,
        is_current,
        is_customer,
        is_deleted,
        created_at,
        effective_from_at,
        effective_to_at,
        _feed,
        _load_id
    from versions
)

select * from final
