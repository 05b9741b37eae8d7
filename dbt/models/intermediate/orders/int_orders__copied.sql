-- Documents that two copies of the same books have, one of which speaks before the other.
with sold as (
    select * from {{ ref('int_orders__ranked') }}
    where is_sold
),

-- A copy of the same books has the same document: by number, whatever became of its amount since.
copies_by_number as (
    select
        'copy_number' as fold_rule,
        later.order_id,
        first_copy.order_id as part_of_order_id
    from sold as later
    inner join sold as first_copy
        on
            later.books_name = first_copy.books_name
            and later.number_key = first_copy.number_key
            and later.ordered_on = first_copy.ordered_on
            and later.currency_code = first_copy.currency_code
            and later.source_system <> first_copy.source_system
            and later.source_rank > first_copy.source_rank
),

-- Without a number: the first of an amount and day is the first of the other copy.
unnumbered as (
    select
        sold.*,
        row_number() over (
            partition by
                sold.source_connector,
                sold._feed,
                sold.currency_code,
                sold.ordered_on,
                sold.untaxed_amount
            order by coalesce(sold.number_key, ''), sold.order_id
        ) as place
    from sold
    left join copies_by_number as later on sold.order_id = later.order_id
    left join copies_by_number as first_copy on sold.order_id = first_copy.part_of_order_id
    where
        sold.books_name is not null
        and later.order_id is null
        and first_copy.part_of_order_id is null
),

copies_by_amount as (
    select
        'copy_amount' as fold_rule,
        later.order_id,
        first_copy.order_id as part_of_order_id
    from unnumbered as later
    inner join unnumbered as first_copy
        on
            later.books_name = first_copy.books_name
            and later.currency_code = first_copy.currency_code
            and later.ordered_on = first_copy.ordered_on
            and later.untaxed_amount = first_copy.untaxed_amount
            and later.place = first_copy.place
            and later.source_system <> first_copy.source_system
            and later.source_rank > first_copy.source_rank
),

final as (
    select
        order_id,
        part_of_order_id,
        fold_rule
    from copies_by_number
    union all
    select
        order_id,
        part_of_order_id,
        fold_rule
    from copies_by_amount
)

select * from final
