"""Every statement that a load of any kind sends to a warehouse of a dialect, by what it is for."""

from datetime import UTC, datetime

from include.config.connector_spec import Stream
from include.core import naming
from include.destinations.layout import StreamLayout, build_layout
from include.destinations.protocol import LoadStamp, Sweep
from include.destinations.remote.absence import build_deletions, build_sweep
from include.destinations.remote.dialect import Dialect
from include.destinations.remote.statements import Statements
from include.destinations.remote.tables import COUNTS

DECLARED = {
    "primary_key": ["id"],
    "version": "updated_at",
    "columns": {
        "id": "int", "amount": "numeric", "updated_at": "timestamp", "document": "json",
        "raw": "bytes", "order": "text", "day": "date", "share": "float", "done": "bool",
    },
    "children": {"items": {"path": "items", "columns": {"sku": "text", "price": "numeric"}}},
}  # fmt: skip
UNVERSIONED = {key: value for key, value in DECLARED.items() if key != "version"}
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def build_orders(declared: object = None) -> StreamLayout:
    return build_layout("acme", "shop", "orders", Stream.model_validate(declared or DECLARED))


def build_all(dialect: Dialect) -> dict[str, str]:
    layout = build_orders()
    made = Statements(dialect, layout, LoadStamp("shop", 7, NOW))
    named = {"verdicts": made.build_verdicts(), "counts": made.build_counts()}
    named |= {f"write {at}": text for at, text in enumerate(made.build_writes())}
    sweep = Sweep("order", complete=("a",), since=NOW, cursor="updated_at")
    absence = build_sweep(
        made, sweep, made.staging(layout.parent, "c"), made.staging(layout.parent, "r")
    )
    named |= {"sweep": absence.write, "count sweep": absence.count}
    whole = build_sweep(made, Sweep("all"), "", None)
    named |= {"sweep all": whole.write, "count sweep all": whole.count}
    for what, declared in {"": DECLARED, " unversioned": UNVERSIONED}.items():
        other = Statements(dialect, build_orders(declared), LoadStamp("shop", 7, NOW))
        count, deletes = build_deletions(other, made.staging(layout.parent, "d"), whole.gone)
        named |= {f"delete {at}{what}": text for at, text in enumerate(deletes)}
        named |= {f"count deletes{what}": count}
    commits = dialect.place(naming.raw_schema("acme", "shop"), "_elt_commits")
    counts = {**dict.fromkeys(COUNTS, "1"), "child_rows": "'{}'"}
    named["record"] = dialect.record(commits, 7, counts)
    for kind in dialect.types:
        shown = dialect.as_text(kind, dialect.name(COLUMNS[kind]))
        named[f"{kind} as text"] = f"select {shown} as shown from {made.parent}"
    return named


COLUMNS = {
    "text": "order", "int": "id", "bigint": "id", "numeric": "amount", "bool": "done",
    "date": "day", "timestamp": "updated_at", "json": "document", "float": "share", "bytes": "raw",
}  # fmt: skip
