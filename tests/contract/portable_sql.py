"""What SQL may say when three warehouses have to read it.

A parser alone proves little: sqlglot is lenient, and so are the warehouses' doubles. So functions
are a list of those that PostgreSQL, BigQuery and Snowflake spell and mean alike, and forms that one
of them lacks are named. Sources: the function references of the three, read 2026-11.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import sqlglot
from sqlglot import exp

WAREHOUSES = ("postgres", "bigquery", "snowflake")
# `concat` of one null differs, so a null goes in only where it cannot be; `round` takes numerics.
# `sqrt` of a number is a float in two of them: what it gives is cast.
FUNCTIONS = frozenset(
    {
        *("abs", "avg", "cast", "coalesce", "concat", "count", "floor", "length", "lower", "ltrim"),
        *("max", "min", "mod", "nullif", "replace", "round", "rtrim", "sqrt", "substring", "sum"),
        *("trim", "upper"),
        *("dense_rank", "first_value", "lag", "last_value", "lead", "rank", "row_number"),
    }
)
# Null if any argument is null, or only if all are: a macro decides.
_ONLY_IN_MACROS = {"greatest", "least"}
_FORMS = {
    r"::": "`::` is PostgreSQL's cast",
    r"->": "`->` is PostgreSQL's JSON",
    r"\bi?like\s+any\b|\bilike\b": "`ilike` is not BigQuery's",
    r"\bsimilar\s+to\b|~": "patterns differ",
    r"\bdistinct\s+on\b": "`distinct on` is PostgreSQL's",
    r"\bfilter\s*\(": "`filter (where ...)` is PostgreSQL's; sum a case",
    r"\blateral\b": "`lateral` differs; number the rows",
    r"\bat\s+time\s+zone\b": "time zones differ; local_date, local_midnight",
    r"\binterval\s+'": "intervals differ; days_between, or a value handed in",
    r"\bnull\s+as\s+\w+_(at|on)\b": "a bare null is an integer in BigQuery; null_of",
    r"\bas\s+(text|\w*char|string|\w*int\w*|float\w*|double|real|bool\w*|json\w*|timestamp\w*"
    r"|numeric\s*\(\d+, \d+|decimal|number)[\w\s]*\)": "types differ; type_of",
    r"\bunion\b(?!\s+(all|distinct)\b)": "BigQuery's `union` says all or distinct",
    r"/\s*\(?\d+\.\d": "a literal with a point is binary in BigQuery; cast(100 as numeric)",
    r"\bnulls\s+(first|last)\b": "not in every `order by` of BigQuery",
    r"\blimit\s+all\b|\boffset\b|\bfetch\s+first\b": "differs",
    r"\bcurrent_timestamp\b|\bnow\(": "its type differs; a value handed in",
    r"\|\|\s*\w*(position|number|count|_on|_at)\b": "a number or date is no text; cast it",
    r"\bnatural\s+join\b|\busing\s*\(": "columns of `using` differ",
}
# What must not reach a warehouse, whichever macro wrote it.
_FOREIGN = {
    "postgres": r"\bsafe_cast|\bint64\b|timestamp_ntz|\bnumber\(",
    "bigquery": r"\bas (text|varchar|jsonb?|timestamptz)\)|\bnumeric\(|with time zone|::|->>"
    r"|\bconcat_ws|at time zone|bool_and|\bto_char|generate_series|interval '|timestamp_ntz",
    "snowflake": r"\bas (string|jsonb?|int64)\)|with time zone|::|->>|\bconcat_ws|at time zone"
    r"|bool_and|generate_series|generate_date_array|interval '|\(\?:",
}
_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)
_JINJA_TILDE = re.compile(r"(?<=['\w)])\s+~ (?=['\w])(?=[^{}]*[%}]\})")  # joins texts in Jinja
_CALL = re.compile(r"(?<![\w.])([a-z_]\w*)\(")


def find_unportable(text: str, *, also: Iterable[str] = ()) -> list[str]:
    """Why a hand-written select (a model with its Jinja, a check) is not every warehouse's SQL.

    Args:
        also: More names that may be called: macros.
    """
    code = _COMMENT.sub("", text)
    plain = _JINJA_TILDE.sub(" ", code)
    found = [why for form, why in _FORMS.items() if re.search(form, plain, re.IGNORECASE)]
    known = FUNCTIONS | set(also)
    for name in sorted(set(_CALL.findall(code)) - known):
        why = "nulls differ" if name in _ONLY_IN_MACROS else "not every warehouse's"
        found.append(f"`{name}()`: {why}")
    return found


def find_unreadable(sql: str, warehouse: str) -> list[str]:
    """Why one warehouse would not read a finished select; sqlglot's error is raised as it is."""
    statement = parse_select(sql, warehouse)
    return [*_broken_rules(statement), *_foreign_words(sql, warehouse)]


@cache
def parse_select(sql: str, warehouse: str) -> exp.Expression:
    """One select as this warehouse reads it, once for all rules; not to be changed."""
    (statement,) = sqlglot.parse(sql, dialect=warehouse, error_level=sqlglot.ErrorLevel.RAISE)
    assert statement is not None
    return statement


def _foreign_words(sql: str, warehouse: str) -> Iterator[str]:
    for match in re.finditer(_FOREIGN[warehouse], _COMMENT.sub("", sql), re.IGNORECASE):
        yield f"`{match[0]}` is not {warehouse}'s"


def _broken_rules(statement: exp.Expression) -> Iterator[str]:
    if not isinstance(statement, exp.Query):
        yield f"is a {statement.key}, not a select"
    for select in statement.find_all(exp.Select):
        if select.args.get("where") and not (select.args.get("from_") or select.args.get("from")):
            yield "`where` without `from` is not BigQuery's"


def tables_of(sql: str) -> set[str]:
    """`schema.table` of a finished select in PostgreSQL's words, CTEs left out."""
    statement = parse_select(sql, "postgres")
    return {f"{t.db}.{t.name}" for t in statement.find_all(exp.Table) if t.db}
