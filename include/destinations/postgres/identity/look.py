"""Looking into identities: whom a word means, what was joined and why, how sources match."""

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from include.core import naming
from include.ledger.connection import Connection

# The last digits of a number, which its writings with and without a country share.
PHONE_DIGITS = 9
LEAST_DIGITS = 7
# One word may mean many people; whoever wants all of them asks the marts.
MOST_PEOPLE = 20
MOST_PAIRS = 200
_RECORDS = """
select coalesce(p.person_id, r.customer_id) as person_id, r.customer_id as record_id,
    r.source_connector as source, r._feed as feed, r.customer_name as name, r.email, r.phone,
    r.city, coalesce(p.confidence, 1) as confidence, p.how
from {int}.int_customers__gathered as r
left join {id}.people as p on r.customer_id = p.record_id
"""
_PEOPLE = """
{records}
where coalesce(p.person_id, r.customer_id) = any(%(people)s)
order by 1, 2
"""
_BY_ID = """
{records}
where %(word)s in (r.customer_id, r.source_record_id, p.person_id) or p.person_id in (
    select entity_id from {id}.aliases where kind = 'people' and old_id = %(word)s)
"""
_BY_EMAIL = """
{records}
where lower(r.email) = lower(%(word)s) or r.customer_id in (
    select record_id from {int}.int_contact_keys__unioned
    where key_kind = 'email' and key_value = lower(%(word)s))
"""
_BY_PHONE = """
{records}
where right(regexp_replace(r.phone, '[^0-9]', '', 'g'), %(last)s) = %(digits)s
or r.customer_id in (
    select record_id from {int}.int_contact_keys__unioned where key_kind = 'phone'
    and right(regexp_replace(key_value, '[^0-9]', '', 'g'), %(last)s) = %(digits)s)
"""
_BY_NAME = """
{records}
where strpos(lower(concat_ws(' ', r.customer_name, r.first_name, r.last_name)), lower(%(word)s)) > 0
"""
_PAIRS = """
select left_id, right_id, score, band, decided_by, evidence
from {id}.pairs
where kind = 'people' and (left_id = any(%(records)s) or right_id = any(%(records)s))
order by score desc nulls last, left_id, right_id
limit %(most)s
"""
_MATCHES = """
with members as (
    select distinct person_id, split_part(record_id, ':', 1) as source from {id}.people
),
sizes as (select source, count(*) as people from members group by source),
both_of as (
    select a.source as one, b.source as other, count(*) as people
    from members as a
    inner join members as b on a.person_id = b.person_id and a.source < b.source
    group by a.source, b.source
)
select a.source, b.source, a.people, b.people, coalesce(both_of.people, 0)
from sizes as a
inner join sizes as b on a.source < b.source
left join both_of on both_of.one = a.source and both_of.other = b.source
order by 1, 2
"""
_COUNTS = "select count(*), count(distinct person_id) from {id}.people"


def fetch_meant(connection: Connection, tenant: str, word: str) -> list[str]:
    """Ids of the people a word means: an id, else an address, a number, else part of a name."""
    digits = "".join(one for one in word if one.isdigit())
    ways = [_BY_ID]
    if "@" in word:
        ways.append(_BY_EMAIL)
    elif len(digits) >= LEAST_DIGITS and not any(one.isalpha() for one in word):
        ways.append(_BY_PHONE)
    else:
        ways.append(_BY_NAME)
    last = min(len(digits), PHONE_DIGITS)
    known = {"word": word, "digits": digits[-PHONE_DIGITS:], "last": last}
    for way in ways:
        rows = connection.execute(_build(tenant, way), known).fetchall()
        if rows:
            return sorted({str(row[0]) for row in rows})
    return []


def fetch_members(
    connection: Connection, tenant: str, people: Sequence[str]
) -> list[dict[str, Any]]:
    """Every record of these people, by person, then record."""
    cursor = connection.execute(_build(tenant, _PEOPLE), {"people": list(people)})
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def fetch_pairs(
    connection: Connection, tenant: str, records: Sequence[str]
) -> list[dict[str, Any]]:
    """Pairs that were considered with one of these records in them, the likeliest first."""
    known = {"records": list(records), "most": MOST_PAIRS}
    cursor = connection.execute(_build(tenant, _PAIRS), known)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def fetch_owners(connection: Connection, tenant: str, records: Sequence[str]) -> dict[str, str]:
    """Record -> the person it is of, of those that were resolved."""
    query = "select record_id, person_id from {id}.people where record_id = any(%s)"
    rows = connection.execute(_build(tenant, query), [list(records)]).fetchall()
    return {str(record): str(person) for record, person in rows}


def fetch_source_matches(
    connection: Connection, tenant: str
) -> list[tuple[str, str, int, int, int]]:
    """(One source, another, people in the one, in the other, in both) of every pair of sources."""
    return connection.execute(_build(tenant, _MATCHES)).fetchall()


def fetch_people_counts(connection: Connection, tenant: str) -> tuple[int, int]:
    """Records of people that were resolved, and the people they are."""
    row = connection.execute(_build(tenant, _COUNTS)).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def has_identities(connection: Connection, tenant: str) -> bool:
    """Whether the tenant's identities and what they are made of lie there."""
    places = (
        (naming.identity_schema(tenant), "people"),
        (naming.dbt_schema(tenant, "int"), "int_customers__gathered"),
    )
    query = "select 1 from pg_tables where schemaname = %s and tablename = %s"
    return all(connection.execute(query, list(place)).fetchone() for place in places)


def _build(tenant: str, text: str) -> sql.Composed:
    places = {
        "int": sql.Identifier(naming.dbt_schema(tenant, "int")),
        "id": sql.Identifier(naming.identity_schema(tenant)),
    }
    return sql.SQL(text).format(records=sql.SQL(_RECORDS).format(**places), **places)
