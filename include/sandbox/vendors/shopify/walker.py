"""Reading a bulk query's selection straight from the rows, without executing it field by field."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_named_type,
)

from include.sandbox.vendors.shopify.metafields import find_metafield
from include.sandbox.vendors.shopify.shop import ROOT_CONNECTIONS, Shop

Row = dict[str, Any]


class Walker:
    """Reads a selection straight from the rows; connections become lines with `__parentId`."""

    def __init__(
        self, schema: GraphQLSchema, shop: Shop, fragments: dict[str, FragmentDefinitionNode]
    ) -> None:
        self.schema, self.shop, self.fragments = schema, shop, fragments

    @staticmethod
    def fields(
        schema: GraphQLSchema,
        owner: Any,
        selection: SelectionSetNode,
        fragments: dict[str, FragmentDefinitionNode],
    ) -> Iterator[tuple[FieldNode, Any]]:
        """(field, its named type) of a selection with fragments opened."""
        for node in selection.selections:
            if isinstance(node, FieldNode):
                if node.name.value == "__typename":
                    yield node, None
                else:
                    yield node, get_named_type(owner.fields[node.name.value].type)
            elif isinstance(node, FragmentSpreadNode):
                fragment = fragments[node.name.value]
                target = schema.get_type(fragment.type_condition.name.value)
                yield from Walker.fields(schema, target, fragment.selection_set, fragments)
            elif isinstance(node, InlineFragmentNode):
                target = (
                    schema.get_type(node.type_condition.name.value)
                    if node.type_condition
                    else owner
                )
                yield from Walker.fields(schema, target, node.selection_set, fragments)

    def groups(self, selection: SelectionSetNode) -> Iterator[list[Row]]:
        """One list per root object: its own line first, then its children."""
        query_type = self.schema.query_type
        assert query_type is not None
        field, kind = next(iter(self.fields(self.schema, query_type, selection, self.fragments)))
        arguments = get_argument_values(query_type.fields[field.name.value], field)
        rows, _ = self.shop.select(ROOT_CONNECTIONS[field.name.value], arguments)
        if arguments.get("reverse"):
            rows = rows[::-1]
        node_kind, node_selection = self._node(field, kind)
        for row in rows:
            lines: list[Row] = []
            self._line(row, node_kind, node_selection, None, lines)
            yield lines

    def _node(self, field: FieldNode, kind: Any) -> tuple[Any, SelectionSetNode]:
        """The node type and selection under `edges { node { } }` or `nodes { }`."""
        assert field.selection_set is not None
        for inner, inner_kind in self.fields(
            self.schema, kind, field.selection_set, self.fragments
        ):
            if inner.name.value == "edges" and inner.selection_set:
                for node, node_kind in self.fields(
                    self.schema, inner_kind, inner.selection_set, self.fragments
                ):
                    if node.name.value == "node" and node.selection_set:
                        return node_kind, node.selection_set
        raise GraphQLError("Bulk queries need `edges { node { ... } }`.")

    def _line(
        self, row: Row, kind: Any, selection: SelectionSetNode, parent: str | None, lines: list[Row]
    ) -> None:
        line: Row = {}
        lines.append(line)
        children: list[tuple[list[Row], Any, SelectionSetNode]] = []
        self._fill(line, row, kind, selection, children)
        if parent is not None:
            line["__parentId"] = parent
        for rows, child_kind, child_selection in children:
            for child in rows:
                self._line(child, child_kind, child_selection, row["id"], lines)

    def _fill(
        self,
        line: Row,
        row: Row,
        kind: Any,
        selection: SelectionSetNode,
        children: list[tuple[list[Row], Any, SelectionSetNode]],
    ) -> None:
        for field, field_kind in self.fields(self.schema, kind, selection, self.fragments):
            name = field.name.value
            key = field.alias.value if field.alias else name
            if field_kind is None:
                line[key] = row["__typename"]
            elif field_kind.name.endswith("Connection"):
                children.append((row[name], *self._node(field, field_kind)))
            elif field.selection_set is None:
                line[key] = row[name]
            else:
                line[key] = self._value(row, name, field, kind, field_kind, children)

    def _value(
        self,
        row: Row,
        name: str,
        field: FieldNode,
        owner: Any,
        kind: Any,
        children: list[tuple[list[Row], Any, SelectionSetNode]],
    ) -> Any:
        assert field.selection_set is not None
        if name == "metafield":
            value = find_metafield(row, **get_argument_values(owner.fields[name], field))
        else:
            value = row[name]
        if isinstance(value, list):
            arguments = get_argument_values(owner.fields[name], field)
            if name == "quantities":
                value = [entry for entry in value if entry["name"] in arguments["names"]]
            value = value[: arguments.get("first")]
            return [self._object(entry, kind, field.selection_set, children) for entry in value]
        return None if value is None else self._object(value, kind, field.selection_set, children)

    def _object(
        self,
        row: Row,
        kind: Any,
        selection: SelectionSetNode,
        children: list[tuple[list[Row], Any, SelectionSetNode]],
    ) -> Row:
        target = self.schema.get_type(row["__typename"]) if "__typename" in row else kind
        found: Row = {}
        self._fill(found, row, target, selection, children)
        return found
