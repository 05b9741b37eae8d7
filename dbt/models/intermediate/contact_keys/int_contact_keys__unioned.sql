with unioned as (
    {{ union_concept('contact_keys') }}
)

select * from unioned
