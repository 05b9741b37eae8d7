"""The served GraphQL schema is a true part of Shopify's."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    Undefined,
    build_schema,
    print_ast,
)

from include.sandbox.vendors.shopify.schema import served_schema
from tests.connectors.vendor_specs import load_spec

OURS = served_schema()
NAMES = sorted(name for name in OURS.type_map if not name.startswith("__"))


def default_text(argument: GraphQLArgument) -> str | None:
    """The default as the schema language writes it, from code or from a parsed document."""
    if argument.ast_node is not None:
        node = argument.ast_node.default_value
        return print_ast(node) if node is not None else None
    value = argument.default_value
    if value is Undefined:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def field_problems(place: str, ours: GraphQLField, theirs: GraphQLField) -> Iterator[str]:
    if str(ours.type) != str(theirs.type):
        yield f"{place}: {ours.type}, Shopify has {theirs.type}"
    for name, argument in ours.args.items():
        other = theirs.args.get(name)
        if other is None:
            yield f"{place}({name}): Shopify has no such argument"
        elif (str(argument.type), default_text(argument)) != (str(other.type), default_text(other)):
            yield f"{place}({name}): {argument.type} = {default_text(argument)} differs"
    for name, other in theirs.args.items():
        if str(other.type).endswith("!") and name not in ours.args:
            yield f"{place}({name}): required argument is missing"


def type_problems(name: str, ours: Any, theirs: Any) -> Iterator[str]:
    if type(ours) is not type(theirs):
        yield f"{name}: {type(ours).__name__}, Shopify has {type(theirs).__name__}"
        return
    if isinstance(ours, GraphQLEnumType) and not set(ours.values) <= set(theirs.values):
        yield f"{name}: unknown values {sorted(set(ours.values) - set(theirs.values))}"
    if isinstance(ours, GraphQLObjectType):
        unknown = {i.name for i in ours.interfaces} - {i.name for i in theirs.interfaces}
        if unknown:
            yield f"{name}: unknown interfaces {sorted(unknown)}"
    if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
        for field_name, field in ours.fields.items():
            place = f"{name}.{field_name}"
            if field_name in theirs.fields:
                yield from field_problems(place, field, theirs.fields[field_name])
            else:
                yield f"{place}: Shopify has no such field"


def test_the_schema_serves_what_connectors_read() -> None:
    assert {"Order", "Customer", "Product", "ProductVariant", "BulkOperation"} <= set(NAMES)
    assert len(NAMES) > 80


def test_every_type_field_and_argument_is_shopifys() -> None:
    official = build_schema(load_spec("shopify.admin-2026-07.graphql"))
    problems = [
        problem
        for name in NAMES
        for problem in type_problems(name, OURS.type_map[name], official.type_map.get(name))
    ]
    assert not problems, "\n".join(problems)
