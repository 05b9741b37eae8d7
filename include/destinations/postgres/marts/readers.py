"""Views that read the marts, and how they come to read the new ones.

PostgreSQL prints a name without its schema when `search_path` has that schema alone. So a view's
text, printed with one path and run with another, reads the tables of the other: no text is edited.
"""

from dataclasses import dataclass

from psycopg import errors, sql

from include.destinations.postgres.dependent_views import (
    SavedView,
    fetch_comments,
    fetch_dependent_views,
    fetch_view,
    run_drop_views,
)
from include.destinations.postgres.marts.candidates import run_act_as
from include.ledger.connection import Connection

FIND_READERS = """
select distinct
    cls.oid,
    nsp.nspname,
    cls.relname,
    cls.relkind::text,
    pg_get_userbyid(cls.relowner),
    pg_has_role(session_user, cls.relowner, 'member')
from pg_depend as dep
inner join pg_rewrite as rewrite on dep.objid = rewrite.oid
inner join pg_class as cls on rewrite.ev_class = cls.oid
inner join pg_namespace as nsp on cls.relnamespace = nsp.oid
where
    dep.classid = 'pg_rewrite'::regclass
    and dep.refclassid = 'pg_class'::regclass
    and dep.refobjid = any(%s)
    and cls.relkind in ('v', 'm')
    and nsp.nspname <> all(%s)
order by 2, 3
"""
FIND_MADE = """
select
    cls.oid,
    nsp.nspname,
    cls.relname,
    cls.relkind::text,
    pg_get_userbyid(cls.relowner),
    true
from pg_class as cls
inner join pg_namespace as nsp on cls.relnamespace = nsp.oid
where nsp.nspname = %s and cls.relkind = 'v'
order by 3
"""
FIND_VIEW_OID = """
select cls.oid, array_agg(att.attname::text)
from pg_class as cls
inner join pg_namespace as nsp on cls.relnamespace = nsp.oid
inner join pg_attribute as att on cls.oid = att.attrelid and att.attnum > 0
where nsp.nspname = %s and cls.relname = %s
group by cls.oid
"""


@dataclass(frozen=True, slots=True)
class ReaderView:
    """A view on marts.

    Attributes:
        schema: Where it is, or will be.
        definition: Its select, to be run with the search path it is meant for.
        is_ours: We may act as its owner.
        after: Statements that follow when it is new or made anew.
    """

    schema: str
    name: str
    definition: str
    owner: str
    is_ours: bool
    is_stored: bool
    after: tuple[sql.Composed | sql.SQL, ...] = ()

    @property
    def place(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    def replace(self) -> sql.Composed:
        """The statement that gives it this definition where it stands."""
        return sql.SQL("create or replace view {} as {}").format(
            self.place, sql.SQL(self.definition)
        )


def run_set_path(connection: Connection, schema: str) -> None:
    """Names of this schema need no prefix, in what is printed and in what is run."""
    path = sql.SQL("set local search_path = {}").format(sql.Identifier(schema))
    connection.execute(path)


def fetch_readers(
    connection: Connection, tables: list[int], schema: str, apart: list[str]
) -> list[ReaderView]:
    """Views that read one of these tables of a schema, wherever they are.

    Args:
        apart: Schemas whose views are left out.
    """
    run_set_path(connection, schema)
    rows = connection.execute(FIND_READERS.encode(), [tables, apart]).fetchall()
    return [_read(connection, row, str(row[1])) for row in rows]


def fetch_made(
    connection: Connection, made_in: str, for_schema: str, path: str
) -> list[ReaderView]:
    """Views of a schema as they are to be in another, with what is said of them."""
    run_set_path(connection, path)
    rows = connection.execute(FIND_MADE.encode(), [made_in]).fetchall()
    return [_read(connection, row, for_schema, with_comments=True) for row in rows]


def _read(
    connection: Connection,
    row: tuple[int, str, str, str, str, bool],
    schema: str,
    *,
    with_comments: bool = False,
) -> ReaderView:
    oid, _, name, kind, owner, is_ours = row
    text = connection.execute("select pg_get_viewdef(%s::oid)", [oid]).fetchone()
    assert text is not None
    place = sql.Identifier(schema, name)
    after = fetch_comments(connection, oid, place, "view") if with_comments else []
    definition = str(text[0]).rstrip().rstrip(";")
    return ReaderView(schema, name, definition, owner, is_ours, kind == "m", tuple(after))


def run_follow(connection: Connection, view: ReaderView) -> bool:
    """Let it read the new tables, in place where its columns allow it; False when it is lost.

    Lost is a view of a column that no longer exists, or of an owner we cannot act for. It is
    dropped with the old table.
    """
    if not view.is_ours:
        return False
    if not view.is_stored:
        try:
            with connection.transaction():
                run_act_as(connection, view.owner)
                connection.execute(view.replace())
                for statement in view.after:
                    connection.execute(statement)
            return True
        except errors.InvalidTableDefinition:
            pass  # other columns than before: it has to be made anew
        except (errors.UndefinedColumn, errors.UndefinedTable, errors.UndefinedFunction):
            return False
    return _run_make_anew(connection, view)


def _run_make_anew(connection: Connection, view: ReaderView) -> bool:
    """Drop it and what stands on it, and make all of them again; those that cannot be are lost."""
    row = connection.execute(FIND_VIEW_OID.encode(), [view.schema, view.name]).fetchone()
    assert row is not None
    oid, columns = row
    old = fetch_view(connection, oid)
    above = fetch_dependent_views(connection, view.schema, view.name, columns)
    run_drop_views(connection, [old, *above])
    kind = "materialized view" if view.is_stored else "view"
    create = sql.SQL(f"create {kind} {{}} as {{}}").format(view.place, sql.SQL(view.definition))
    made = [_run_one(connection, SavedView(view.place, kind, create, (*old.after, *view.after)))]
    made += [_run_one(connection, one) for one in above]
    return all(made)


def _run_one(connection: Connection, view: SavedView) -> bool:
    try:
        with connection.transaction():
            connection.execute(view.create)
            for statement in view.after:
                try:
                    with connection.transaction():
                        connection.execute(statement)
                except errors.UndefinedColumn:
                    pass  # what was said of a column that is gone
        return True
    except (errors.UndefinedColumn, errors.UndefinedTable, errors.DatatypeMismatch):
        return False
