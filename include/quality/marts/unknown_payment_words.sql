-- check: unknown_payment_words
-- severity: warn
-- needs: fct_orders, fct_payments
-- why: A source's word for how money came in is not known and became `other`: map it in macro
--   payment_method.
with words as (
    select
        source_connector,
        payment_method,
        payment_word
    from {mart}.fct_orders
    union all
    select
        source_connector,
        payment_method,
        payment_word
    from {mart}.fct_payments
)

select concat(source_connector, ' ', payment_word) as bad_key
from words
where
    payment_method = 'other'
    and payment_word is not null
    and lower(payment_word) not in ('other', 'external', 'crypto', 'social')
group by source_connector, payment_word
