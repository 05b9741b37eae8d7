"""Statements for Snowflake are of Snowflake's grammar: its double accepts more than the service."""

from datetime import UTC, datetime

import pytest
from sqlfluff.core import Linter

from include.config.connector_spec import Stream
from include.destinations.layout import build_layout
from include.destinations.protocol import LoadStamp, Sweep
from include.destinations.remote.absence import build_deletions, build_sweep
from include.destinations.remote.statements import Statements
from include.destinations.snowflake.dialect import SnowflakeDialect

DECLARED = {
    "primary_key": ["id"],
    "version": "updated_at",
    "columns": {
        "id": "int", "amount": "numeric", "updated_at": "timestamp", "document": "json",
        "raw": "bytes", "order": "text",
    },
    "children": {"items": {"path": "items", "columns": {"sku": "text", "price": "numeric"}}},
}  # fmt: skip
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def _build_all() -> dict[str, str]:
    layout = build_layout("acme", "shop", "orders", Stream.model_validate(DECLARED))
    made = Statements(SnowflakeDialect(), layout, LoadStamp("shop", 7, NOW))
    sweep = Sweep("order", complete=("a",), since=NOW, cursor="updated_at")
    absence = build_sweep(made, sweep, made.staging(layout.parent, "c"), made.parent)
    count, deletes = build_deletions(made, made.staging(layout.parent, "d"), absence.gone)
    child = layout.children["items"]
    named = {"stage": made.build_stage(layout.parent), "verdicts": made.build_verdicts()}
    named |= {f"write {at}": text for at, text in enumerate(made.build_writes())}
    named |= {f"delete {at}": text for at, text in enumerate(deletes)}
    return named | {
        "children": made.count_children(child), "sweep": absence.write,
        "count sweep": absence.count, "count deletes": count,
    }  # fmt: skip


@pytest.mark.parametrize("what", list(_build_all()))
def test_a_statement_is_of_snowflakes_grammar(what: str) -> None:
    text = _build_all()[what]
    parsed = Linter(dialect="snowflake").parse_string(f"{text};\n")
    assert [str(one) for one in parsed.violations] == [], text
    assert parsed.tree is not None and "unparsable" not in parsed.tree.type_set()
