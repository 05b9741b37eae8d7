with source as (
    select * from {{ source('erpnext', 'stock_ledger_entries') }}
),

renamed as (
    select
        -- ids
        name as stock_ledger_entry_id,
        item_code as item_id,
        warehouse as warehouse_name,
        voucher_no as voucher_id,
        company as company_name,
        -- text
        voucher_type,
        stock_uom,
        -- dates
        posting_date as posted_on,
        -- times
        creation as created_at,
        modified as updated_at,
        posting_datetime as posted_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(actual_qty as {{ type_of('quantity') }}) as quantity,
        cast(qty_after_transaction as {{ type_of('quantity') }}) as quantity_after,
        cast(valuation_rate as {{ type_of('price') }}) as valuation_price,
        cast(stock_value_difference as {{ type_of('amount') }}) as value_change_amount,
        coalesce(is_cancelled, 0) = 1 as is_cancelled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
