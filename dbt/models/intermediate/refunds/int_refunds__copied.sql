-- Refunds that another copy of the same books has as well, one that speaks before.
with refunds as (
    select * from {{ ref('int_refunds__unioned') }}
    where refund_status = 'succeeded' and not is_test and not is_deleted
),

sources as (
    {{ revenue_sources() }}
),

-- The first refund of an amount and day is the first of the other copy of the same books, whether
-- its order is known or not.
placed as (
    select
        refunds.*,
        sources.books_name,
        coalesce(sources.source_system, refunds.source_connector) as source_system,
        coalesce(sources.source_rank, 999) as refund_rank,
        coalesce(refunds.refund_net_amount, refunds.refund_amount) as compared_amount,
        row_number() over (
            partition by
                refunds.source_connector, refunds._feed, refunds.currency_code, refunds.refunded_on,
                coalesce(refunds.refund_net_amount, refunds.refund_amount)
            order by refunds.refund_id
        ) as place
    from refunds
    left join sources
        on
            refunds.source_connector = sources.source_connector
            and refunds._feed = sources._feed
),

final as (
    select distinct later.refund_id
    from placed as later
    inner join placed as first_copy
        on
            later.books_name = first_copy.books_name
            and later.currency_code = first_copy.currency_code
            and later.refunded_on = first_copy.refunded_on
            and later.compared_amount = first_copy.compared_amount
            and later.place = first_copy.place
            and later.source_system <> first_copy.source_system
            and later.refund_rank > first_copy.refund_rank
)

select * from final
