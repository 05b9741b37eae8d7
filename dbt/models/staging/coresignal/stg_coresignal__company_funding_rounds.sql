with source as (
    select * from {{ source('coresignal', 'companies__funding_rounds') }}
),

renamed as (
    select
        -- ids
        _parent_id as company_id,
        _position as round_position,
        -- text
        name as round_name,
        lead_investors,
        -- numbers
        num_investors as investors_count,
        -- times
        announced_date as announced_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(amount_raised as {{ type_of('amount') }}) as raised_amount,
        {{ currency_iso('amount_raised_currency') }} as raised_currency_code
    from source
)

select * from renamed
