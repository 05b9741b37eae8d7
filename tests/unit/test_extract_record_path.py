"""Fields whose own name has a dot."""

from typing import Any

from include.extract.record_path import nest_dotted, pick


def _nested(record: dict[str, Any], *paths: str) -> dict[str, Any]:
    nest_dotted([record], paths)
    return record


def test_a_flat_key_is_found_where_its_path_says() -> None:
    """`metrics.cost` as one key was never found, and the column stayed null."""
    record = _nested({"id": 1, "metrics.cost": 5}, "metrics.cost", "id")
    assert pick(record, "metrics.cost") == 5
    assert record == {"id": 1, "metrics": {"cost": 5}}


def test_it_joins_an_object_that_is_there() -> None:
    record = _nested({"metrics": {"clicks": 1}, "metrics.cost": 5}, "metrics.cost")
    assert record == {"metrics": {"clicks": 1, "cost": 5}}


def test_what_contradicts_stays_as_it_was_sent() -> None:
    for record in ({"metrics": 3, "metrics.cost": 5}, {"metrics": {"cost": 4}, "metrics.cost": 5}):
        assert _nested(dict(record), "metrics.cost") == record


def test_undeclared_flat_keys_are_left_alone() -> None:
    assert _nested({"a.b": 1}, "c.d") == {"a.b": 1}
