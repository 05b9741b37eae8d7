"""Every text of a tenant in PostgreSQL: its own schemas, and what elt_ops keeps of it."""

from collections.abc import Iterator, Mapping, Sequence

from psycopg import sql

from include.core import naming
from include.destinations.texts import FoundRow, StoredColumn, StoredTable, Wanted
from include.ledger.connection import Connection

BATCH = 2_000
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


class PostgresTexts:
    """One erasure on the connection, and in the transaction, of the books."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self.connection = connection
        self.tenant = tenant

    def fetch_tables(self) -> list[StoredTable]:
        """All tables in the tenant's schemas and in elt_ops, sorted."""
        # Compiling an expression for every text column takes longer than asking it.
        self.connection.execute("set local jit = off")
        known = {"ops": naming.OPS_SCHEMA, "prefix": naming.tenant_prefix(self.tenant)}
        tables: dict[tuple[str, str], StoredTable] = {}
        for schema, name, relkind, *column in self.connection.execute(FIND.encode(), known):
            table = tables.setdefault((schema, name), StoredTable(schema, name, relkind == "m", {}))
            table.columns[column[0]] = StoredColumn(*column)  # type: ignore[index]
        return list(tables.values())

    def fetch_rows(self, table: StoredTable, wanted: Wanted) -> Iterator[list[FoundRow]]:
        """Rows that are wanted; of elt_ops only the tenant's."""
        conditions = _build_conditions(table, wanted)
        if not conditions:
            return
        where = sql.SQL(" or ").join(conditions)
        if table.schema == naming.OPS_SCHEMA and "tenant" in table.columns:
            where = sql.SQL("tenant = {} and ({})").format(sql.Literal(self.tenant), where)
        names = list(table.columns)
        query = sql.SQL("select ctid::text, {} from {} where {}").format(
            sql.SQL(", ").join(_as_text(table.columns[name]) for name in names),
            sql.Identifier(table.schema, table.name),
            where,
        )
        with self.connection.cursor(name="elt_person") as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(BATCH):
                yield [
                    FoundRow(str(ctid), dict(zip(names, values, strict=True)))
                    for ctid, *values in rows
                ]

    def run_change_row(
        self, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
    ) -> None:
        sets = [
            sql.SQL("{} = {}::{}").format(
                sql.Identifier(name), sql.Placeholder(), sql.SQL(table.columns[name].type)
            )
            for name in changes
        ]
        statement = sql.SQL("update {} set {} where ctid = %s::tid").format(
            sql.Identifier(table.schema, table.name), sql.SQL(", ").join(sets)
        )
        self.connection.execute(statement, [*changes.values(), row.address])

    def run_delete_row(self, table: StoredTable, row: FoundRow) -> None:
        statement = sql.SQL("delete from {} where ctid = %s::tid")
        name = sql.Identifier(table.schema, table.name)
        self.connection.execute(statement.format(name), [row.address])

    def run_refresh(self, table: StoredTable) -> None:
        name = sql.Identifier(table.schema, table.name)
        self.connection.execute(sql.SQL("refresh materialized view {}").format(name))

    def run_commit(self) -> None:
        """Nothing: the caller's transaction decides."""


def _build_conditions(table: StoredTable, wanted: Wanted) -> list[sql.Composable]:
    conditions: list[sql.Composable] = []
    for name in table.texts:
        shown = _as_text(table.columns[name])
        if wanted.likes:
            likes = sql.Literal(list(wanted.likes))
            conditions.append(sql.SQL("{} ilike any({}::text[])").format(shown, likes))
        conditions += [
            sql.SQL("{} ~* {}").format(shown, sql.Literal(one)) for one in wanted.patterns
        ]
    for name, values in wanted.numbers.items():
        conditions.append(_is_any([name], [[one] for one in values]))
    return conditions + [_is_any(columns, values) for columns, values in wanted.keys if values]


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
