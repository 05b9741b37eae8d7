"""Is this request what a vendor's OpenAPI document (or Google's discovery document) describes?

Stricter than the documents: a parameter, header or body field they do not name is a fault, because
vendors ignore a misspelt filter without a word.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator

from tests.connectors.request_recorder import Sent

# What every HTTP client sends; and vendors' version headers, which their documents leave out.
ORDINARY = {"accept", "accept-encoding", "authorization", "connection", "content-length",
            "content-type", "user-agent", "square-version", "stripe-version"}  # fmt: skip


class OpenApi:
    """Requests against one document."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        # 3.0 has the schema words of draft 4, 3.1 those of 2020-12.
        is_old = str(spec["openapi"]).startswith("3.0")
        self._validator = Draft4Validator if is_old else Draft202012Validator

    def faults(self, sent: Sent) -> Iterator[str]:
        operation = self._find(sent)
        if operation is None:
            yield f"no operation {sent.method} {sent.path}"
            return
        named = [self._resolve(p) for p in operation.get("parameters", [])]
        yield from self._query_faults(sent, [p for p in named if p["in"] == "query"])
        yield from self._header_faults(sent, [p for p in named if p["in"] == "header"], operation)
        yield from self._body_faults(sent, operation)

    def scopes(self, sent: Sent) -> set[str]:
        """What the token needs for this request; empty where the document does not say."""
        security = (self._find(sent) or {}).get("security") or [{}]
        return {scope for scopes in security[0].values() for scope in scopes}

    def _find(self, sent: Sent) -> dict[str, Any] | None:
        """The operation with the fewest placeholders whose path fits."""
        fitting = []
        for path, methods in self._spec["paths"].items():
            pattern = re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(path))
            if re.fullmatch(pattern, sent.path) and sent.method.lower() in methods:
                fitting.append((path.count("{"), methods[sent.method.lower()]))
        return min(fitting, key=lambda found: found[0])[1] if fitting else None

    def _query_faults(self, sent: Sent, named: list[dict[str, Any]]) -> Iterator[str]:
        known = {parameter["name"]: parameter for parameter in named}
        given = build_query(sent.query)
        yield from (f"required parameter `{n}` is missing" for n, p in known.items()
                    if p.get("required") and n not in given)  # fmt: skip
        for name, value in given.items():
            if name not in known:
                yield f"unknown parameter `{name}`"
                continue
            schema = known[name].get("schema", {})
            # GoHighLevel describes one parameter as an object with itself inside.
            read = readings(value)
            read += [{name: one} for one in read]
            tried = [list(self._value_faults(schema, one)) for one in read]
            if all(tried):
                yield f"parameter `{name}`: {tried[0][0]}"

    def _header_faults(
        self, sent: Sent, named: list[dict[str, Any]], operation: dict[str, Any]
    ) -> Iterator[str]:
        given = {name.lower(): value for name, value in sent.headers.items()}
        known = {parameter["name"].lower(): parameter for parameter in named}
        yield from (f"required header `{n}` is missing" for n, p in known.items()
                    if p.get("required") and n not in given)  # fmt: skip
        yield from (f"unknown header `{n}`" for n in sorted(set(given) - set(known) - ORDINARY))
        for name in set(given) & set(known):
            yield from self._value_faults(known[name].get("schema", {}), given[name])
        secured = operation.get("security", self._spec.get("security"))
        if secured and not sent.is_login and not given.get("authorization"):
            yield "no Authorization"

    def _body_faults(self, sent: Sent, operation: dict[str, Any]) -> Iterator[str]:
        described = self._resolve(operation.get("requestBody") or {})
        if not described or sent.body is None:
            if (sent.body is not None) != bool(described) or described.get("required"):
                yield "a body where none is described, or none where one is required"
            return
        kind = sent.headers.get("Content-Type", "").partition(";")[0]
        if kind not in described["content"]:
            yield f"content type `{kind}`"
            return
        schema = described["content"][kind].get("schema", {})
        yield from self._value_faults(schema, sent.body)
        yield from self._unknown_fields(schema, sent.body, "body")

    def _value_faults(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        whole = {**schema, "components": self._spec.get("components", {})}
        yield from (error.message[:200] for error in self._validator(whole).iter_errors(value))

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        return resolve(self._spec, schema)

    def _unknown_fields(self, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        yield from unknown_fields(self._spec, schema, value, where)


def resolve(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema a `$ref` into the same document stands for."""
    while "$ref" in schema:
        found: Any = spec
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def unknown_fields(
    spec: dict[str, Any], schema: dict[str, Any], value: Any, where: str
) -> Iterator[str]:
    """Fields of objects, however deep, that no described alternative names."""
    alternatives = list(_alternatives(spec, schema))
    if isinstance(value, list):
        items = [s["items"] for s in alternatives if isinstance(s.get("items"), dict)]
        for position, element in enumerate(value):
            yield from unknown_fields(spec, {"anyOf": items}, element, f"{where}[{position}]")
    elif isinstance(value, dict):
        described = [s["properties"] for s in alternatives if s.get("properties")]
        is_free = any(s.get("additionalProperties") for s in alternatives) or not described
        for name, inner in value.items():
            known = [properties[name] for properties in described if name in properties]
            if known:
                yield from unknown_fields(spec, {"anyOf": known}, inner, f"{where}.{name}")
            elif not is_free:
                yield f"unknown field `{where}.{name}`"


def _alternatives(spec: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schema = resolve(spec, schema)
    yield schema
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word, []):
            yield from _alternatives(spec, one)


def build_query(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Parameters by name; `created[gte]` becomes a field of the object `created`."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        outer, _, inner = name.partition("[")
        if inner:
            found.setdefault(outer, {})[inner.rstrip("]")] = value
        else:
            found[name] = value
    return found


def readings(value: Any) -> list[Any]:
    """What the text of a parameter may mean: text, a number, a truth, a list."""
    if isinstance(value, dict):
        inner = {name: readings(text)[-1] for name, text in value.items()}
        return [inner]
    found: list[Any] = [value, value.split(",")]
    if value in ("true", "false"):
        found.append(value == "true")
    if re.fullmatch(r"-?\d+", value):
        found.append(int(value))
    return found
