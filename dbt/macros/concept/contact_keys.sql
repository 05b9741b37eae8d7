{#-
  Rows of contact_keys from `relation` (record_id, key_kind, key_value, _feed, _load_id): each
  address or number of a record once, however many documents bear it, with the latest of their loads.
-#}
{% macro contact_keys_of(relation) %}
    select
        record_id,
        key_kind,
        key_value,
        _feed,
        max(_load_id) as _load_id,
        record_id || ' ' || key_kind || ' ' || key_value as contact_key_id
    from {{ relation }}
    where record_id is not null and key_value <> ''
    group by record_id, key_kind, key_value, _feed
{% endmacro %}
