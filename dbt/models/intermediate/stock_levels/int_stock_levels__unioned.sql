with unioned as (
    {{ union_concept('stock_levels') }}
)

select * from unioned
