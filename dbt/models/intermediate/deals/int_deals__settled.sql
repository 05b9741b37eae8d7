-- Won deals with the order that settled them, by its number or by person, amount and day. One that
-- no order settled is revenue where the tenant's `revenue` block says so: by default where nothing
-- tells orders.
{% set window = revenue_setting('window_days', 3) %}
{% set payment_window = revenue_setting('payment_window_days', 45) %}
{% set when = revenue_setting('deals', 'alone') %}
{% set is_revenue = when == 'always' or (when == 'alone' and not revenue_setting('sources', [])) %}

with deals as (
    select * from {{ ref('int_deals__merged') }}
),

orders as (
    select
        orders.*,
        coalesce(people.customer_id, orders.customer_id) as person_id
    from {{ ref('int_orders__counted') }} as orders
    left join {{ ref('int_customers__resolved') }} as people
        on orders.customer_id = people.record_id
    where orders.is_counted
),

won as (
    select * from deals
    where deal_status = 'won' and not is_deleted and merged_into_deal_id is null
),

pairs as (
    select
        won.deal_id,
        orders.order_id,
        0 as rule_place,
        0 as day_distance
    from won
    inner join orders
        on {{ order_key('won.settled_order_number') }} = {{ order_key('orders.order_number') }}
    union all
    select
        won.deal_id,
        orders.order_id,
        1 as rule_place,
        abs({{ days_between('won.closed_on', 'orders.ordered_on') }}) as day_distance
    from won
    inner join orders
        on
            won.person_id = orders.person_id
            and won.currency_code = orders.currency_code
            and won.deal_amount = orders.total_amount
    where
        {{ days_between('won.closed_on', 'orders.ordered_on') }}
        between -{{ window }} and {{ payment_window }}
),

placed as (
    select
        *,
        rank() over (partition by deal_id order by rule_place, day_distance) as deal_place,
        count(*) over (partition by deal_id, rule_place, day_distance) as deal_ties,
        rank() over (partition by order_id order by rule_place, day_distance) as order_place,
        count(*) over (partition by order_id, rule_place, day_distance) as order_ties
    from pairs
),

settled as (
    select * from placed
    where deal_place = 1 and deal_ties = 1 and order_place = 1 and order_ties = 1
),

final as (
    select
        deals.source_connector,
        deals.source_record_id,
        {%- for name, kind in concept_columns('deals') %}
            deals.{{ name }},
        {%- endfor %}
        deals.person_id,
        deals.firm_id,
        deals.merged_into_deal_id,
        settled.order_id as settled_order_id,
        case settled.rule_place when 0 then 'named_number' when 1 then 'customer_amount' end
            as settle_rule,
        {{ 'true' if is_revenue else 'false' }}
        and deals.deal_status = 'won'
        and not deals.is_deleted
        and deals.merged_into_deal_id is null
        and settled.order_id is null as is_counted
    from deals
    left join settled on deals.deal_id = settled.deal_id
)

select * from final
