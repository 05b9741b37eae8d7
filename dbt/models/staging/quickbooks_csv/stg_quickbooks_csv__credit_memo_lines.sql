with source as (
    select * from {{ source('quickbooks_csv', 'credit_memos__lines') }}
),

renamed as (
    select
        -- ids
        _parent_document_key as document_key,
        _position as line_position,
        -- text
        item_name,
        description as line_description,
        account_name,
        -- numbers
        quantity,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(unit_amount as {{ type_of('price') }}) as unit_price,
        cast(amount as {{ type_of('amount') }}) as line_amount
    from source
)

select * from renamed
