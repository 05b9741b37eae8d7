"""Whether recent values are spread as the older ones were: the population stability index.

PSI = sum over buckets of (p - q) ln(p / q), with p and q the recent and the older share of a
bucket. Buckets are the categories of a text, the tenths of the older values of a number. By chance
alone it is about (buckets - 1) (1/n + 1/m), which is taken off: few rows are no shift. Below 0.1 is
nothing, above 0.25 another population (Siddiqi, Credit Risk Scorecards, 2006).
"""

from datetime import timedelta

from include.core import naming
from include.core.clock import utcnow
from include.quality.generic.rule import Asked, SelectRule
from include.quality.statement import quote_identifier

RECENT_DAYS = 7
OLDER_TIMES = 8
LEAST_ROWS = 50
TENTHS = 10

_SHARES = """
, totals as (
    select sum(recent) as recent, sum(older) as older, count(*) as buckets from counted
), shares as (
    select
        (counted.recent + cast(0.5 as numeric))
        / (totals.recent + cast(0.5 as numeric) * totals.buckets) as p,
        (counted.older + cast(0.5 as numeric))
        / (totals.older + cast(0.5 as numeric) * totals.buckets) as q
    from counted cross join totals
), measured as (
    select
        sum((p - q) * ln(p / q)) as psi,
        max((totals.buckets - 1) * (
            cast(1 as numeric) / nullif(totals.recent, 0)
            + cast(1 as numeric) / nullif(totals.older, 0)
        )) as chance
    from shares cross join totals
    where totals.recent >= {least} and totals.older >= {least}
)
select concat('index ', round(psi - chance, 3), ', limit ', {limit}) as bad_key
from measured where psi - chance > {limit}"""


def build_shift(asked: Asked) -> SelectRule:
    """Recent days against eight times as many before them."""
    spec, target = asked.spec, asked.target
    column = quote_identifier(spec.column or "")
    by = quote_identifier(spec.by or naming.LOADED_AT)
    now = target.now or utcnow()
    days = spec.days or RECENT_DAYS
    values = {
        "since": now - timedelta(days=days),
        "older": now - timedelta(days=days * (1 + OLDER_TIMES)),
        "least": LEAST_ROWS,
        "limit": str(spec.limit),
    }
    seen = (
        f"select {column} as seen, case when {by} >= {{since}} then 1 else 0 end as is_recent "
        f"from {target.name} where {target.live()} and {by} >= {{older}}"
    )
    if target.is_number(spec.column or ""):
        counted = _by_tenths(seen)
    else:
        counted = f"with counted as ({_count(seen)})"
    sql = counted + _SHARES.replace("{limit}", "cast({limit} as numeric)")
    return SelectRule(sql, values, is_whole=True)


def _by_tenths(seen: str) -> str:
    """Buckets of numbers by how many tenths of the older values lie below; nulls apart."""
    tenths = (
        f"select tenth, max(seen) as bound from (select seen, ntile({TENTHS}) over (order by seen) "
        "as tenth from seen_rows where is_recent = 0 and seen is not null) as ranked "
        f"where tenth < {TENTHS} group by tenth"
    )
    distinct = "select distinct bound from tenths"
    # A join, not a count for each value: that would find the tenths anew every time.
    placed = (
        "select valued.seen, valued.recent, valued.older, case when valued.seen is null then -1 "
        "else sum(case when bounds.bound < valued.seen then 1 else 0 end) end as bucket "
        "from valued cross join bounds group by valued.seen, valued.recent, valued.older"
    )
    valued = (
        "select seen, sum(is_recent) as recent, sum(1 - is_recent) as older "
        "from seen_rows group by seen"
    )
    return (
        f"with seen_rows as ({seen}), tenths as ({tenths}), bounds as ({distinct}), "
        f"valued as ({valued}), placed as ({placed}), "
        "counted as (select bucket, sum(recent) as recent, sum(older) as older "
        "from placed group by bucket)"
    )


def _count(seen: str) -> str:
    return (
        "select concat('', seen) as bucket, sum(is_recent) as recent, sum(1 - is_recent) as older "
        f"from ({seen}) as rows_seen group by concat('', seen)"
    )
