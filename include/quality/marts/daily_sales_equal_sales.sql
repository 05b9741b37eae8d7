-- check: daily_sales_equal_sales
-- severity: error
-- needs: agg_daily_sales, fct_sales
-- why: A day's sales do not add up to its lines.
with lines as (
    select
        sold_on,
        source_connector,
        _feed,
        currency_code,
        count(*) as lines_count,
        sum(net_amount) as net_amount
    from {mart}.fct_sales
    group by sold_on, source_connector, _feed, currency_code
)

select
    concat(coalesce(days._feed, lines._feed), ' ', coalesce(days.sold_on, lines.sold_on)) as bad_key
from {mart}.agg_daily_sales as days
full join lines
    on
        days.sold_on = lines.sold_on
        and days.source_connector = lines.source_connector
        and days._feed = lines._feed
        and days.currency_code = lines.currency_code
where
    days.lines_count is distinct from lines.lines_count
    or days.net_amount is distinct from lines.net_amount
