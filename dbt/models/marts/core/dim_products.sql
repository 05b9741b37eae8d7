with versions as (
    select * from {{ ref('int_products__versioned') }}
),

final as (
    select
        {{ hash_key(['entity_id', 'version_number']) }} as product_sk,
        entity_id as product_id,
        record_id,
        source_connector,
        source_record_id as source_product_id,
        sku,
        product_name,
        category,
        brand,
        currency_code,
        list_price,
        unit_cost,
        records_count,
        sources_count,
        cast(version_number as {{ type_of('integer') }}) as version_number,
        is_current,
        is_active,
        is_deleted,
        created_at,
        effective_from_at,
        effective_to_at,
        _feed,
        _load_id
    from versions
)

select * from final
