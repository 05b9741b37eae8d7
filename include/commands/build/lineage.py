"""`lineage`: where a column of a mart comes from, and which raw records a row was made of."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import complain, say, say_json
from include.config.load import load_platform
from include.config.settings import load_settings
from include.core.errors import ConfigError

if TYPE_CHECKING:
    from include.config.models import Tenant
    from include.destinations.postgres.row_lineage import RawRow
    from include.transform.lineage.answer import ColumnPath, TenantLineage
    from include.transform.lineage.graph import Table

NOT_TRACED = 1


@dataclass(frozen=True)
class Arguments:
    column: Annotated[
        str,
        typer.Argument(metavar="TENANT.TABLE.COLUMN", help="A column of a mart or view."),
    ]
    row: Annotated[
        str | None,
        typer.Option("--row", metavar="KEY", help="COLUMN's value: the raw records of that row."),
    ] = None
    json: Json = False


def run(arguments: Arguments) -> int:
    # sqlglot is imported here: `lineage --help` must not pay for it.
    from include.pipeline.dbt.build import build_target_dir
    from include.transform.lineage.answer import TenantLineage

    parts = arguments.column.split(".")
    if len(parts) != 3 or not all(parts):
        raise ConfigError(
            f"`{arguments.column}` is no column. Expected tenant.table.column, such as "
            "`acme.fct_orders.net_amount`."
        )
    tenant = choose_tenant(load_platform(), parts[0])
    lineage = TenantLineage(tenant, build_target_dir(load_settings(), tenant.id))
    table = lineage.find_table(parts[1])
    path = lineage.trace(table, parts[2])
    answer: dict[str, Any] = path.as_dict()
    if arguments.row is None:
        _say_path(path) if not arguments.json else say_json(answer)
        return NOT_TRACED if path.gaps else 0
    rows, reasons = _find_records(tenant, lineage, table, parts[2], arguments.row)
    if arguments.json:
        say_json({**answer, "records": [asdict(one) for one in rows], "untraced": reasons})
    else:
        for one in rows:
            say(
                f"{one.table} {one.column}={one.source_id}  feed {one.feed}, load {one.load_id}, "
                f"{one.loaded_at:%Y-%m-%d %H:%M} UTC"
            )
        for reason in reasons:
            complain(reason)
    return 0 if rows and not reasons else NOT_TRACED


def _say_path(path: "ColumnPath") -> None:
    say(path.asked)
    for step in path.steps:
        leaf = (*step.table, step.column)
        if leaf in path.fields:
            continue
        made_of = ", ".join(f"{table}.{column}" for _, table, column in step.sources)
        say(f"  {step.table[1]}.{step.column} <- {made_of or step.note}")
    say("fields of the sources:")
    for (schema, table, column), field in path.fields.items():
        said = field.path or field.note
        more = f" ({field.note})" if field.path and field.note else ""
        say(f"  {schema}.{table}.{column} <- {field.connector} {field.stream}: {said}{more}")
    for gap in path.gaps:
        complain(gap)


def _find_records(
    tenant: "Tenant", lineage: "TenantLineage", table: "Table", column: str, value: str
) -> tuple[list["RawRow"], list[str]]:
    """Raw records of a row, and why some could not be found."""
    from include.commands.build.row_records import RowRecords
    from include.commands.frame.connect import load_warehouse

    with load_warehouse(tenant).connect() as connection:
        return RowRecords(tenant, lineage, connection).find(table, column, value)


COMMAND = Action(
    run,
    Arguments,
    "Where a column of a mart comes from: through dbt's selects down to the vendors' fields.\n\n"
    "What cannot be followed is said, and makes the exit code 1. With --row, the raw records the "
    "row with that value was made of.",
    (
        "elt lineage acme.fct_orders.net_amount",
        "elt lineage acme.fct_orders.order_id --row shopify:shopify:gid://shopify/Order/5678000001",
        "elt lineage acme.dim_customers.customer_id --row shopify:shopify:123 --json",
    ),
)
