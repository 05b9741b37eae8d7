"""Query cost and the leaky bucket.

Shopify's rule as documented: an object costs 1, a scalar 0, a connection is sized by `first` or
`last`; one query may ask for at most 1,000 points. What exactly counts as an object is not public:
here records (types with an id) count, values such as MoneyBag, PageInfo and edges do not.
Source: shopify.dev/docs/api/usage/limits, read 2026-11.
"""

import time
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.language import IntValueNode, VariableNode
from graphql.type import GraphQLInterfaceType, GraphQLSchema

MAX_QUERY_COST = 1_000
Fragments = dict[str, FragmentDefinitionNode]


class Bucket:
    """Points of one app on one shop; refills with the real clock.

    Attributes:
        maximum: Points when full.
        rate: Points that come back each second.
    """

    def __init__(self, maximum: float = 20_000.0, rate: float = 1_000.0) -> None:
        self.maximum, self.rate, self.level = maximum, rate, maximum
        self._at = time.monotonic()

    def refill(self) -> float:
        """Points there are now, after the time since the last look."""
        now = time.monotonic()
        self.level = min(self.maximum, self.level + (now - self._at) * self.rate)
        self._at = now
        return self.level

    def status(self) -> dict[str, float]:
        """`throttleStatus` of an answer."""
        return {
            "maximumAvailable": self.maximum,
            "currentlyAvailable": int(self.refill()),
            "restoreRate": self.rate,
        }


def page_size(field: FieldNode, variables: dict[str, Any]) -> int | None:
    """The value of `first` or `last`; None when neither is given."""
    for argument in field.arguments or ():
        if argument.name.value in ("first", "last"):
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                value = variables.get(argument.value.name.value)
                return value if isinstance(value, int) else None
    return None


def requested_cost(
    schema: GraphQLSchema,
    owner: Any,
    selection: SelectionSetNode,
    fragments: Fragments,
    variables: dict[str, Any],
) -> int:
    """Cost of a selection before running it."""
    total = 0
    for node in selection.selections:
        if isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            target = schema.get_type(fragment.type_condition.name.value)
            total += requested_cost(schema, target, fragment.selection_set, fragments, variables)
        elif isinstance(node, InlineFragmentNode):
            target = (
                schema.get_type(node.type_condition.name.value) if node.type_condition else owner
            )
            total += requested_cost(schema, target, node.selection_set, fragments, variables)
        elif (
            isinstance(node, FieldNode)
            and node.selection_set
            and not node.name.value.startswith("__")
        ):
            kind = get_named_type(owner.fields[node.name.value].type)
            below = requested_cost(schema, kind, node.selection_set, fragments, variables)
            if kind.name.endswith("Connection"):
                size = page_size(node, variables)
                total += 2 + (1 if size is None else size) * below
            elif kind.name.endswith("Edge") or node.name.value == "nodes":
                total += below + (node.name.value == "nodes" and _is_record(kind))
            else:
                total += below + _is_record(kind)
    return total


def _is_record(kind: Any) -> int:
    return int(isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and "id" in kind.fields)


def actual_cost(data: Any) -> int:
    """Objects really returned: every dict of the answer that is a record or a page."""
    if isinstance(data, list):
        return sum(actual_cost(row) for row in data)
    if not isinstance(data, dict):
        return 0
    own = int("id" in data) + 2 * int("pageInfo" in data)
    return own + sum(actual_cost(value) for value in data.values())
