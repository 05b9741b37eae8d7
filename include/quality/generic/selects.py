"""Kinds of checks that look at several rows, or at two tables."""

from datetime import datetime, timedelta
from decimal import Decimal

from include.core import naming
from include.core.clock import utcnow
from include.quality.freshness import build_late_steps
from include.quality.generic.rows import exact
from include.quality.generic.rule import Asked, SelectRule
from include.quality.generic.target import Target
from include.quality.statement import quote_identifier

DAYS = 30
LEAST_ROWS = 20
NOT_COMPARED = frozenset({"jsonb", "json", "bytea"})


def build_unique(asked: Asked) -> SelectRule:
    """Rows without the columns' values do not count; of those that share one all but the first."""
    spec, target = asked.spec, asked.target
    names = spec.columns or ((spec.column or ""),)
    columns = [quote_identifier(name) for name in names]
    present = " and ".join(f"{column} is not null" for column in columns)
    return _build_surplus(target, target.shown_key(key=names), columns, f" and {present}")


def build_duplicates(asked: Asked) -> SelectRule:
    """Rows that differ in their key and lineage alone: all but the first of each group."""
    spec, target = asked.spec, asked.target
    names = spec.columns or tuple(
        name
        for name, kind in target.columns.items()
        if name not in target.key and not name.startswith("_") and kind not in NOT_COMPARED
    )
    columns = [quote_identifier(name) for name in names]
    return _build_surplus(target, target.shown_key(key=spec.key), columns)


def _build_surplus(target: Target, key: str, columns: list[str], also: str = "") -> SelectRule:
    """One bad row for each that is too many, so that its share is what the defect touches."""
    nth = f"row_number() over (partition by {', '.join(columns)} order by {key})"
    rows = f"select {key} as bad_key, {nth} as nth from {target.name} where {target.live()}{also}"
    return SelectRule(f"select bad_key from ({rows}) as counted where nth > 1")


def build_refers_to(asked: Asked) -> SelectRule:
    """A row deleted at the source is still one that can be referred to."""
    spec, target, other = asked.spec, asked.target, _other(asked)
    column = quote_identifier(spec.column or "")
    joined = f"parent.{quote_identifier(asked.other_column or '')} = child.{column}"
    if naming.FEED in other.columns and other.feed is not None:
        joined += f" and parent.{naming.FEED} = {{other_feed}}"
    return SelectRule(
        f"select {target.shown_key('child', spec.key)} as bad_key from {target.name} as child "
        f"where {target.live('child')} and child.{column} is not null "
        f"and not exists (select 1 from {other.name} as parent where {joined})",
        {"other_feed": other.feed},
    )


def build_row_count(asked: Asked) -> SelectRule:
    """Against bounds, or against another table within a tolerance."""
    return _compare(asked, "count(*)", "count(*)", "rows")


def build_sum(asked: Asked) -> SelectRule:
    """Sums of two columns within a tolerance."""
    own = f"coalesce(sum({quote_identifier(asked.spec.column or '')}), 0)"
    theirs = f"coalesce(sum({quote_identifier(asked.other_column or '')}), 0)"
    return _compare(asked, own, theirs, "sum")


def _compare(asked: Asked, own: str, theirs: str, what: str) -> SelectRule:
    spec, target = asked.spec, asked.target
    counted = f"select {own} from {target.name} where {target.live()}"
    if asked.other is None:
        bounds = {"least": spec.least, "most": spec.most}
        values = {name: exact(one) for name, one in bounds.items() if one is not None}
        signs = {"least": "<", "most": ">"}
        tests = {name: f"own_value {signs[name]} {{{name}}}" for name in values}
        shares = " ".join(f"when {test} then {_build_gap(name)}" for name, test in tests.items())
        sql = (
            f"select concat('{what} ', own_value) as bad_key, case {shares} end as bad_share "
            f"from (select ({counted}) as own_value) as counted where {' or '.join(tests.values())}"
        )
        return SelectRule(sql, values, is_whole=True, says_share=True)
    other = asked.other
    live = other.live().replace("{feed}", "{other_feed}")
    compared = f"select {theirs} from {other.name} where {live}"
    sql = (
        f"select concat('{what} ', own_value, ', there ', other_value) as bad_key, "
        "abs(own_value - other_value) / nullif(abs(cast(other_value as numeric)), 0) as bad_share "
        f"from (select ({counted}) as own_value, ({compared}) as other_value) as counted "
        "where abs(own_value - other_value) > {tolerance} * abs(other_value)"
    )
    tolerance = Decimal(str(spec.tolerance))
    values = {"other_feed": other.feed, "tolerance": tolerance}
    return SelectRule(sql, values, is_whole=True, says_share=True)


def _build_gap(bound: str) -> str:
    """How much is missing or too much, as a share of the bound."""
    return f"abs(own_value - {{{bound}}}) / nullif(abs(cast({{{bound}}} as numeric)), 0)"


def build_fresh(asked: Asked) -> SelectRule:
    """Age of the newest row by the data's own time: a feed that runs may bring nothing new."""
    target, column = asked.target, quote_identifier(asked.spec.column or "")
    since = _now(asked) - timedelta(hours=asked.spec.hours or 0)
    newest = (
        f"case when max({column}) is null then 'no row' else concat('newest ', max({column})) end"
    )
    late = build_late_steps(asked.spec.hours or 0)
    values = {f"late_{n}": since - timedelta(hours=hours) for n, (hours, _) in enumerate(late)}
    # A ladder, for no two warehouses subtract instants alike.
    steps = " ".join(
        f"when max({column}) < {{late_{n}}} then {share:.4f}" for n, (_, share) in enumerate(late)
    )
    return SelectRule(
        f"select {newest} as bad_key, case when max({column}) is null then null {steps} "
        f"else 0 end as bad_share from {target.name} where {target.live()} "
        f"having max({column}) is null or max({column}) < {{since}}",
        {"since": since, **values},
        is_whole=True,
        says_share=True,
    )


def build_ascending(asked: Asked) -> SelectRule:
    """The newest scheduled load reaches as far as those before it, less what it reads again."""
    target, column = asked.target, quote_identifier(asked.spec.column or "")
    hours = asked.spec.hours or target.lookback_h
    slack: object = timedelta(hours=hours) if target.is_time(asked.spec.column or "") else 0
    reached = (
        f"select max(case when {naming.LOAD_ID} = {{newest}} then {column} end) as newest, "
        f"max(case when {naming.LOAD_ID} < {{newest}} then {column} end) as before_it "
        f"from {target.name} where {target.live()}"
    )
    return SelectRule(
        "select concat('newest load reaches ', newest, ', those before ', before_it) as bad_key "
        f"from ({reached}) as reached where newest < before_it - {{slack}}",
        {"newest": target.newest_load, "slack": slack},
        is_whole=True,
    )


def build_every_day(asked: Asked) -> SelectRule:
    """Days (UTC) before today without a row, from the table's first one on."""
    target, column = asked.target, quote_identifier(asked.spec.column or "")
    days = asked.spec.days or DAYS
    today = _now(asked).date()
    wanted = {f"day_{n}": today - timedelta(days=n) for n in range(1, days + 1)}
    listed = " union all ".join(f"select cast({{{mark}}} as date) as day_on" for mark in wanted)
    seen = (
        f"select cast({column} as date) as day_on from {target.name} "
        f"where {target.live()} and {column} is not null group by cast({column} as date)"
    )
    return SelectRule(
        f"with wanted as ({listed}), seen as ({seen}) "
        "select concat('', wanted.day_on) as bad_key from wanted "
        "left join seen on wanted.day_on = seen.day_on where seen.day_on is null "
        "and wanted.day_on > (select min(day_on) from seen)",
        wanted,
        total=days,
    )


def build_mixed(asked: Asked) -> SelectRule:
    """Rows whose value is not the usual one: a second currency, another unit."""
    spec, target = asked.spec, asked.target
    column = quote_identifier(spec.column or "")
    per = [quote_identifier(name) for name in spec.per]
    groups = ", ".join([*per, column])
    within = f"partition by {', '.join(per)} " if per else ""
    joined = " and ".join(f"usual.{name} = bad.{name}" for name in [*per, column])
    usual = (
        f"select {groups}, row_number() over ({within}order by count(*) desc, {column}) as place "
        f"from {target.name} where {target.live()} and {column} is not null group by {groups}"
    )
    return SelectRule(
        f"with usual as ({usual}) select {target.shown_key('bad', spec.key)} as bad_key "
        f"from {target.name} as bad inner join usual on {joined} "
        f"where {target.live('bad')} and usual.place > 1"
    )


def build_constant(asked: Asked) -> SelectRule:
    """A column that says the same everywhere: a default that a form or a mapping wrote."""
    target, column = asked.target, quote_identifier(asked.spec.column or "")
    least = LEAST_ROWS if asked.spec.least is None else asked.spec.least
    return SelectRule(
        f"select concat('one value in ', count(*), ' rows') as bad_key from {target.name} "
        f"where {target.live()} and {column} is not null "
        f"having count(distinct {column}) = 1 and count(*) >= {{least}}",
        {"least": least},
        is_whole=True,
    )


def build_sudden_nulls(asked: Asked) -> SelectRule:
    """The share of nulls among recent rows against that among the older ones."""
    spec, target = asked.spec, asked.target
    column = quote_identifier(spec.column or "")
    by = quote_identifier(spec.by or naming.LOADED_AT)
    counts = ", ".join(
        f"sum(case when {by} {sign} {{since}}{also} then 1 else 0 end) as {name}"
        for name, sign, also in (
            ("recent", ">=", ""), ("recent_null", ">=", f" and {column} is null"),
            ("older", "<", ""), ("older_null", "<", f" and {column} is null"),
        )
    )  # fmt: skip
    more = (
        "cast(recent_null as numeric) / nullif(recent, 0) "
        "- cast(older_null as numeric) / nullif(older, 0)"
    )
    return SelectRule(
        "select concat('nulls ', recent_null, ' of ', recent, ' recent rows, ', older_null, "
        f"' of ', older, ' before') as bad_key, {more} as bad_share from (select {counts} "
        f"from {target.name} where {target.live()}) as counted "
        f"where recent >= {{least}} and older >= {{least}} and {more} > {{at_most}}",
        {
            "since": _now(asked) - timedelta(days=spec.days or 1),
            "least": LEAST_ROWS,
            "at_most": Decimal(str(spec.at_most or 0.1)),
        },
        is_whole=True,
        says_share=True,
    )


def _now(asked: Asked) -> datetime:
    return asked.target.now or utcnow()


def _other(asked: Asked) -> Target:
    assert asked.other is not None
    return asked.other
