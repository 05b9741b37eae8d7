-- Expenses as the books have them, line by line: bills, expenses paid at once, vendor credits. A
-- bill's payment settles it and is no second cost. Only lines on an expense account (cost of goods
-- sold is one): goods bought for stock are an asset until they are sold. Amounts as QuickBooks has
-- them in a line, without tax unless the company books it there.
with bills as (
    select * from {{ ref('stg_quickbooks__bills') }}
),

purchases as (
    select * from {{ ref('stg_quickbooks__purchases') }}
),

credits as (
    select * from {{ ref('stg_quickbooks__vendor_credits') }}
),

accounts as (
    select * from {{ ref('stg_quickbooks__accounts') }}
    where classification = 'Expense'
),

lines as (
    select
        'bill' as cost_kind,
        bills.bill_id as document_id,
        bill_lines.line_position,
        bill_lines.account_id,
        bill_lines.amount as cost_amount,
        bills.currency_code,
        bills.transaction_on,
        bills.is_deleted,
        bills._feed,
        bills._load_id
    from bills
    inner join {{ ref('stg_quickbooks__bill_lines') }} as bill_lines
        on bills._feed = bill_lines._feed and bills.bill_id = bill_lines.bill_id
    union all
    select
        'expense' as cost_kind,
        purchases.purchase_id as document_id,
        purchase_lines.line_position,
        purchase_lines.account_id,
        case when purchases.is_credit then -purchase_lines.amount else purchase_lines.amount end
            as cost_amount,
        purchases.currency_code,
        purchases.transaction_on,
        purchases.is_deleted,
        purchases._feed,
        purchases._load_id
    from purchases
    inner join {{ ref('stg_quickbooks__purchase_lines') }} as purchase_lines
        on
            purchases._feed = purchase_lines._feed
            and purchases.purchase_id = purchase_lines.purchase_id
    union all
    select
        'vendor_credit' as cost_kind,
        credits.vendor_credit_id as document_id,
        vendor_credit_lines.line_position,
        vendor_credit_lines.account_id,
        -vendor_credit_lines.amount as cost_amount,
        credits.currency_code,
        credits.transaction_on,
        credits.is_deleted,
        credits._feed,
        credits._load_id
    from credits
    inner join {{ ref('stg_quickbooks__vendor_credit_lines') }} as vendor_credit_lines
        on
            credits._feed = vendor_credit_lines._feed
            and credits.vendor_credit_id = vendor_credit_lines.vendor_credit_id
),

mapped as (
    select
        lines.cost_kind
        || ':' || lines.document_id
        || ':' || cast(lines.line_position as {{ type_of('text') }}) as cost_id,
        lines.cost_kind,
        accounts.name as account_name,
        lines.currency_code,
        lines.cost_amount,
        lines.is_deleted,
        lines.transaction_on as incurred_on,
        lines._feed,
        lines._load_id
    from lines
    inner join accounts
        on lines._feed = accounts._feed and lines.account_id = accounts.account_id
),

final as (
    {{ conform('costs', 'mapped') }}
)

select * from final
