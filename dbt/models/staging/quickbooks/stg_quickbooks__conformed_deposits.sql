-- What reached the bank, cash kept back left out.
with deposits as (
    select * from {{ ref('stg_quickbooks__deposits') }}
),

deletions as (
    select * from {{ ref('stg_quickbooks__deletions') }}
    where entity = 'Deposit'
),

mapped as (
    select
        deposits.deposit_id,
        deposits.total_amount as deposit_amount,
        deposits.transaction_on as deposited_on,
        deposits._feed,
        deposits._load_id,
        coalesce(deposits.currency_code, '{{ var("tenant_currency") }}') as currency_code,
        deposits.is_deleted or deletions.deletion_id is not null as is_deleted
    from deposits
    left join deletions
        on deposits._feed = deletions._feed and deposits.deposit_id = deletions.deletion_id
),

final as (
    {{ conform('deposits', 'mapped') }}
)

select * from final
