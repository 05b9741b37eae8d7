"""One tenant's file reaches that tenant only: an attack for every option that reaches somewhere.

The attacker may edit one tenant's YAML. A new option that names a file, a program, a host or a
connection must say so (`reach`), and must have an attack here.
"""

from pathlib import Path
from typing import Any, get_args

import pytest

from include.config import connector_spec
from include.config.connector_spec import Connector, Option
from include.config.load import load_tenant
from include.core import naming
from tests.shipped import load_known_connectors

CONNECTORS = load_known_connectors()

# Options of text, lists and mappings that lead nowhere: what they are instead. All of them, since a
# new one may lead somewhere under any name.
LEADS_NOWHERE = {
    ("ecommerce_csv", "delimiter"): "a character",
    ("ecommerce_csv", "encoding"): "a codec's name",
    ("erpnext", "timezone"): "a time zone; zoneinfo takes no path out of its folder",
    ("files", "dates"): "one of two words",
    ("files", "delimiter"): "a character",
    ("files", "encoding"): "a codec's name",
    ("files", "ignore"): "patterns of names found in the folder",
    ("google_ads", "api_version"): "a part of the vendor's path",
    ("google_ads", "customer_ids"): "numbers inside the vendor's path",
    ("google_ads", "login_customer_id"): "a number in a header",
    ("google_ads", "reports"): "names of fields",
    ("google_analytics", "reports"): "names of fields",
    ("meta_ads", "api_version"): "a part of the vendor's path",
    ("meta_ads", "reports"): "names of fields",
    ("quickbooks_csv", "dates"): "one of two words",
    ("quickbooks_csv", "encoding"): "a codec's name",
    ("rest", "rate_limit"): "numbers",
    ("salesforce", "bulk"): "one of three words",
    ("shopify", "bulk"): "one of three words",
    ("sql", "cursor_columns"): "names inside the database",
    ("sql", "exclude"): "names inside the database",
    ("sql", "include"): "names inside the database",
    ("sql", "timezone"): "a time zone; zoneinfo takes no path out of its folder",
    ("webhook", "digest"): "one of three words",
    ("webhook", "encoding"): "one of two words",
    ("webhook", "header"): "a header of the request",
    ("webhook", "prefix"): "the beginning of a header",
    ("webhook", "signed"): "what is signed",
    ("webhook", "timestamp"): "a place inside the request",
    ("webhook", "url"): "what senders sign; nobody asks it",
    ("webhook", "verify"): "one of some words",
    ("files", "after"): "one of three words",
    ("files", "settle_seconds"): "a number",
    ("files", "streams"): "patterns below the folder; names of files found in it are matched",
    ("sql", "schema"): "a name inside the database",
    ("sql", "streams"): "tables and queries inside the database; sqlite cannot attach others",
    ("rest", "version"): "words for people",
    ("rest", "headers"): "names and values; a Host header is sent to the same address",
    ("rest", "paginator"): "names of parameters",
    ("rest", "records_path"): "a place inside the answer",
    ("rest", "streams"): "paths below base_url; an address of another host is refused",
    ("google_analytics", "property_id"): "a number inside the vendor's path",
    ("meta_ads", "account_ids"): "numbers inside the vendor's path",
    ("quickbooks", "realm_id"): "a number inside the vendor's path",
    ("webhook", "event_id"): "a place inside the request",
    ("webhook", "event_type"): "a place inside the request",
    ("webhook", "occurred_at"): "a place inside the request",
    ("webhook", "streams"): "names of events",
    ("salesforce", "custom_fields"): "yes or no",
    **{
        (tool, name): why
        for tool in ("singer", "airbyte")
        for name, why in {
            "secrets": "fields of the feed's own connection",
            "start_date_field": "a place inside config",
            "streams": "names of the program's streams",
            "discover": "yes or no",
            "keeps_config": "yes or no",
            "silence_s": "a number",
            "catalog_flag": "one word on the program's command line",
            "catalog_minutes": "a number",
        }.items()
    },
}
PATHS = ("/etc/passwd", "/etc", "../other/in", "data/../../x", "file:///etc", "in/\0x")
URLS = ("http://127.0.0.1:8080/v1", "https://10.0.0.7", "http://[::1]/", "http://2130706433/",
        "http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::7f00:1]/")  # fmt: skip
# What is tried on an option by its `reach`; a new connector's options are attacked by themselves.
BY_REACH: dict[str, tuple[Any, ...]] = {
    "path": PATHS,
    "place": (
        *PATHS,
        "s3://other__feed@b/in",
        "s3://aws_default@b",
        "s3://{t}__privacy@b",
        "s3://{t}__Privacy@b",
        "s3://{t}__x%2f..%2fother@b",
    ),
    "below": ("/etc", "../elsewhere", "a/../../b", "s3://b/x"),
    "host": URLS,
    "login": tuple({"kind": "oauth2", "token_url": url} for url in URLS),
}
# Programs -> values that must be refused, by option.
PROGRAMS: dict[str, tuple[Any, ...]] = {
    "package": ("evil", "git+https://evil.example/x", "./evil", "tap-good @ file:///x",
                "--index-url=https://evil.example tap-good"),
    "with": (["evil"], ["-r/etc/passwd"]),
    "python": ("/tmp/python", "python3"),
    "executable": ("/bin/sh", "sh", "../tap", "bin/../../x"),
    "arguments": (["-c", "id"],),
    "environment": ({"LD_PRELOAD": "x.so"}, {"PYTHONPATH": "/tmp"}, {"PATH": "/tmp"},
                    {"https_proxy": "http://x"}),
    "config": ({"path": "/etc/passwd"},),
}  # fmt: skip
ATTACKS: dict[tuple[str, str], tuple[Any, ...]] = {
    (connector.connector, name): PROGRAMS.get(name, ())
    if option.reach == "program"
    else BY_REACH[option.reach]
    for connector in CONNECTORS.values()
    for name, option in connector.options.items()
    if option.reach not in (None, "nothing")
}
PACKAGE_FIRST = {"with", "python", "environment"}


def _options() -> dict[tuple[str, str], Option]:
    return {
        (connector.connector, name): option
        for connector in CONNECTORS.values()
        for name, option in connector.options.items()
    }


def test_an_option_that_leads_somewhere_says_so() -> None:
    """A new option has a `reach`, which is attacked, or a reason: whatever it is called.

    By the words of its name and description alone, `mirror: Second copy.` would have passed.
    """
    options = _options()
    assert len(options) > 60
    silent = [
        key
        for key, option in options.items()
        if option.reach is None
        and option.type in ("text", "list", "mapping")
        and key not in LEADS_NOWHERE
    ]
    assert not silent, f"give these a `reach` in connector.yaml, or a reason here: {silent}"


def test_every_option_that_reaches_has_an_attack() -> None:
    """A new program's option has none by itself: write one above."""
    assert len(ATTACKS) > 20
    assert [key for key, values in ATTACKS.items() if not values] == []
    assert set(get_args(connector_spec.Reach)) == {*BY_REACH, "program", "nothing"}


def _problems(tmp_path: Path, connector: Connector, options: dict[str, Any], **more: Any) -> str:
    import yaml

    feed = {"connector": connector.connector, "start_date": "2025-01-01", "options": options}
    data = {"tenant": "mallory", "name": "M", "owner": "m", "feeds": {"one": feed}, **more}
    path = tmp_path / "mallory.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True))
    _tenant, problems = load_tenant(path, CONNECTORS)
    return "\n".join(str(problem) for problem in problems)


@pytest.fixture
def walls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has allowed nothing but one tap."""
    for name in ("ELT_ALLOWED_HOSTS", "ELT_FILES_SHARED", "ELT_FILES_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ELT_ALLOWED_PROGRAMS", "tap-good")


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    ("connector", "option", "value"),
    [(*key, value) for key, values in sorted(ATTACKS.items()) for value in values],
)
def test_an_attack_is_refused_when_the_file_is_validated(
    connector: str, option: str, value: Any, tmp_path: Path
) -> None:
    value = value.format(t="mallory") if isinstance(value, str) else value
    options = {option: value}
    if option in PACKAGE_FIRST:
        options["package"] = "tap-good"
    elif option in ("arguments", "config"):
        options["executable"] = "/bin/sh"
    problems = _problems(tmp_path, CONNECTORS[connector], options)
    refusals = ("Expected a path below", "not public", "not this tenant's", "may not be run",
                "leads out of", "control character", "which code runs", "is a path")  # fmt: skip
    assert any(words in problems for words in refusals), problems


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    "connection", ["other__warehouse", "metadata", "warehouse2", "mallory__privacy", "mallory__"]
)
def test_a_destination_is_the_tenants_own_or_the_platforms(connection: str, tmp_path: Path) -> None:
    destination = {"kind": "postgres", "connection": connection}
    problems = _problems(tmp_path, CONNECTORS["stripe"], {}, destination=destination)
    assert "not this tenant's" in problems


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    "connection",
    ["other__alerts", "warehouse", "platform__mail", "mallory__privacy", "mallory__PRIVACY",
     "mallory__prıvacy", "mallory__x/../../other__stripe", "mallory__one", "mallory__",
     "airflow_metadata"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["webhook", "mail", "slack", "pagerduty", "opsgenie", "apprise"])
def test_a_channel_has_a_connection_of_its_own(kind: str, connection: str, tmp_path: Path) -> None:
    """Its secret goes to the receiver: a pager would be sent the salt, or a feed's token."""
    channel = {"kind": kind, "connection": connection, "to": "a@b.example"}
    problems = _problems(tmp_path, CONNECTORS["stripe"], {}, alerts={"channels": {"team": channel}})
    assert "not this tenant's" in problems or "login of something else" in problems


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("name", ["privacy", "warehouse", "one"])
def test_a_channels_name_leads_to_no_other_connection(name: str, tmp_path: Path) -> None:
    """Without `connection` a channel `privacy` was sent the salt as its key: its name made it."""
    problems = _problems(
        tmp_path, CONNECTORS["stripe"], {}, alerts={"channels": {name: {"kind": "pagerduty"}}}
    )
    assert "not this tenant's" in problems or "login of something else" in problems


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("name", sorted(naming.RESERVED_TENANTS))
def test_a_tenant_cannot_take_a_name_that_means_something(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yaml"
    feeds = "feeds: {stripe: {start_date: 2025-01-01}}"
    path.write_text(f"tenant: {name}\nname: M\nowner: m\n{feeds}\n")
    assert "uses itself" in str(load_tenant(path, CONNECTORS)[1])


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("name", sorted(naming.RESERVED_FEEDS))
def test_a_feed_cannot_take_a_name_that_means_something(name: str, tmp_path: Path) -> None:
    """A feed `privacy` read the tenant's salt as its password and sent it as a bearer token."""
    path = tmp_path / "mallory.yaml"
    path.write_text(
        "tenant: mallory\nname: M\nowner: m\n"
        f"feeds: {{{name}: {{connector: stripe, start_date: 2025-01-01}}}}\n"
    )
    assert "the platform's own connection" in str(load_tenant(path, CONNECTORS)[1])


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize(
    ("connector", "options"),
    [
        ("files", {"path": "in"}),
        ("files", {"path": "data/mallory/in"}),
        ("files", {"path": ".local/sandbox/mallory/in"}),
        ("files", {"path": "s3://mallory__store@bucket/in"}),
        ("sql", {"path": "books.sqlite"}),
        ("singer", {"package": "tap-good==2.0.1", "python": "3.11"}),
        ("singer", {"package": "Tap_Good[extra]>=2"}),
    ],
)
def test_what_is_the_tenants_own_passes(
    connector: str, options: dict[str, Any], tmp_path: Path
) -> None:
    assert _problems(tmp_path, CONNECTORS[connector], options) == ""
