-- Every version the snapshot saw, with the time it held; macro versions_bounded.
with versions as (
    select * from {{ ref('snap_products') }}
),

bounded as (
    {{ versions_bounded('versions', 'product_id') }}
),

final as (
    select
        dbt_scd_id as product_sk,
        product_id,
        source_connector,
        source_record_id as source_product_id,
        sku,
        product_name,
        category,
        brand,
        currency_code,
        list_price,
        unit_cost,
        cast(version_number as {{ type_of('integer') }}) as version_number,
        dbt_valid_to is null as is_current,
        is_active,
        is_deleted,
        created_at,
        effective_from_at,
        effective_to_at,
        _feed,
        _load_id
    from bounded
)

select * from final
