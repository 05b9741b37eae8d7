-- Versions as the snapshot saw them; validity as in dim_customers.
with versions as (
    select * from {{ ref('snap_products') }}
),

started as (
    select
        *,
        row_number() over (partition by product_id order by dbt_valid_from) as version_number,
        max({{ earlier_of('updated_at', 'dbt_valid_from') }})
            over (partition by product_id order by dbt_valid_from) as changed_at
    from versions
),

bounded as (
    select
        *,
        case when version_number = 1 then {{ instant('1900-01-01') }} else changed_at end
            as effective_from_at,
        coalesce(
            lead(changed_at) over (partition by product_id order by dbt_valid_from),
            {{ instant('9999-12-31') }}
        ) as effective_to_at
    from started
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
