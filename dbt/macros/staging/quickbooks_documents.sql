{#- The select of a QuickBooks Online document that somebody bought or gave back with. -#}
{% macro quickbooks_document(id_name, more_ids=[]) %}
    select
        -- ids
        id as {{ id_name }},
        customer_id,
        {%- for name in more_ids %}
        {{ name }},
        {%- endfor %}
        -- text
        sync_token,
        document_number,
        currency_code,
        private_note,
        -- numbers
        exchange_rate,
        total_amount,
        balance,
        tax_amount,
        -- times
        created_at,
        updated_at,
        transaction_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
{% endmacro %}


{#- The select of such a document's lines. -#}
{% macro quickbooks_document_lines(id_name) %}
    select
        -- ids
        _parent_id as {{ id_name }},
        _position as line_position,
        id as line_id,
        group_line_id,
        item_id,
        -- text
        detail_type,
        description,
        -- numbers
        line_number,
        amount,
        quantity,
        unit_price,
        discount_percent,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
{% endmacro %}


{#- The select of a document as the exported reports have it. -#}
{% macro quickbooks_csv_document() %}
    select
        -- ids
        document_key,
        -- text
        document_type,
        document_number,
        customer_name,
        -- numbers
        line_count as lines_count,
        -- times
        transaction_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(total_amount as {{ type_of('amount') }}) as total_amount,
        coalesce(is_customer_deleted, false) as is_customer_deleted,
        _deleted_at is not null as is_deleted
    from source
{% endmacro %}


{#- The select of such a document's lines. -#}
{% macro quickbooks_csv_document_lines() %}
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
{% endmacro %}
