"""The schema in which the next marts are made: new tables, and stand-ins for the published ones.

A stand-in is a view of the published table. So whatever a build leaves out, its models and tests
read as it is published, and what is a table here waits to be checked and published.
"""

from psycopg import sql

from include.core import naming
from include.ledger.connection import Connection

# Names dbt uses while it makes a table.
UNFINISHED = "__dbt_"
FIND = """
select cls.relname
from pg_class as cls
where
    cls.relnamespace = to_regnamespace(%s)
    and cls.relkind::text = any(%s)
    and position(%s in cls.relname) = 0
order by cls.relname
"""
STATUS = """
create view {} as
select subject, as_of, score, scored_at, open_problems, problems, stale_because, published_at
from elt_ops.data_status
where tenant = {}
"""
STATUS_WORDS = (
    "How far these numbers can be trusted: one row for each feed and for the marts, as of when, "
    "score, what is open, and why the marts are older than their sources"
)


def run_ensure_candidates(connection: Connection, tenant: str, role: str | None) -> None:
    """Make the stand-ins that are missing, and `<tenant>_bi.data_status`; schemas are there.

    The caller holds the tenant's build lock.

    Args:
        role: Who is to own them; None: whoever is connected.
    """
    mart, beside = build_schemas(tenant, "mart")
    bi = naming.dbt_schema(tenant, "bi")
    with connection.transaction():
        run_act_as(connection, role)
        there = set(fetch_names(connection, beside, "rv"))
        missing = [one for one in fetch_names(connection, mart, "rpvm") if one not in there]
        for name in missing:
            connection.execute(build_stand_in(tenant, name))
        if "data_status" not in fetch_names(connection, bi, "v"):
            status = sql.Identifier(bi, "data_status")
            connection.execute(sql.SQL(STATUS).format(status, sql.Literal(tenant)))
            connection.execute(
                sql.SQL("comment on view {} is {}").format(status, sql.Literal(STATUS_WORDS))
            )


def fetch_waiting(connection: Connection, tenant: str) -> list[str]:
    """Names of the marts that are made and not published, sorted."""
    return fetch_names(connection, naming.dbt_schema(tenant, "next"), "r")


def build_schemas(tenant: str, layer: str) -> tuple[str, str]:
    """Where a layer is published, and where its next state is made."""
    beside = naming.CANDIDATE_LAYERS[layer]
    return naming.dbt_schema(tenant, layer), naming.dbt_schema(tenant, beside)


def build_stand_in(tenant: str, name: str) -> sql.Composed:
    """Statement that makes a published table readable where the next ones are made."""
    mart, beside = build_schemas(tenant, "mart")
    return sql.SQL("create view {} as select * from {}").format(
        sql.Identifier(beside, name), sql.Identifier(mart, name)
    )


def fetch_names(connection: Connection, schema: str, kinds: str) -> list[str]:
    """Finished tables or views of a schema, by pg_class.relkind; none where there is no schema."""
    rows = connection.execute(FIND.encode(), [schema, list(kinds), UNFINISHED])
    return [str(row[0]) for row in rows]


def run_act_as(connection: Connection, role: str | None) -> None:
    """Who makes and owns what follows in this transaction; None: whoever is connected."""
    name = sql.SQL("none") if role is None else sql.Identifier(role)
    connection.execute(sql.SQL("set local role {}").format(name))
