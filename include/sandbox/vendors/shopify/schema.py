"""Build the executable GraphQL schema from the tables.

Every object is a plain dict. A connection field holds the full list; the resolver cuts the page.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    specified_directives,
)

from include.sandbox.vendors.shopify import tables
from include.sandbox.vendors.shopify.paging import build_connection

PAGING = "after: String, before: String, first: Int, last: Int, reverse: Boolean = false"
Resolver = Callable[..., Any]
CONNECTION_TEXT = re.compile(r"^@(\??)(\w+)(?:\((.*)\))?$")
FIELD_TEXT = re.compile(r"^([\[\]\w!]+)(?:\((.*)\))?$")
# What a dict is, where a field's type is an interface or a union.
TYPE_KEY = "__typename"


class SchemaBuilder:
    """Named types made once, fields made lazily because the types refer to each other."""

    def __init__(self, resolvers: dict[tuple[str, str], Resolver]) -> None:
        self.resolvers = resolvers
        self.types: dict[str, Any] = {
            "String": GraphQLString,
            "Int": GraphQLInt,
            "Float": GraphQLFloat,
            "Boolean": GraphQLBoolean,
            "ID": GraphQLID,
        }
        for name in tables.SCALARS:
            self.types[name] = GraphQLScalarType(name)
        for name, values in tables.ENUMS.items():
            self.types[name] = GraphQLEnumType(name, {value: value for value in values})
        for name in tables.INTERFACES:
            self.types[name] = GraphQLInterfaceType(
                name, self._fields(name, tables.INTERFACES[name]), resolve_type=_resolve_type
            )
        for name in tables.OBJECTS:
            self.types[name] = GraphQLObjectType(
                name, self._fields(name, tables.OBJECTS[name]), interfaces=self._interfaces(name)
            )
        for name, members in tables.UNIONS.items():
            self.types[name] = GraphQLUnionType(
                name, [self.types[member] for member in members], resolve_type=_resolve_type
            )

    def _interfaces(self, name: str) -> Callable[[], list[Any]]:
        return lambda: [self.types[found] for found in tables.IMPLEMENTS.get(name, ())]

    def _fields(self, owner: str, fields: dict[str, str]) -> Callable[[], dict[str, GraphQLField]]:
        return lambda: {name: self._field(owner, name, text) for name, text in fields.items()}

    def _field(self, owner: str, name: str, text: str) -> GraphQLField:
        resolver = self.resolvers.get((owner, name))
        connection = CONNECTION_TEXT.match(text)
        if connection:
            optional, node, more = connection.groups()
            kind = self._connection(node)
            paging = PAGING if not optional or owner == "QueryRoot" else PAGING.rpartition(",")[0]
            arguments = f"{paging}, {more}" if more else paging
            return GraphQLField(
                kind if optional else GraphQLNonNull(kind),
                self._arguments(arguments),
                resolver or _page,
            )
        match = FIELD_TEXT.match(text)
        assert match is not None, f"{owner}.{name}: {text}"
        return GraphQLField(
            self._type(match[1]), self._arguments(match[2] or ""), resolver or _plain(match[2])
        )

    def _connection(self, node: str) -> GraphQLObjectType:
        name = f"{node}Connection"
        if name not in self.types:
            edge = GraphQLObjectType(
                f"{node}Edge",
                lambda: {
                    "cursor": GraphQLField(GraphQLNonNull(GraphQLString)),
                    "node": GraphQLField(GraphQLNonNull(self.types[node])),
                },
            )
            many = GraphQLNonNull(GraphQLList(GraphQLNonNull(edge)))
            self.types[name] = GraphQLObjectType(
                name,
                lambda: {
                    "edges": GraphQLField(many),
                    "nodes": GraphQLField(
                        GraphQLNonNull(GraphQLList(GraphQLNonNull(self.types[node])))
                    ),
                    "pageInfo": GraphQLField(GraphQLNonNull(self.types["PageInfo"])),
                },
            )
        found: GraphQLObjectType = self.types[name]
        return found

    def _type(self, text: str) -> Any:
        if text.endswith("!"):
            return GraphQLNonNull(self._type(text[:-1]))
        if text.startswith("["):
            return GraphQLList(self._type(text[1:-1]))
        return self.types[text]

    def _arguments(self, text: str) -> dict[str, GraphQLArgument]:
        found = {}
        for name, kind, default in re.findall(r"(\w+): ([\[\]\w!]+)(?: = (\w+))?", text):
            if default:
                value = {"true": True, "false": False}.get(
                    default, int(default) if default.isdigit() else default
                )
                found[name] = GraphQLArgument(self._type(kind), default_value=value)
            else:
                found[name] = GraphQLArgument(self._type(kind))
        return found


def _resolve_type(value: dict[str, Any], info: GraphQLResolveInfo, kind: Any) -> str:
    return str(value[TYPE_KEY])


def _page(source: dict[str, Any], info: GraphQLResolveInfo, **arguments: Any) -> dict[str, Any]:
    return build_connection(source[info.field_name], arguments)


def _plain(arguments: str | None) -> Resolver | None:
    """Lists with `first` are cut without paging; everything else is the dict's value."""
    if arguments and arguments.startswith("first: Int"):
        return lambda source, info, first=None, **_: source[info.field_name][:first]
    if arguments:
        return lambda source, info, **_: source[info.field_name]
    return None


def build_schema(resolvers: dict[tuple[str, str], Resolver]) -> GraphQLSchema:
    """The part of the Admin API's schema that is served, with its resolvers."""
    builder = SchemaBuilder(resolvers)
    idempotent = GraphQLDirective(
        "idempotent",
        [DirectiveLocation.FIELD],
        {"key": GraphQLArgument(GraphQLNonNull(GraphQLString))},
    )
    return GraphQLSchema(
        query=builder.types["QueryRoot"],
        mutation=builder.types["Mutation"],
        types=[builder.types[name] for name in tables.OBJECTS],
        directives=[*specified_directives, idempotent],
    )


@cache
def served_schema() -> GraphQLSchema:
    """The schema without resolvers, for tests that compare or validate."""
    return build_schema({})
