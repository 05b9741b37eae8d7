with unioned as (
    {{ union_concept('fulfillments') }}
)

select * from unioned
