with unioned as (
    {{ union_concept('contacts') }}
)

select * from unioned
