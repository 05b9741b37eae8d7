-- Money that came in and that no order explains. Where payments are all a tenant has, they are its
-- sales.
with payments as (
    select * from {{ ref('int_payments__unioned') }}
    where payment_status = 'succeeded' and not is_test and not is_deleted
),

folded as (
    select * from {{ ref('int_orders__folded') }}
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

days as (
    select max(ordered_on) as known_on from orders
    union all
    select max(paid_on) as known_on from payments
),

latest as (
    select max(known_on) as known_on from days
),

roles as (
    select count(distinct source_role) as roles_count from folded
),

judged as (
    select
        payments.*,
        folded.counted_order_id,
        folded.candidates_count,
        case
            when payments.order_id is null then 'names_no_order'
            when folded.order_id is null then 'order_not_loaded'
            when folded.is_ambiguous then 'several_orders_fit'
            when
                roles.roles_count > 1
                and folded.source_role = 'money'
                and folded.part_of_order_id is null
                then 'no_order_fits'
            when not counted.is_sold then 'order_is_no_sale'
        end as unmatched_reason
    from payments
    left join folded on payments.order_id = folded.order_id
    left join folded as counted on folded.counted_order_id = counted.order_id
    cross join roles
),

final as (
    select
        judged.payment_id,
        judged.order_id,
        judged.counted_order_id,
        judged.source_connector,
        judged.source_record_id as source_payment_id,
        judged.currency_code,
        judged.payment_amount,
        judged.paid_on,
        judged.unmatched_reason,
        judged.candidates_count,
        judged._feed,
        judged._load_id,
        {{ days_between('judged.paid_on', 'latest.known_on') }} as age_days
    from judged
    cross join latest
    where judged.unmatched_reason is not null
)

select * from final
