"""Every field of a tenant's file that takes words, and what holds it: none goes by unseen."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from include import config
from include.config.spec import Spec

# Every field of a tenant's file that takes words of any kind -> what holds them. Settings, names of
# things that are matched against what there is, and words for people lead nowhere.
PEOPLE = "words for people"
SOURCE = "inside the source's own answer, file or database"
SQL = "a literal in SQL that runs as the tenant's own login"
FIELDS = {
    ("TenantFile", "name"): PEOPLE,
    ("TenantFile", "owner"): PEOPLE,
    ("TenantFile", "timezone"): "a time zone; zoneinfo takes no path out of its folder",
    ("TenantFile", "checks"): "TenantCheck",
    ("TenantFile", "feeds"): "FeedFile",
    ("Revenue", "same_books"): "names of feeds of the tenant's own",
    ("FeedFile", "connector"): "a folder's name, looked up among those that were found",
    ("FeedFile", "options"): "attacked in test_reach.py",
    ("FeedFile", "concepts"): "MappedConcept; names of columns and ColumnForm",
    ("FeedFile", "owner"): PEOPLE,
    ("FeedFile", "schedule"): "one of some words, or five fields of numbers",
    ("FeedFile", "sweep_schedule"): "one of some words, or five fields of numbers",
    ("FeedFile", "stream_settings"): "StreamSettings",
    ("StreamSettings", "fields"): "names of fields, test_config_further_fields.py",
    ("Report", "dimensions"): "names of fields, test_config_reports.py",
    ("Report", "metrics"): "names of fields, test_config_reports.py",
    ("Report", "description"): PEOPLE,
    ("Destination", "connection"): "attacked in test_reach.py",
    ("Alerts", "contacts"): "addresses; written to by the platform's own mail server at most",
    ("Alerts", "channels"): "Channel",
    ("Channel", "connection"): "attacked in test_reach.py and in test_config_alerts.py",
    ("Channel", "to"): "addresses of mail, or a channel of Slack; test_config_alerts.py",
    ("Route", "owner"): "matched against owners",
    ("Maintenance", "because"): PEOPLE,
    ("Attribution", "campaigns"): SQL,
    ("CheckSpec", "why"): PEOPLE,
    ("CheckSpec", "values"): SQL,
    ("CheckSpec", "pattern"): SQL,
    ("CheckSpec", "to"): "a table by name, of this tenant; its login sees no other's",
    ("ColumnForm", "column"): "a name; looked up among the stream's columns",
    ("ColumnForm", "value"): SQL,
    ("ColumnForm", "values"): SQL,
    ("ColumnForm", "prefix"): SQL,
    ("Identity", "overrides"): "Override",
    ("Override", "who"): PEOPLE,
    ("Override", "why"): PEOPLE,
    ("Api", "base_url"): "attacked in test_reach.py",
    ("Api", "version"): PEOPLE,
    ("Api", "headers"): "names and values; a Host header is sent to the same address",
    ("Api", "records_path"): SOURCE,
    ("Auth", "name"): "a header's name",
    ("Auth", "token_url"): "attacked in test_reach.py",
    ("Auth", "scopes"): "sent to token_url",
    ("Auth", "form"): "sent to token_url",
    ("Stream", "path"): "below base_url",
    ("Stream", "params"): "query parameters",
    ("Stream", "body"): "sent to path",
    ("Stream", "records_path"): SOURCE,
    ("Stream", "events"): "patterns of names of events",
    ("Stream", "delete_events"): "patterns of names of events",
    ("Stream", "files"): "patterns below the folder",
    ("Stream", "sheet"): SOURCE,
    ("Stream", "table"): SOURCE,
    ("Stream", "schema"): SOURCE,
    ("Stream", "query"): SOURCE,
    ("Stream", "delimiter"): "a character",
    ("Stream", "encoding"): "a codec's name",
    ("Stream", "columns"): "Column",
    ("Stream", "children"): "Child",
    ("Stream", "description"): PEOPLE,
    ("Child", "path"): SOURCE,
    ("Child", "more_path"): SOURCE,
    ("Child", "url_path"): "where the record holds an address; of the same host or refused",
    ("Child", "columns"): "Column",
    ("Column", "path"): SOURCE,
    ("Column", "header"): "spellings",
    ("Column", "format"): "how a date is written",
    ("Cursor", "param"): "a query parameter",
    ("Cursor", "end_param"): "a query parameter",
    ("Cursor", "why"): PEOPLE,
    ("Parent", "keep"): SOURCE,
    **{
        ("Paginator", name): "a query parameter, or " + SOURCE
        for name in ("size_param", "param", "next_path", "more_path", "last_path", "total_path")
    },
}
# What only connector.yaml says, or what is computed.
NOT_THE_TENANTS = {"Connector", "Consent", "Option", "ReportRules", "FurtherFields", "Source",
                   "Speaker", "TenantCheck",
                   # TenantFile, whose fields have their reasons, as the console keeps it.
                   "RegisteredTenant"}  # fmt: skip


def _every_model() -> Iterator[type[Spec]]:
    """Every kind of block: those a tenant's file is read with one by one are not in its schema."""
    for module in pkgutil.walk_packages(config.__path__, "include.config."):
        import_module(module.name)
    waiting = list(Spec.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith("include.") and model.__name__ not in NOT_THE_TENANTS:
            yield model


def _takes_words(schema: Any) -> bool:
    """Whether a value of this JSON schema may hold a text that nothing bounds."""
    if not isinstance(schema, dict):
        return bool(schema)
    if {"$ref", "enum", "const", "pattern", "format"} & schema.keys():
        return False  # another model has lines of its own
    parts = [
        one for key in ("anyOf", "oneOf", "allOf", "prefixItems") for one in schema.get(key, ())
    ]
    if parts:
        return any(_takes_words(one) for one in parts)
    inner = {"array": "items", "object": "additionalProperties"}.get(schema.get("type", ""))
    if inner:
        return _takes_words(schema.get(inner, True))
    return schema.get("type") in (None, "string")


def test_every_field_of_the_file_that_takes_words_has_a_reason() -> None:
    """Only fields of three modules whose names sounded like it were looked at: none of the newer
    blocks (alerts, attribution, concepts, checks) was."""
    found = {
        (model.__name__, name)
        for model in _every_model()
        for name, schema in model.model_json_schema().get("properties", {}).items()
        if _takes_words(schema)
    }
    assert len(found) > 60
    assert found - set(FIELDS) == set(), "say what holds these, and attack them"
    assert set(FIELDS) - found - {("FeedFile", "connector")} == set(), "these are gone"
