-- Between which systems does money go missing, and how much of the difference is explained?
select
    first_connector,
    first_role,
    second_connector,
    second_role,
    currency_code,
    sum(first_amount) as first_amount,
    sum(second_amount) as second_amount,
    sum(fee_amount) as fees,
    sum(refund_amount) as refunds,
    sum(transfer_amount) as transfers,
    sum(tax_amount) as tax,
    sum(timing_amount) as on_its_way,
    sum(missing_amount) as missing,
    sum(unexplained_amount) as unexplained
from {{ ref('agg_reconciliation_daily') }}
group by first_connector, first_role, second_connector, second_role, currency_code
order by missing desc
