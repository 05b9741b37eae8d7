"""Many checks in one statement: names quoted, values bound and kept apart."""

import pytest

from include.quality.statement import (
    BoundSql,
    build_bound,
    build_statement,
    quote_identifier,
)


def test_names_are_quoted_and_values_bound() -> None:
    bound = build_bound(
        "select id as bad_key from {schema}.t where _feed = {feed} and x like 'a%' or y = {feed}",
        3,
        names={"schema": 'a"b'},
        values={"feed": "sh'op"},
    )
    assert bound == BoundSql(
        'select id as bad_key from "a""b".t where _feed = %(feed_3)s and x like \'a%%\' '
        "or y = %(feed_3)s",
        {"feed_3": "sh'op"},
    )


def test_json_braces_are_not_placeholders() -> None:
    text = "select '{\"A\": 1}'::jsonb, '{}', '{1,2}'::int[]"
    assert build_bound(text, 0, names={}, values={}).text == text


def test_an_unknown_placeholder_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        build_bound("select {nothing}", 0, names={}, values={})


def test_a_statement_answers_every_check_in_order() -> None:
    checks = [
        build_bound("select {feed} as bad_key", number, names={}, values={"feed": name})
        for number, name in enumerate(("a", "b"))
    ]
    statement = build_statement(checks)
    assert statement.values == {"feed_0": "a", "feed_1": "b"}
    assert statement.text.count("as materialized") == 2
    assert statement.text.index("select 0, ") < statement.text.index("select 1, ")
    assert statement.text.endswith("order by 1")


def test_a_comment_at_the_end_swallows_nothing() -> None:
    statement = build_statement([BoundSql("select 1 as bad_key -- note", {})])
    assert "-- note\n) as bad" in statement.text


def test_quotes_double_inside_names() -> None:
    assert quote_identifier("orders") == '"orders"'
    assert quote_identifier('a"; drop table b; --') == '"a""; drop table b; --"'
