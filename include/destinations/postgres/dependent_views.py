"""Views that stand on a column step aside while its type changes, and come back as they were.

PostgreSQL refuses to alter the type of a column that a view selects. dbt's staging views select
from raw, so without this a widening would fail, or `cascade` would take the marts' views along.
Source: postgresql.org/docs/18/sql-altertable.html and catalog-pg-depend.html (read 2026-11).
"""

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from include.ledger.connection import Connection

# Depth 1: views using one of the columns. Deeper: views using such a view in any way.
FIND_VIEWS = """
with recursive dependent as (
    select rewrite.ev_class as oid, 1 as depth
    from pg_depend
    inner join pg_rewrite as rewrite
        on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = rewrite.oid
    inner join pg_attribute as col
        on pg_depend.refobjid = col.attrelid and pg_depend.refobjsubid = col.attnum
    where
        pg_depend.refclassid = 'pg_class'::regclass
        and pg_depend.refobjid = to_regclass(format('%%I.%%I', %s::text, %s::text))
        and col.attname = any(%s)
    union
    select rewrite.ev_class, dependent.depth + 1
    from dependent
    inner join pg_depend
        on pg_depend.refobjid = dependent.oid and pg_depend.refclassid = 'pg_class'::regclass
    inner join pg_rewrite as rewrite
        on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = rewrite.oid
    where rewrite.ev_class <> dependent.oid
)

select
    cls.oid,
    nsp.nspname,
    cls.relname,
    cls.relkind::text,
    pg_get_viewdef(cls.oid),
    pg_get_userbyid(cls.relowner),
    coalesce(array_to_string(cls.reloptions, ', '), ''),
    max(dependent.depth) as depth
from dependent
inner join pg_class as cls on dependent.oid = cls.oid
inner join pg_namespace as nsp on cls.relnamespace = nsp.oid
where cls.relkind in ('v', 'm')
group by cls.oid, nsp.nspname, cls.relname, cls.relkind, cls.relowner, cls.reloptions
order by depth, cls.oid
"""
FIND_VIEW = """
select
    cls.oid,
    nsp.nspname,
    cls.relname,
    cls.relkind::text,
    pg_get_viewdef(cls.oid),
    pg_get_userbyid(cls.relowner),
    coalesce(array_to_string(cls.reloptions, ', '), '')
from pg_class as cls
inner join pg_namespace as nsp on cls.relnamespace = nsp.oid
where cls.oid = %s
"""
FIND_GRANTS = """
select acl.privilege_type, acl.grantee = 0, acl.grantee::regrole::text, acl.is_grantable
from pg_class, aclexplode(pg_class.relacl) as acl
where pg_class.oid = %s and acl.grantee <> pg_class.relowner
order by 1, 3
"""
FIND_COMMENTS = """
select coalesce(att.attname, ''), des.description
from pg_description as des
left join pg_attribute as att on des.objoid = att.attrelid and des.objsubid = att.attnum
    and des.objsubid > 0
where des.objoid = %s and des.classoid = 'pg_class'::regclass
order by 1
"""


@dataclass(frozen=True, slots=True)
class SavedView:
    """Everything needed to make a view again.

    Attributes:
        after: Statements that run after creation: owner, grants, comments, indexes.
    """

    name: sql.Identifier
    kind: str
    create: sql.Composed
    after: tuple[sql.Composed | sql.SQL, ...]


def fetch_dependent_views(
    connection: Connection, schema: str, table: str, columns: list[str]
) -> list[SavedView]:
    """Views standing on these columns, directly or through other views, in creation order."""
    rows = connection.execute(FIND_VIEWS.encode(), [schema, table, columns]).fetchall()
    return [_save(connection, row) for row in rows]


def fetch_view(connection: Connection, oid: int) -> SavedView:
    """One view by itself."""
    row = connection.execute(FIND_VIEW.encode(), [oid]).fetchone()
    assert row is not None
    return _save(connection, row)


def _save(connection: Connection, row: tuple[Any, ...]) -> SavedView:
    oid, schema, name, relkind, definition, owner, options, *_ = row
    place = sql.Identifier(schema, name)
    kind = "materialized view" if relkind == "m" else "view"
    with_options = f" with ({options})" if options else ""
    create = sql.SQL(f"create {kind} {{}}{with_options} as {{}}").format(
        place, sql.SQL(definition.rstrip().rstrip(";"))
    )
    owned = sql.SQL(f"alter {kind} {{}} owner to {{}}").format(place, sql.Identifier(owner))
    after = [
        *_fetch_indexes(connection, oid),
        *fetch_comments(connection, oid, place, kind),
        *fetch_grants(connection, oid, place),
        owned,
    ]
    return SavedView(place, kind, create, tuple(after))


def run_drop_views(connection: Connection, views: list[SavedView]) -> None:
    """Drop them, those standing on others first."""
    for view in reversed(views):
        statement = sql.SQL(f"drop {view.kind} {{}}").format(view.name)
        connection.execute(statement)


def run_recreate_views(connection: Connection, views: list[SavedView]) -> None:
    """Make them again with owner, grants, comments and indexes."""
    for view in views:
        connection.execute(view.create)
        for statement in view.after:
            connection.execute(statement)


def fetch_grants(
    connection: Connection, oid: int, place: sql.Identifier
) -> list[sql.Composed | sql.SQL]:
    """Statements that give `place` the rights others have to the table or view `oid`."""
    found: list[sql.Composed | sql.SQL] = []
    for privilege, is_public, grantee, grantable in connection.execute(FIND_GRANTS, [oid]):
        whom = sql.SQL("public" if is_public else grantee)
        option = sql.SQL(" with grant option" if grantable else "")
        grant = sql.SQL("grant {} on {} to {}{}")
        found.append(grant.format(sql.SQL(privilege), place, whom, option))
    return found


def fetch_comments(
    connection: Connection, oid: int, place: sql.Identifier, kind: str
) -> list[sql.Composed | sql.SQL]:
    """Statements that say of `place` what is said of the view `oid` and its columns."""
    found: list[sql.Composed | sql.SQL] = []
    for column, text in connection.execute(FIND_COMMENTS, [oid]):
        if column:
            target = sql.SQL("column {}.{}").format(place, sql.Identifier(column))
        else:
            target = sql.SQL(f"{kind} {{}}").format(place)
        found.append(sql.SQL("comment on {} is {}").format(target, sql.Literal(text)))
    return found


def _fetch_indexes(connection: Connection, oid: int) -> list[sql.Composed | sql.SQL]:
    query = "select pg_get_indexdef(indexrelid) from pg_index where indrelid = %s order by 1"
    return [sql.SQL(row[0]) for row in connection.execute(query, [oid])]
