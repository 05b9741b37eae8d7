-- The codes of macro payment_method, and who pays whom when.
with methods as (
    {{ payment_method_rows() }}
),

final as (
    select
        payment_method,
        case
            when payment_method in ('card', 'wallet', 'paypal', 'buy_now_pay_later') then 'online'
            when payment_method in ('cash', 'check') then 'in person'
            when payment_method in ('bank_transfer', 'invoice') then 'bank'
            when payment_method = 'gift_card' then 'prepaid'
            else 'unknown'
        end as payment_group,
        payment_method in ('invoice', 'buy_now_pay_later') as is_on_credit
    from methods
)

select * from final
