"""Is this request what a vendor describes, for vendors that publish no OpenAPI document?

One function per vendor: (spec, request) -> faults. What a document does not describe (paths at
Meta, ERPNext, Salesforce, Intuit) is written here from the vendor's guide.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import graphql

from tests.connectors.request_recorder import Sent
from tests.connectors.spec_openapi import unknown_fields
from tests.connectors.vendor_specs import load_json_spec

Spec = Any
# Salesforce: the describe of the sandbox's own fields, and the job a bulk read is.
JOB_FIELDS = {"operation", "query", "contentType", "columnDelimiter", "lineEnding"}
# UserRole is not in the trimmed document; developer.salesforce.com object reference, read 2026-11.
SOBJECTS_BESIDE = {
    "UserRole": [
        {"name": name, "type": kind, "nillable": name in ("ParentRoleId", "RollupDescription")}
        for name, kind in {
            "Id": "id", "Name": "string", "DeveloperName": "string", "ParentRoleId": "reference",
            "RollupDescription": "string", "LastModifiedDate": "datetime",
            "SystemModstamp": "datetime",
        }.items()
    ]
}  # fmt: skip
ERP_STANDARD = {"name", "owner", "creation", "modified", "modified_by", "docstatus", "idx",
                "parent", "parentfield", "parenttype"}  # fmt: skip
# Of the Graph API itself: paging, and the proof of a secret.
GRAPH_WORDS = {"fields", "limit", "after", "appsecret_proof", "effective_status"}


def google_ads(spec: Spec, sent: Sent) -> Iterator[str]:
    if "/googleAds:search" not in sent.path:
        template = spec["x-paths"]["listAccessibleCustomers"]
        if f"{sent.method} {sent.path}" not in template:
            yield f"no operation {sent.method} {sent.path}"
        return
    path = r"/v26/customers/\d+/googleAds:search"
    if sent.method != "POST" or not re.fullmatch(path, sent.path):
        yield f"path {sent.path}"
    yield from (f"unknown parameter `{name}`" for name, _ in sent.query)
    yield from (f"unknown field `{name}`" for name in set(sent.body) - {"query", "pageToken"})
    if not sent.headers.get("login-customer-id", "0").isdigit():
        yield "login-customer-id with other characters than digits"
    text = sent.body["query"]
    parts = re.fullmatch(
        r"SELECT (?P<fields>.+) FROM (?P<of>\w+)( WHERE (?P<where>.+?))?( ORDER BY (?P<by>.+))?",
        text,
    )
    if parts is None:
        yield f"no GAQL: {text[:80]}"
        return
    asked = [*re.split(r", ?", parts["fields"]), *re.split(r", ?", parts["by"] or "segments.date")]
    asked += re.findall(r"([a-z_]+(?:\.[a-z_]+)+) (?:=|BETWEEN|IN)", parts["where"] or "")
    rows = spec["$defs"]["GoogleAdsRow"]["properties"]
    for field in asked:
        yield from _gaql_faults(spec, rows, field)


def _gaql_faults(spec: Spec, rows: dict[str, Any], field: str) -> Iterator[str]:
    owner, *steps = [re.sub(r"_(\w)", lambda m: m[1].upper(), part) for part in field.split(".")]
    if owner not in rows:
        # Resources the document leaves out are known by name only.
        if owner not in ("adGroupCriterion",):
            yield f"no resource `{owner}`"
        return
    here = spec["$defs"][rows[owner]["$ref"].rpartition("/")[2]]
    for step in steps:
        known = here.get("properties", {})
        if step not in known:
            yield f"no field `{field}`"
            return
        here = known[step]
        here = spec["$defs"][here["$ref"].rpartition("/")[2]] if "$ref" in here else here


def google_analytics(spec: Spec, sent: Sent) -> Iterator[str]:
    for method in spec["resources"]["properties"]["methods"].values():
        pattern = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(method["flatPath"]))
        if method["httpMethod"] == sent.method and re.fullmatch(pattern, sent.path.lstrip("/")):
            break
    else:
        yield f"no operation {sent.method} {sent.path}"
        return
    known = set(method["parameters"]) | {"alt", "fields"}
    yield from (f"unknown parameter `{name}`" for name, _ in sent.query if name not in known)
    if "request" not in method:
        return
    schemas = {name: _discovered(schema) for name, schema in spec["schemas"].items()}
    name = method["request"]["$ref"]
    yield from unknown_fields(schemas, {"$ref": f"#/{name}"}, sent.body, "body")
    yield from _discovery_faults(schemas, schemas[name], sent.body, "body")


def _discovered(schema: Any) -> Any:
    """Google's references name a schema alone."""
    if isinstance(schema, dict):
        return {
            key: f"#/{value}" if key == "$ref" else _discovered(value)
            for key, value in schema.items()
        }
    return [_discovered(one) for one in schema] if isinstance(schema, list) else schema


def _discovery_faults(
    schemas: Spec, schema: dict[str, Any], value: Any, where: str
) -> Iterator[str]:
    """Types and enumerations; `int64` is text in proto-JSON."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].removeprefix("#/")]
    kinds = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    if not isinstance(value, kinds.get(schema.get("type", ""), object)):
        yield f"`{where}` is a {type(value).__name__}, not a {schema['type']}"
    elif schema.get("enum") and value not in schema["enum"]:
        yield f"`{where}` is none of its words"
    elif isinstance(value, list):
        for element in value:
            yield from _discovery_faults(schemas, schema["items"], element, where)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                described = schema["properties"][name]
                yield from _discovery_faults(schemas, described, inner, f"{where}.{name}")


def meta_ads(spec: Spec, sent: Sent) -> Iterator[str]:
    path = re.fullmatch(r"/v\d+\.\d/(?P<node>act_\d+|\d+)(/(?P<edge>\w+))?", sent.path)
    if path is None:
        yield f"path {sent.path}"
        return
    kind = "AdAccount" if path["node"].startswith("act_") else "AdReportRun"
    node = spec["nodes"][kind]
    asked = {**dict(sent.query), **(sent.body or {})}
    fields, params = node["fields"], set[str]()
    if not path["edge"] and sent.method != "GET":
        yield f"{kind} is read by GET, not by {sent.method}"
    if path["edge"]:
        edges = [
            edge for edge in node["edges"]
            if edge["method"] == sent.method and edge.get("endpoint") == path["edge"]
        ]  # fmt: skip
        if not edges:
            yield f"{kind} has no edge {sent.method} {path['edge']}"
            return
        # Starting a report answers its run, and names the fields of the report.
        of = "AdsInsights" if path["edge"] == "insights" else edges[0]["return"]
        fields = spec["nodes"][of]["fields"]
        params = {parameter["name"] for parameter in edges[0]["params"]}
        yield from _meta_words(spec, edges[0], asked)
    yield from (f"unknown parameter `{name}`" for name in set(asked) - params - GRAPH_WORDS)
    named = {field["name"] for field in fields}
    wanted = re.sub(r"\{[^}]*\}", "", asked.get("fields", "")).split(",")
    yield from (f"no field `{field}`" for field in wanted if field and field not in named)


def _meta_words(spec: Spec, edge: dict[str, Any], asked: dict[str, Any]) -> Iterator[str]:
    """Values of parameters that are enumerations."""
    for parameter in edge["params"]:
        enum = spec["enums"].get(re.sub(r"^list<(.+)>$", r"\1", parameter["type"]))
        if parameter["name"] not in asked or not enum:
            continue
        text = str(asked[parameter["name"]])
        words = json.loads(text) if text.startswith("[") else [text]
        yield from (f"`{parameter['name']}`: no word `{word}`" for word in words
                    if word not in enum)  # fmt: skip


def quickbooks(spec: Spec, sent: Sent) -> Iterator[str]:
    path = r"/v3/company/\d+/(query|cdc|reports/ProfitAndLoss)"
    if not re.fullmatch(path, sent.path) or sent.method != "GET":
        yield f"no operation {sent.method} {sent.path}"
        return
    asked = dict(sent.query)
    if "/reports/" in sent.path:
        known = {"start_date", "end_date", "accounting_method", "summarize_column_by"}
        yield from (f"unknown parameter `{n}`" for n in set(asked) - known - {"minorversion"})
        return
    known = {"query", "minorversion", "entities", "changedSince"}
    yield from (f"unknown parameter `{name}`" for name in set(asked) - known)
    if "query" not in asked:
        return
    text = asked["query"]
    if re.fullmatch(r"SELECT count\(\*\) FROM \w+", text):
        return
    parts = re.fullmatch(
        r"SELECT \* FROM (?P<of>\w+)( WHERE (?P<where>.+))? ORDERBY (?P<by>[\w.]+) ASC "
        r"STARTPOSITION (?P<start>\d+) MAXRESULTS (?P<size>\d+)", text,
    )  # fmt: skip
    if parts is None:
        yield f"no query: {text}"
        return
    if not (int(parts["start"]) >= 1 and 1 <= int(parts["size"]) <= 1000):
        yield "position or size out of bounds"
    # Bills and journal entries are not in the trimmed document; their common part is.
    entity = spec["$defs"].get(parts["of"], spec["$defs"]["Invoice"])
    conditions = re.findall(r"([\w.]+) (?:=|<=|>=|<|>|IN) ", parts["where"] or "")
    for field in [parts["by"], *conditions]:
        if field.partition(".")[0] not in entity["properties"]:
            yield f"`{parts['of']}` has no field `{field}`"


def find_sobject(name: str) -> list[dict[str, Any]]:
    """The fields of an object of Salesforce; none for an unknown one."""
    described = load_json_spec("salesforce.sobjects.json")["sobjects"].get(name)
    return described["fields"] if described else SOBJECTS_BESIDE.get(name, [])


def salesforce(spec: Spec, sent: Sent) -> Iterator[str]:
    path = re.fullmatch(
        r"/services/data/v\d+\.0/(sobjects/(?P<of>\w+)/describe|(?P<what>query|queryAll)(/\w+-\d+)?"
        r"|jobs/query(/\w+)?(?P<results>/results)?)", sent.path,
    )  # fmt: skip
    if path is None:
        yield f"no operation {sent.method} {sent.path}"
        return
    # A job is started, read, aborted and deleted; everything else is only read.
    is_job = "/jobs/query" in sent.path and not path["results"]
    if sent.method not in (("POST", "GET", "PATCH", "DELETE") if is_job else ("GET",)):
        yield f"no operation {sent.method} {sent.path}"
    if path["of"] and not find_sobject(path["of"]):
        yield f"no object `{path['of']}`"
    known = {"q"} if path["what"] else {"maxRecords", "locator"} if path["results"] else set()
    yield from (f"unknown parameter `{name}`" for name, _ in sent.query if name not in known)
    body = sent.body or {}
    yield from (f"unknown field `{name}`" for name in set(body) - JOB_FIELDS - {"state"})
    text = dict(sent.query).get("q") or body.get("query")
    parts = (
        re.match(r"SELECT (.+) FROM (\w+)(?: WHERE (.+))?$", text.partition(" LIMIT ")[0])
        if text
        else None
    )
    if text and parts is None:
        yield f"no SOQL: {text[:80]}"
    if parts:
        fields = {field["name"] for field in find_sobject(parts[2])}
        # Of orgs with several currencies, and of objects with record types.
        fields |= {"CurrencyIsoCode", "RecordTypeId"}
        asked = [*parts[1].split(", "), *re.findall(r"(\w+) (?:=|<=|>=|<|>) ", parts[3] or "")]
        yield from (f"`{parts[2]}` has no field `{field}`" for field in asked
                    if field not in fields and not field.endswith(("__c", "__pc")))  # fmt: skip


def erpnext(spec: Spec, sent: Sent) -> Iterator[str]:
    if (sent.method, sent.path) == ("GET", "/api/method/frappe.client.get_time_zone"):
        yield from (f"unknown parameter `{name}`" for name, _ in sent.query)
        return
    doctype = sent.path.removeprefix("/api/resource/")
    if doctype not in spec["doctypes"] or sent.method != "GET":
        yield f"no operation {sent.method} {sent.path}"
        return
    asked = dict(sent.query)
    known = {"fields", "filters", "or_filters", "order_by", "limit_start", "limit_page_length",
             "parent"}  # fmt: skip
    yield from (f"unknown parameter `{name}`" for name in set(asked) - known)
    described = spec["doctypes"][doctype]
    names = {field["fieldname"] for field in described["fields"]} | ERP_STANDARD
    used = [one[0] for key in ("filters", "or_filters") for one in json.loads(asked.get(key, "[]"))]
    used += [part.split()[0] for part in asked.get("order_by", "").split(",") if part]
    used += [field for field in json.loads(asked.get("fields", "[]")) if field != "*"]
    yield from (f"`{doctype}` has no field `{field}`" for field in used if field not in names)
    if described["istable"] and asked.get("parent") not in spec["doctypes"]:
        yield "child rows without `parent`"


def shopify(schema: graphql.GraphQLSchema, sent: Sent) -> Iterator[str]:
    if re.fullmatch(r"/bulk/\d+\.jsonl", sent.path):
        return  # a signed address on another host
    if (sent.method, sent.path, sent.query) != ("POST", "/admin/api/2026-07/graphql.json", ()):
        yield f"no operation {sent.method} {sent.path}"
        return
    yield from (f"unknown field `{n}`" for n in set(sent.body) - {"query", "variables"})
    document = graphql.parse(sent.body["query"])
    errors = _validate(schema, sent.body["query"])
    yield from errors
    for operation in document.definitions:
        if not errors and isinstance(operation, graphql.OperationDefinitionNode):
            found = graphql.execution.values.get_variable_values(
                schema, operation.variable_definitions, sent.body.get("variables") or {}
            )
            yield from (error.message for error in found if isinstance(found, list))
            if isinstance(found, dict):
                defined = {one.variable.name.value for one in operation.variable_definitions}
                yield from (f"unknown variable `{v}`" for v in
                            set(sent.body.get("variables") or {}) - defined)  # fmt: skip


@cache
def _validate(schema: graphql.GraphQLSchema, text: str) -> tuple[str, ...]:
    """A bulk query lies as text inside another one, and is valid for itself."""
    errors = graphql.validate(schema, graphql.parse(text))
    return tuple(error.message for error in errors)
