with unioned as (
    {{ union_concept('quotes') }}
)

select * from unioned
