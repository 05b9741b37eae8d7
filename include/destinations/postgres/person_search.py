"""Every text of a tenant: its tables and columns, rows that may name somebody, and their change.

Schema-agnostic: what can hold text is read from the catalogue, so no table is forgotten because
nobody thought of it. Views hold nothing of their own and are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from include.core import naming
from include.ledger.connection import Connection

BATCH = 2_000
# Types by the way their text is read and written again; `number` for phones kept as numbers.
KINDS = """
case
    when t.typname in ('json', 'jsonb') then t.typname
    when t.typelem <> 0 and t.typcategory = 'A' then
        case when e.typcategory = 'S' or e.typname in ('json', 'jsonb') then 'array' end
    when t.typcategory = 'S' then 'text'
    when t.typname = 'bytea' then 'bytea'
    when t.typname in ('int4', 'int8', 'numeric') then 'number'
end
"""
FIND = f"""
select n.nspname, c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod),
    {KINDS} as kind, a.attnotnull
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid
inner join pg_type as t on a.atttypid = t.oid
left join pg_type as e on t.typelem = e.oid
where c.relkind in ('r', 'm') and a.attnum > 0 and not a.attisdropped
and (n.nspname = %(ops)s or starts_with(n.nspname, %(prefix)s)) and c.relpersistence = 'p'
order by 1, 2, a.attnum
"""  # noqa: S608 our own words


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column as the catalogue has it; `kind` is None where it can hold no text."""

    name: str
    type: str
    kind: str | None
    is_required: bool


@dataclass(frozen=True)
class StoredTable:
    """A table or materialized view of a tenant, or one of elt_ops."""

    schema: str
    name: str
    is_view: bool
    columns: Mapping[str, StoredColumn]

    @property
    def place(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def texts(self) -> list[str]:
        """Columns that can hold text."""
        return [c.name for c in self.columns.values() if c.kind not in (None, "number")]


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row's address and the texts of the columns asked for."""

    ctid: str
    values: dict[str, str | None]


def fetch_tables(connection: Connection, tenant: str) -> list[StoredTable]:
    """All tables in the tenant's schemas and in elt_ops, sorted."""
    known = {"ops": naming.OPS_SCHEMA, "prefix": naming.tenant_prefix(tenant)}
    tables: dict[tuple[str, str], StoredTable] = {}
    for schema, name, relkind, *column in connection.execute(FIND.encode(), known):
        table = tables.setdefault((schema, name), StoredTable(schema, name, relkind == "m", {}))
        table.columns[column[0]] = StoredColumn(*column)  # type: ignore[index]
    return list(tables.values())


def fetch_rows(
    connection: Connection,
    table: StoredTable,
    tenant: str,
    *,
    likes: Sequence[str] = (),
    patterns: Sequence[str] = (),
    numbers: Mapping[str, Sequence[str]] | None = None,
    keys: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]] = (),
) -> Iterator[list[FoundRow]]:
    """Rows that may name a person, in batches, with the texts of all their columns.

    Args:
        likes: LIKE patterns, compared without case with every column that can hold text.
        patterns: Regular expressions, likewise.
        numbers: Column of numbers -> texts of its wanted values.
        keys: (columns, wanted values of them as texts): rows known by a key.
    """
    conditions: list[sql.Composable] = []
    for name in table.texts:
        shown = _as_text(table.columns[name])
        if likes:
            conditions.append(
                sql.SQL("{} ilike any({}::text[])").format(shown, sql.Literal(list(likes)))
            )
        conditions += [sql.SQL("{} ~* {}").format(shown, sql.Literal(one)) for one in patterns]
    for name, wanted in (numbers or {}).items():
        conditions.append(_is_any([name], [[one] for one in wanted]))
    conditions += [_is_any(columns, wanted) for columns, wanted in keys if wanted]
    if not conditions:
        return
    where = sql.SQL(" or ").join(conditions)
    if table.schema == naming.OPS_SCHEMA and "tenant" in table.columns:
        where = sql.SQL("tenant = {} and ({})").format(sql.Literal(tenant), where)
    names = list(table.columns)
    query = sql.SQL("select ctid::text, {} from {} where {}").format(
        sql.SQL(", ").join(_as_text(table.columns[name]) for name in names),
        sql.Identifier(table.schema, table.name),
        where,
    )
    with connection.cursor(name="elt_person") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            yield [
                FoundRow(str(ctid), dict(zip(names, values, strict=True))) for ctid, *values in rows
            ]


def run_change_row(
    connection: Connection, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
) -> None:
    """Write new texts into a row's columns."""
    sets = [
        sql.SQL("{} = {}::{}").format(
            sql.Identifier(name), sql.Placeholder(), sql.SQL(table.columns[name].type)
        )
        for name in changes
    ]
    statement = sql.SQL("update {} set {} where ctid = %s::tid").format(
        sql.Identifier(table.schema, table.name), sql.SQL(", ").join(sets)
    )
    connection.execute(statement, [*changes.values(), row.ctid])


def run_delete_row(connection: Connection, table: StoredTable, row: FoundRow) -> None:
    statement = sql.SQL("delete from {} where ctid = %s::tid")
    name = sql.Identifier(table.schema, table.name)
    connection.execute(statement.format(name), [row.ctid])


def run_refresh(connection: Connection, table: StoredTable) -> None:
    """Make a materialized view anew from its redacted tables."""
    name = sql.Identifier(table.schema, table.name)
    connection.execute(sql.SQL("refresh materialized view {}").format(name))


def _as_text(column: StoredColumn) -> sql.Composable:
    if column.kind == "bytea":
        # Bytes that are text in any encoding we know of show their ASCII as it is.
        return sql.SQL("encode({}, 'escape')").format(sql.Identifier(column.name))
    return sql.SQL("{}::text").format(sql.Identifier(column.name))


def _is_any(columns: Sequence[str], wanted: Sequence[Sequence[str]]) -> sql.Composable:
    left = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in columns)
    rows = sql.SQL(", ").join(
        sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, one))) for one in wanted
    )
    return sql.SQL("({}) in ({})").format(left, rows)
