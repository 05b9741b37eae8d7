"""The checks every stream of every feed gets without a file.

Placeholders: `{schema}` and `{table}` are names; `{tenant}`, `{feed}`, `{stream}`, `{run}`, `{now}`
and the limits are values. `{run}` is null when no run is given: then the last load counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from include.core import naming
from include.quality.check import Check, Dimension, Severity
from include.quality.statement import quote_identifier

# A share of quarantined records people should know of, and one at which marts would mislead them.
QUARANTINE_WARN_RATIO = 0.01
QUARANTINE_ERROR_RATIO = 0.10
QUARANTINE_ERROR_ROWS = 10  # one bad row of five is no catastrophe

# Loads these checks speak of: the run's, or the stream's last one.
_LOADS = """
    select * from elt_ops.loads
    where (tenant, feed, stream, state) = ({tenant}, {feed}, {stream}, 'loaded')
    and (
        run_id = {run}::text
        or {run}::text is null and load_id = (
            select max(load_id) from elt_ops.loads
            where (tenant, feed, stream, state) = ({tenant}, {feed}, {stream}, 'loaded')
        )
    )"""

_BOOKS = f"""select
    'load ' || load_id as bad_key,
    abs(read - inserted - updated - unchanged - quarantined - filtered)::float8
    / greatest(read, inserted + updated + unchanged + quarantined + filtered) as bad_share
from ({_LOADS}) as loads
where read <> inserted + updated + unchanged + quarantined + filtered"""

_ROWS = """select
    concat('table ', in_table, ', ledger ', in_ledger) as bad_key,
    1.0 * abs(in_table - in_ledger)
    / case when in_table > in_ledger then in_table else in_ledger end as bad_share
from (
    select
        (select count(*) from {schema}.{table} where _feed = {feed}) as in_table,
        (
            select coalesce(sum(inserted), 0) from elt_ops.loads
            where (tenant, feed, stream, state) = ({tenant}, {feed}, {stream}, 'loaded')
        ) as in_ledger
) as counted
where in_table <> in_ledger"""

_LATE = """select
    coalesce('last load ' || last_load, 'never loaded') as bad_key,
    extract(epoch from {now} - last_load - make_interval(hours => {warn_h})) / 3600.0 / {span_h}
    as bad_share
from (
    select max(finished_at) as last_load from elt_ops.loads
    where (tenant, feed, stream, state) = ({tenant}, {feed}, {stream}, 'loaded') and is_last
    and kind <> 'backfill'
) as latest
where """
_LATE_WARN = _LATE + "coalesce(last_load, '-infinity') < {now} - make_interval(hours => {warn_h})"
# Never loaded is a warning only: a backfill may come before the first scheduled run.
_LATE_ERROR = _LATE + "last_load < {now} - make_interval(hours => {error_h})"

# A warning only: the load's own task has failed already, and says why.
_LAST = """select 'load ' || load_id || ' ' || error_class as bad_key
from elt_ops.loads
where
    state = 'failed'
    and load_id = (
        select max(load_id) from elt_ops.loads
        where (tenant, feed, stream) = ({tenant}, {feed}, {stream})
        and ({run}::text is null or run_id = {run}::text)
    )"""

_DRIFT = f"""select table_name || '.' || column_name || ' ' || change as bad_key
from elt_ops.schema_changes
where load_id in (select load_id from ({_LOADS}) as loads)
and load_id > (
    select min(load_id) from elt_ops.loads
    where (tenant, feed, stream, state) = ({{tenant}}, {{feed}}, {{stream}}, 'loaded')
)"""

_SHARE = f"""select
    'quarantined ' || bad || ' of ' || total as bad_key, bad::float8 / total as bad_share
from (
    select sum(quarantined) as bad, sum(read) as total from ({_LOADS}) as loads
) as summed
where """
_SHARE_WARN = _SHARE + f"bad > total * {QUARANTINE_WARN_RATIO}"
_SHARE_ERROR = _SHARE + f"bad > total * {QUARANTINE_ERROR_RATIO} and bad >= {QUARANTINE_ERROR_ROWS}"


_VENDOR = f"""select
    'vendor ' || vendor_count || ', read ' || vendor_read as bad_key,
    (vendor_count - vendor_read)::float8 / vendor_count as bad_share
from ({_LOADS}) as loads
where vendor_count > vendor_read"""


@dataclass(frozen=True, slots=True)
class StreamTable:
    """What the checks need to know of one stream.

    Attributes:
        primary_key: Key columns without `_feed`; empty for a table that does not exist yet.
        children: Child tables that exist.
        is_counted: Its vendor was asked how many records a window has.
        limits: (warn, error) hours since the last load; None when the feed cannot be late.
    """

    name: str
    primary_key: tuple[str, ...]
    limits: tuple[int, int] | None
    children: tuple[str, ...] = ()
    is_counted: bool = False


def build_stream_checks(stream: StreamTable) -> list[Check]:
    """Built-in checks of one stream, those that read the raw table only if it has a key."""
    error, warn = Severity.ERROR, Severity.WARN
    checks = [
        Check("books_balance", error, _BOOKS, "A load lost count of its records."),
        Check("last_load_succeeded", warn, _LAST, "The last load failed; older rows stand."),
        Check("schema_drift", warn, _DRIFT, "The source's columns have changed."),
        Check("quarantine_share", error, _SHARE_ERROR, "Many records do not fit the columns."),
        Check("quarantine_share_early", warn, _SHARE_WARN, "Some records do not fit the columns."),
    ]
    if stream.limits:
        checks += [
            Check("freshness", error, _LATE_ERROR, "The last successful load is too old."),
            Check("freshness_early", warn, _LATE_WARN, "The last successful load is getting old."),
        ]
    if stream.is_counted:
        why = "The vendor counts more records in the window than were read."
        checks.append(Check("vendor_count", warn, _VENDOR, why))
    if stream.primary_key:
        checks += [
            Check("rows_match_ledger", error, _ROWS, "Rows were added or removed beside loads."),
            *_key_checks(stream.primary_key),
            *(_orphans(child, stream.primary_key) for child in stream.children),
        ]
    return [_of_stream(check, stream.name) for check in checks]


# What is not about how valid single rows are.
_DIMENSIONS = {
    "books_balance": Dimension.CONSISTENCY,
    "rows_match_ledger": Dimension.CONSISTENCY,
    "last_load_succeeded": Dimension.TIMELINESS,
    "freshness": Dimension.TIMELINESS,
    "freshness_early": Dimension.TIMELINESS,
    "vendor_count": Dimension.COMPLETENESS,
    "quarantine_share": Dimension.COMPLETENESS,
    "quarantine_share_early": Dimension.COMPLETENESS,
    "keys_unique": Dimension.UNIQUENESS,
    "keys_not_null": Dimension.COMPLETENESS,
}
_OF_ROWS = frozenset({"keys_unique", "keys_not_null"})
# Those that say themselves how much of a stream is missing, late or too much.
_SAY_SHARE = frozenset(
    {
        *("books_balance", "rows_match_ledger", "freshness", "freshness_early"),
        *("quarantine_share", "quarantine_share_early", "vendor_count"),
    }
)


def _of_stream(check: Check, stream: str) -> Check:
    dimension = Dimension.INTEGRITY if check.name.endswith("_have_parents") else check.dimension
    dimension = _DIMENSIONS.get(check.name, dimension)
    return replace(
        check,
        stream=stream,
        dimension=dimension,
        is_whole=check.name not in _OF_ROWS,
        says_share=check.name in _SAY_SHARE,
    )


def _key_checks(primary_key: Sequence[str]) -> list[Check]:
    columns = [quote_identifier(key) for key in primary_key]
    listed = ", ".join(columns)
    shown = _shown(columns)
    has_null = " or ".join(f"{column} is null" for column in columns)
    table = "from {schema}.{table} where _feed = {feed}"
    # One bad row for each that is too many, so that its share is what the defect touches.
    nth = f"row_number() over (partition by {listed} order by {listed}) as nth"
    unique = (
        f"select bad_key from (select {shown} as bad_key, {nth} {table}) as counted where nth > 1"
    )
    not_null = f"select {shown} as bad_key {table} and ({has_null})"
    return [
        Check("keys_unique", Severity.ERROR, unique, "One record stands in the table twice."),
        Check("keys_not_null", Severity.ERROR, not_null, "A record cannot be told from others."),
    ]


def _shown(columns: Sequence[str]) -> str:
    """A key as text; `concat` is the cast to text that every warehouse has under one name."""
    texts = [f"case when {c} is null then 'null' else concat('', {c}) end" for c in columns]
    return "concat(" + ", '|', ".join(texts) + ")"


def _orphans(child: str, primary_key: Sequence[str]) -> Check:
    """Rows of a child table without their parent."""
    pairs = [
        (quote_identifier(naming.parent_key_column(key)), quote_identifier(key))
        for key in primary_key
    ]
    joined = " and ".join(f"parent.{key} = child.{parent_key}" for parent_key, key in pairs)
    shown = _shown([f"child.{parent_key}" for parent_key, _ in pairs])
    table = quote_identifier(child)
    sql = (
        f"select {shown} as bad_key from {{schema}}.{table} as child where child._feed = {{feed}} "
        f"and not exists (select 1 from {{schema}}.{{table}} as parent "
        f"where parent._feed = child._feed and {joined})"
    )
    return Check(f"{child}_have_parents", Severity.ERROR, sql, "A detail lost what it is part of.")
