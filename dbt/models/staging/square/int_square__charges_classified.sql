-- Service charges of an order that do not stand in its lines, by what they are: an automatic
-- gratuity is a tip, one that its name calls shipping or delivery is shipping, the rest are fees.
with charges as (
    select * from {{ ref('stg_square__order_service_charges') }}
    where coalesce(treatment_type, '') <> 'APPORTIONED_TREATMENT'
),

classified as (
    select
        order_id,
        _feed,
        tax_amount,
        coalesce(total_amount, applied_amount, 0) as total_amount,
        case
            when service_charge_type = 'AUTO_GRATUITY' then 'tip'
            when
                lower(service_charge_name) like '%shipping%'
                or lower(service_charge_name) like '%delivery%'
                then 'shipping'
            else 'service_fee'
        end as fee_kind
    from charges
),

summed as (
    select
        _feed,
        order_id,
        sum(total_amount) as total_amount,
        sum(tax_amount) as tax_amount,
        sum(case when fee_kind = 'tip' then total_amount else 0 end) as tip_amount,
        sum(case when fee_kind = 'shipping' then total_amount - tax_amount else 0 end)
            as shipping_amount,
        sum(case when fee_kind = 'service_fee' then total_amount - tax_amount else 0 end)
            as service_fee_amount
    from classified
    group by _feed, order_id
)

select * from summed
