{#- Concepts of running the business: what is bought, who works, what reaches the bank, what
    money is worth in other money. See concept_columns. -#}
{% macro operations_columns() %}
    {{ return({
        'costs': [
            ('cost_id', 'id'), ('cost_kind', 'text'), ('account_name', 'text'),
            ('currency_code', 'text'), ('cost_amount', 'amount'), ('is_deleted', 'boolean'),
            ('incurred_on', 'date'),
        ],
        'shifts': [
            ('shift_id', 'id'), ('worker_id', 'id'), ('area', 'text'), ('is_deleted', 'boolean'),
            ('starts_at', 'timestamp'), ('ends_at', 'timestamp'),
        ],
        'rates': [
            ('rate_id', 'id'), ('currency_code', 'text'), ('to_currency_code', 'text'),
            ('exchange_rate', 'rate'), ('is_deleted', 'boolean'), ('rated_on', 'date'),
        ],
        'balance_movements': [
            ('balance_movement_id', 'id'), ('payout_id', 'id'), ('movement_kind', 'text'),
            ('currency_code', 'text'), ('movement_amount', 'amount'), ('fee_amount', 'amount'),
            ('is_deleted', 'boolean'), ('moved_on', 'date'), ('moved_at', 'timestamp'),
            ('available_at', 'timestamp'),
        ],
        'deposits': [
            ('deposit_id', 'id'), ('currency_code', 'text'), ('deposit_amount', 'amount'),
            ('is_deleted', 'boolean'), ('deposited_on', 'date'),
        ],
    }) }}
{% endmacro %}
