"""PostgreSQL's types. Everything but the few that Arrow and PostgreSQL agree on travels as text."""

from dataclasses import dataclass

from include.config.connector_spec import ColumnType
from include.extract.sql.columns import Form, SqlColumn

_PLAIN: dict[str, ColumnType] = {
    "bool": "bool",
    "int2": "int",
    "int4": "int",
    "int8": "bigint",
    "float4": "float",
    "float8": "float",
    "text": "text",
    "varchar": "text",
    "bytea": "bytes",
    "date": "date",
    "timestamptz": "timestamp",
}
AS_TEXT = "{}::text"
# Kinds of pg_type.typtype that have a JSON form of their own.
_COMPOSITE = "c"
_ARRAY = "A"


@dataclass(frozen=True, slots=True)
class PostgresType:
    """A row of pg_type.

    Attributes:
        written: As a cast names it, quoted and with its schema where needed.
        kind: typtype: b base, c composite, d domain, e enum, r range, m multirange.
        category: typcategory; A for arrays.
    """

    name: str
    written: str
    kind: str
    category: str


def build_postgres_column(
    source: str, name: str, found: PostgresType, *, nullable: bool
) -> SqlColumn:
    """One column by its type."""

    def make(kind: ColumnType, form: Form = Form.PLAIN, expression: str = "{}") -> SqlColumn:
        return SqlColumn(source, name, kind, form, expression, found.written, nullable=nullable)

    if found.name in _PLAIN:
        return make(_PLAIN[found.name])
    if found.name == "timestamp":
        return make("timestamp", Form.WALL)
    if found.name == "bpchar":
        # A cast to text would cut the padding too, at a third of the server's time.
        return make("text", Form.PADDED)
    if found.name == "numeric":
        return make("numeric", Form.DECIMAL, AS_TEXT)
    if found.name == "money":
        # Its text depends on the server's locale ($1,234.50), its number does not.
        return make("numeric", Form.DECIMAL, "{}::numeric::text")
    if found.name in ("json", "jsonb"):
        return make("json", expression=AS_TEXT)
    if found.name in ("oid", "xid", "cid"):
        return make("bigint", expression="{}::text::bigint")
    if found.category == _ARRAY or found.kind == _COMPOSITE:
        return make("json", expression="to_jsonb({})::text")
    return make("text", expression=AS_TEXT)
