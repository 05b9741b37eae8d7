{#-
    What the platform means by a concept: its columns, once, in order.

    Kinds: `id` is an identifier of the source (made tenant-wide by union_concept), `amount` money in
    major units, `price` money per unit with more digits, the rest as named. Every concept ends with
    the lineage columns. Meanings and signs are described in the yml of int_<concept>__unioned.
-#}
{% macro concept_columns(concept) %}
    {% set columns = {
        'customers': [
            ('customer_id', 'id'), ('customer_name', 'text'), ('first_name', 'text'),
            ('last_name', 'text'), ('company_name', 'text'), ('email', 'text'), ('phone', 'text'),
            ('address_line', 'text'), ('city', 'text'), ('region', 'text'),
            ('postal_code', 'text'), ('country', 'text'), ('is_deleted', 'boolean'),
            ('created_at', 'timestamp'), ('updated_at', 'timestamp'),
        ],
        'contacts': [
            ('contact_id', 'id'), ('customer_name', 'text'), ('first_name', 'text'),
            ('last_name', 'text'), ('company_name', 'text'), ('email', 'text'), ('phone', 'text'),
            ('address_line', 'text'), ('city', 'text'), ('region', 'text'),
            ('postal_code', 'text'), ('country', 'text'), ('is_deleted', 'boolean'),
            ('created_at', 'timestamp'), ('updated_at', 'timestamp'),
        ],
        'contact_keys': [
            ('contact_key_id', 'id'), ('record_id', 'id'), ('key_kind', 'text'),
            ('key_value', 'text'),
        ],
        'links': [
            ('link_id', 'id'), ('left_record_id', 'id'), ('right_record_id', 'id'),
            ('right_connector', 'text'), ('right_source_id', 'text'), ('link_rule', 'text'),
        ],
        'companies': [
            ('company_id', 'id'), ('company_name', 'text'), ('legal_name', 'text'),
            ('website_domain', 'text'), ('industry', 'text'), ('city', 'text'), ('region', 'text'),
            ('country', 'text'), ('currency_code', 'text'), ('founded_year', 'integer'),
            ('employees_count', 'integer'), ('annual_revenue_amount', 'amount'),
            ('is_deleted', 'boolean'), ('created_at', 'timestamp'), ('updated_at', 'timestamp'),
        ],
        'products': [
            ('product_id', 'id'), ('parent_id', 'id'), ('sku', 'text'), ('barcode', 'text'),
            ('product_name', 'text'), ('variant_name', 'text'), ('category', 'text'),
            ('brand', 'text'), ('currency_code', 'text'), ('list_price', 'price'),
            ('unit_cost', 'price'), ('is_active', 'boolean'), ('is_deleted', 'boolean'),
            ('created_at', 'timestamp'), ('updated_at', 'timestamp'),
        ],
        'stock_levels': [
            ('stock_level_id', 'id'), ('product_id', 'id'), ('location_id', 'text'),
            ('location_name', 'text'), ('on_hand_quantity', 'quantity'),
            ('available_quantity', 'quantity'), ('counted_at', 'timestamp'),
            ('is_deleted', 'boolean'),
        ],
        'orders': [
            ('order_id', 'id'), ('customer_id', 'id'), ('order_number', 'text'),
            ('paid_order_number', 'text'), ('noted_order_number', 'text'), ('order_status', 'text'),
            ('payment_method', 'text'), ('payment_word', 'text'), ('currency_code', 'text'),
            ('gross_amount', 'amount'),
            ('discount_amount', 'amount'), ('tax_amount', 'amount'), ('shipping_amount', 'amount'),
            ('service_fee_amount', 'amount'), ('duty_amount', 'amount'),
            ('gift_card_amount', 'amount'), ('rounding_amount', 'amount'),
            ('total_amount', 'amount'), ('tip_amount', 'amount'),
            ('is_cancelled', 'boolean'), ('is_test', 'boolean'), ('is_deleted', 'boolean'),
            ('ordered_on', 'date'), ('ordered_at', 'timestamp'), ('updated_at', 'timestamp'),
        ],
        'order_lines': [
            ('order_line_id', 'id'), ('order_id', 'id'), ('product_id', 'id'), ('sku', 'text'),
            ('product_name', 'text'), ('quantity', 'quantity'), ('unit_price', 'price'),
            ('gross_amount', 'amount'), ('discount_amount', 'amount'),
            ('tax_amount', 'amount'), ('is_deleted', 'boolean'),
        ],
        'payments': [
            ('payment_id', 'id'), ('order_id', 'id'), ('customer_id', 'id'),
            ('payment_method', 'text'), ('payment_word', 'text'), ('payment_status', 'text'),
            ('currency_code', 'text'),
            ('payment_amount', 'amount'), ('fee_amount', 'amount'),
            ('settled_currency_code', 'text'), ('settled_amount', 'amount'),
            ('settled_fee_amount', 'amount'), ('is_test', 'boolean'),
            ('is_deleted', 'boolean'), ('paid_on', 'date'), ('paid_at', 'timestamp'),
        ],
        'refunds': [
            ('refund_id', 'id'), ('order_id', 'id'), ('payment_id', 'id'), ('customer_id', 'id'),
            ('refund_kind', 'text'), ('refund_status', 'text'), ('currency_code', 'text'),
            ('refund_amount', 'amount'), ('refund_net_amount', 'amount'),
            ('refund_tax_amount', 'amount'), ('refund_shipping_amount', 'amount'),
            ('refund_tip_amount', 'amount'), ('refund_gift_card_amount', 'amount'),
            ('refund_service_fee_amount', 'amount'), ('refund_duty_amount', 'amount'),
            ('refund_rounding_amount', 'amount'), ('paid_back_amount', 'amount'),
            ('settled_currency_code', 'text'), ('settled_amount', 'amount'),
            ('settled_fee_amount', 'amount'),
            ('is_stored_value', 'boolean'), ('is_test', 'boolean'), ('is_deleted', 'boolean'),
            ('refunded_on', 'date'), ('refunded_at', 'timestamp'),
        ],
        'deals': [
            ('deal_id', 'id'), ('customer_id', 'id'), ('company_id', 'id'), ('deal_name', 'text'),
            ('pipeline_name', 'text'), ('stage_name', 'text'), ('deal_status', 'text'),
            ('lead_source', 'text'), ('settled_order_number', 'text'), ('currency_code', 'text'),
            ('deal_amount', 'amount'), ('is_deleted', 'boolean'), ('created_at', 'timestamp'),
            ('closed_on', 'date'), ('closed_at', 'timestamp'), ('updated_at', 'timestamp'),
        ],
        'deal_stages': [
            ('deal_stage_id', 'id'), ('deal_id', 'id'), ('stage_name', 'text'),
            ('currency_code', 'text'), ('deal_amount', 'amount'), ('is_deleted', 'boolean'),
            ('entered_at', 'timestamp'),
        ],
    } %}
    {% do columns.update(traffic_columns()) %}
    {% do columns.update(operations_columns()) %}
    {% do columns.update(detail_columns()) %}
    {% if concept not in columns %}
        {{ exceptions.raise_compiler_error(
            'concept `' ~ concept ~ '` is unknown; known: ' ~ columns.keys() | join(', ')
        ) }}
    {% endif %}
    {{ return(columns[concept] + [('_feed', 'text'), ('_load_id', 'bigint')]) }}
{% endmacro %}
