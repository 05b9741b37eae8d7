"""Statements are of the warehouse's own grammar: its double accepts more than the service.

Names and types of BigQuery's are judged by Google's analyser: tests/e2e/test_bigquery_types.py.
"""

import pytest
from sqlfluff.core import Linter

from include.destinations.bigquery.dialect import BigQueryDialect
from include.destinations.snowflake.dialect import SnowflakeDialect
from tests.unit.remote_statements import build_all

ALL = {
    (kind, what): text
    for kind, dialect in {"snowflake": SnowflakeDialect(), "bigquery": BigQueryDialect()}.items()
    for what, text in build_all(dialect).items()
}


@pytest.mark.parametrize(("kind", "what"), list(ALL))
def test_a_statement_is_of_the_warehouses_grammar(kind: str, what: str) -> None:
    text = ALL[kind, what]
    parsed = Linter(dialect=kind).parse_string(f"{text};\n")
    assert [str(one) for one in parsed.violations] == [], text
    assert parsed.tree is not None and "unparsable" not in parsed.tree.type_set()
