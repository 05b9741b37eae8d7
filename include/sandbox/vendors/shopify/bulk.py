"""Bulk operations: run a query over everything, poll its state, download JSON lines.

Source: shopify.dev/docs/api/usage/bulk-operations/queries, read 2026-11. An operation is CREATED
when it is answered, RUNNING at the next poll, COMPLETED after that: a client must really poll.
"""

import json
import threading
import time
from datetime import timedelta
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLList,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_nullable_type,
    parse,
    validate,
)

from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.shopify.money import gid, iso
from include.sandbox.vendors.shopify.search import search
from include.sandbox.vendors.shopify.shop import ROOT_CONNECTIONS, Shop
from include.sandbox.vendors.shopify.walker import Walker

Row = dict[str, Any]
CONCURRENT = 5
MAX_CONNECTIONS = 5
MAX_DEPTH = 2
ABANDONED_S = 3.0
IN_LIST = "Queries that contain a connection field within a list field are not currently supported."


class BulkOperations:
    """Operations of one shop, kept in memory.

    Attributes:
        files: operation number -> JSON lines as bytes.
        base_url: Where the client reached us; the download has the same host.
    """

    def __init__(self, schema: GraphQLSchema, shop_name: str) -> None:
        self.schema, self.shop_name, self.base_url = schema, shop_name, ""
        self.operations: dict[str, Row] = {}
        self.files: dict[int, bytes] = {}
        self._polls: dict[str, int] = {}
        self._started: dict[str, float] = {}
        # Requests are answered by threads: two that began together got one number and one file.
        self._lock = threading.Lock()

    def run(self, shop: Shop, query: str, group_objects: bool) -> Row:
        """The payload of `bulkOperationRunQuery`."""
        with self._lock:
            return self._run(shop, query, group_objects)

    def _run(self, shop: Shop, query: str, group_objects: bool) -> Row:
        for operation in self.operations.values():
            self._finish_abandoned(operation)
        running = [
            row for row in self.operations.values() if row["status"] in ("CREATED", "RUNNING")
        ]
        if len(running) >= CONCURRENT:
            return _refuse(
                "A bulk query operation for this app and shop is already in progress.",
                "OPERATION_IN_PROGRESS",
            )
        problem, selection, fragments = self._check(query)
        if problem or selection is None:
            return _refuse(problem, "INVALID")
        walker = Walker(self.schema, shop, fragments)
        groups = list(walker.groups(selection))
        lines = order_lines(groups, group_objects, len(self.operations))
        number = 720_000 + len(self.operations) + 1
        body = b"".join(
            json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            for line in lines
        )
        operation: Row = {
            "__typename": "BulkOperation",
            "id": gid("BulkOperation", number),
            "completedAt": None,
            "createdAt": iso(shop.now + timedelta(seconds=len(self.operations))),
            "errorCode": None,
            "fileSize": None,
            "objectCount": "0",
            "partialDataUrl": None,
            "query": query,
            "rootObjectCount": "0",
            "status": "CREATED",
            "type": "QUERY",
            "url": None,
            "_rows": (len(lines), len(groups)),
        }
        self.operations[operation["id"]] = operation
        self._started[operation["id"]] = time.monotonic()
        self.files[number] = body
        return {"bulkOperation": dict(operation), "userErrors": []}

    def get(self, operation_id: str) -> Row | None:
        """The operation as it is now; looking at it moves it on."""
        operation = self.operations.get(operation_id)
        if operation is None or operation["status"] not in ("CREATED", "RUNNING"):
            return operation
        self._polls[operation_id] = self._polls.get(operation_id, 0) + 1
        operation["status"] = "RUNNING"
        if self._polls[operation_id] >= 2:
            self._complete(operation)
        return operation

    def _finish_abandoned(self, operation: Row) -> None:
        """Operations end by themselves too; else five killed clients would block the shop."""
        age = time.monotonic() - self._started[operation["id"]]
        if age > ABANDONED_S and operation["status"] in ("CREATED", "RUNNING"):
            self._complete(operation)

    def _complete(self, operation: Row) -> None:
        number = int(operation["id"].rsplit("/", 1)[-1])
        body = self.files[number]
        objects, roots = operation["_rows"]
        operation |= {
            "status": "COMPLETED",
            "completedAt": operation["createdAt"],
            "objectCount": str(objects),
            "rootObjectCount": str(roots),
            "fileSize": str(len(body)) if body else None,
            "url": f"{self.base_url}/shopify/{self.shop_name}/bulk/{number}.jsonl?signature=sandbox"
            if body
            else None,
        }

    def current(self) -> Row | None:
        return self.get(next(reversed(self.operations))) if self.operations else None

    def find(self, arguments: Row) -> list[Row]:
        rows, _ = search("BulkOperation", list(self.operations.values()), arguments.get("query"))
        return rows

    def cancel(self, operation_id: str) -> Row:
        """Cancel an operation that has not ended; user errors otherwise."""
        operation = self.operations.get(operation_id)
        if operation is None or operation["status"] not in ("CREATED", "RUNNING"):
            return {
                "bulkOperation": operation,
                "userErrors": [
                    {
                        "__typename": "UserError",
                        "field": ["id"],
                        "message": "A bulk operation cannot be canceled when it is completed",
                    }
                ],
            }
        operation["status"] = "CANCELED"
        return {"bulkOperation": operation, "userErrors": []}

    def _check(
        self, query: str
    ) -> tuple[str, SelectionSetNode | None, dict[str, FragmentDefinitionNode]]:
        """Problem text, or the selection and fragments of a query that may run in bulk."""
        try:
            document = parse(query)
        except GraphQLError as error:
            return f"Invalid bulk query: {error.message}", None, {}
        errors = validate(self.schema, document)
        if errors:
            return f"Invalid bulk query: {errors[0].message}", None, {}
        operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        selection = operations[0].selection_set
        roots = [node for node in selection.selections if isinstance(node, FieldNode)]
        if len(roots) != 1 or roots[0].name.value not in ROOT_CONNECTIONS:
            return "Bulk queries must contain exactly one top level connection.", None, {}
        count, depth = self._measure(self.schema.query_type, selection, fragments)
        problem = self._problem_below(self.schema.query_type, selection, fragments, False)
        if problem:
            return problem, None, {}
        if count > MAX_CONNECTIONS:
            return f"Bulk queries cannot contain more than {MAX_CONNECTIONS} connections.", None, {}
        if depth - 1 > MAX_DEPTH:
            return (
                "Bulk queries cannot contain connections with a nesting depth greater than "
                f"{MAX_DEPTH}.",
                None,
                {},
            )
        return "", selection, fragments

    def _problem_below(
        self,
        owner: Any,
        selection: SelectionSetNode,
        fragments: dict[str, FragmentDefinitionNode],
        in_list: bool,
    ) -> str:
        """What is refused in bulk: connections in lists, `nodes`, parents without id."""
        found = list(Walker.fields(self.schema, owner, selection, fragments))
        names = {field.name.value for field, _ in found if not field.alias}
        for field, kind in found:
            if field.selection_set is None:
                continue
            name = field.name.value
            is_connection = kind.name.endswith("Connection")
            if is_connection and in_list:
                return IN_LIST
            if is_connection and owner is not self.schema.query_type and "id" not in names:
                return (
                    "The parent 'node' field for a nested connection must select the 'id' field "
                    "without an alias "
                    f"and must be of 'ID' return type. Connection fields without 'id': {name}."
                )
            if name == "nodes" and owner.name.endswith("Connection"):
                return "Bulk queries must select `edges { node }` of a connection, not `nodes`."
            type_ = get_nullable_type(owner.fields[name].type)
            listed = isinstance(type_, GraphQLList) and not owner.name.endswith("Connection")
            problem = self._problem_below(
                kind, field.selection_set, fragments, listed or (in_list and not is_connection)
            )
            if problem:
                return problem
        return ""

    def _measure(
        self, owner: Any, selection: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]
    ) -> tuple[int, int]:
        count = depth = 0
        for field, kind in Walker.fields(self.schema, owner, selection, fragments):
            if field.selection_set is None:
                continue
            below = self._measure(kind, field.selection_set, fragments)
            is_connection = int(kind.name.endswith("Connection"))
            count += below[0] + is_connection
            depth = max(depth, below[1] + is_connection)
        return count, depth


def _refuse(message: str, code: str) -> Row:
    error = {
        "__typename": "BulkOperationUserError",
        "field": ["query"],
        "message": message,
        "code": code,
    }
    return {"bulkOperation": None, "userErrors": [error]}


def order_lines(groups: list[list[Row]], together: bool, salt: int) -> list[Row]:
    """Children directly behind their parent only when asked; otherwise somewhere later."""
    if together:
        return [line for group in groups for line in group]
    dice = build_dice(salt, "bulk-order")
    found: list[Row] = []
    waiting: list[Row] = []
    for group in groups:
        found.append(group[0])
        waiting.extend(group[1:])
        if dice.random() < 0.05:
            found.extend(waiting)
            waiting = []
    return found + waiting
