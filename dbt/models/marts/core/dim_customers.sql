-- Versions as the snapshot saw them. A version starts when the source says it changed, if that lies
-- between the version before and the run that saw it; the first one is taken to have held always.
with versions as (
    select * from {{ ref('snap_customers') }}
),

started as (
    select
        *,
        row_number() over (partition by customer_id order by dbt_valid_from) as version_number,
        max({{ earlier_of('updated_at', 'dbt_valid_from') }})
            over (partition by customer_id order by dbt_valid_from) as changed_at
    from versions
),

bounded as (
    select
        *,
        case when version_number = 1 then {{ instant('1900-01-01') }} else changed_at end
            as effective_from_at,
        coalesce(
            lead(changed_at) over (partition by customer_id order by dbt_valid_from),
            {{ instant('9999-12-31') }}
        ) as effective_to_at
    from started
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
