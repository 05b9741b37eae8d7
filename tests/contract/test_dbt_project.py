"""What every dbt model owes: a yml beside it, a grain, keys, a contract, a unit test."""

import re
from functools import cache
from typing import Any

import pytest
from sqlglot import exp

from include.config.connector_spec import Connector
from include.config.declared_api import declares_api
from include.config.models import Feed
from include.config.settings import ROOT
from include.core import naming
from tests.contract.dbt_models import MODELS as DBT_MODELS
from tests.contract.source_tree import load_yml
from tests.shipped import load_demo_platform, load_known_connectors

PROJECT = ROOT / "dbt"
MODELS = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
SNAPSHOTS = PROJECT / "snapshots"
CONNECTORS: dict[str, Connector] = load_known_connectors()
MARTS = sorted(
    name for name, path in MODELS.items() if "marts" in path.parts and path.parent.name != "bi"
)
UNIONED = sorted(name for name in MODELS if re.fullmatch(r"int_\w+__unioned", name))
STREAMS = sorted(
    (name, stream) for name, connector in CONNECTORS.items() for stream in connector.streams
)
OWN_APIS = [feed for feed in load_demo_platform().feeds if declares_api(feed.connector)]


def load_model_yml(model: str) -> dict[str, Any]:
    return load_yml(MODELS[model].with_suffix(".yml"))


def load_model(model: str) -> dict[str, Any]:
    return next(entry for entry in load_model_yml(model)["models"] if entry["name"] == model)


def build_code(model: str) -> str:
    """The model's SQL without comments."""
    text = MODELS[model].read_text(encoding="utf-8")
    return re.sub(r"--[^\n]*|\{#.*?#\}", "", text, flags=re.S)


def test_something_was_found() -> None:
    assert len(CONNECTORS) >= 6
    assert len(STREAMS) >= 25
    assert OWN_APIS
    assert len(MARTS) >= 12
    assert len(UNIONED) >= 7
    assert not list(PROJECT.rglob("__init__.py")), "it would shadow dbt-core"


@pytest.mark.parametrize("model", MODELS)
def test_model_has_its_yml_and_grain(model: str) -> None:
    entry = load_model(model)
    assert entry["description"].startswith("One row per ")
    assert len(load_model_yml(model)["models"]) == 1


@pytest.mark.parametrize("model", MARTS + UNIONED)
def test_mart_has_types_and_a_key(model: str) -> None:
    entry = load_model(model)
    columns = entry["columns"]
    assert all(column.get("data_type") for column in columns)
    keys = [c["name"] for c in columns if "is_row_key" in _plain_tests(c)]
    assert len(keys) == 1
    if model in UNIONED:  # marts have it from dbt_project.yml
        assert entry["config"]["contract"] == {"enforced": True}


def _plain_tests(column: dict[str, Any]) -> set[str]:
    return {test for test in column.get("data_tests", []) if isinstance(test, str)}


def test_marts_enforce_contracts() -> None:
    project = load_yml(PROJECT / "dbt_project.yml")
    assert project["models"]["elt"]["marts"]["+contract"] == {"enforced": True}
    overridden = [m for m in MARTS if "contract" in load_model(m).get("config", {})]
    assert overridden == []


@pytest.mark.parametrize("model", [mart for mart in MARTS if mart.startswith("fct_")])
def test_facts_are_found_by_their_day(model: str) -> None:
    """A dashboard asks for a month; without an index PostgreSQL reads all years for it."""
    entry = load_model(model)
    if model == "fct_customer_lifetime_value":  # a row per person, as of now
        return
    kinds = {column["name"]: str(column["data_type"]) for column in entry["columns"]}
    [index] = entry["config"]["indexes"]
    [day] = index["columns"]
    assert kinds[day] == "date" or "timestamp" in kinds[day]


@pytest.mark.parametrize("model", [*MARTS, *UNIONED])
def test_money_is_exact(model: str) -> None:
    for column in load_model(model)["columns"]:
        assert not re.search(r"float|double|real", column["data_type"])
        if column["name"].endswith("_amount"):
            assert column["data_type"] == "{{ var('types')[target.type].amount }}"


@pytest.mark.parametrize(("connector", "stream"), STREAMS)
def test_stream_has_source_and_staging(connector: str, stream: str) -> None:
    model = naming.staging_model(connector, stream)
    folder = PROJECT / "models" / "staging" / connector
    assert MODELS[model].parent == folder
    assert f"source('{connector}', '{stream}')" in MODELS[model].read_text(encoding="utf-8")
    tables = _load_source(connector)
    assert stream in tables
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("stg_*.sql"))
    for child in CONNECTORS[connector].streams[stream].children:
        assert naming.child_table(stream, child) in tables
        assert f"source('{connector}', '{naming.child_table(stream, child)}')" in code, child


@pytest.mark.parametrize("feed", OWN_APIS, ids=lambda feed: feed.dag_id)
def test_streams_of_a_tenants_own_api_have_source_and_staging(feed: Feed) -> None:
    connector, tenant = feed.connector.connector, feed.tenant.id
    own = naming.own_staging(connector, tenant)
    for stream in feed.streams:
        model = MODELS[naming.staging_model(own, stream)]
        assert model.parent == PROJECT / "models" / "staging" / connector / tenant
        assert f"source('{own}', '{stream}')" in model.read_text(encoding="utf-8")
        assert stream in _load_source(connector, tenant)


def _load_source(connector: str, tenant: str | None = None) -> set[str]:
    name = naming.own_staging(connector, tenant) if tenant else connector
    folder = PROJECT / "models" / "staging" / connector / (tenant or "")
    path = folder / f"_{name}__sources.yml"
    (source,) = load_yml(path)["sources"]
    assert source["name"] == name
    assert source["schema"] == "{{ var('tenant') }}_raw_" + connector
    return {table["name"] for table in source["tables"]}


def test_no_staging_without_a_connector() -> None:
    folders = {path.name for path in (PROJECT / "models" / "staging").iterdir() if path.is_dir()}
    # A connector whose feeds define the streams has a folder only once a tenant wrote models.
    optional = {name for name, connector in CONNECTORS.items() if connector.streams_from_feed}
    assert folders - optional == set(CONNECTORS) - optional


@pytest.mark.parametrize("connector", CONNECTORS)
def test_concepts_have_their_conformed_model(connector: str) -> None:
    declared = {naming.conformed_model(connector, c) for c in CONNECTORS[connector].concepts}
    found = {model for model in MODELS if model.startswith(f"stg_{connector}__conformed_")}
    assert found == declared
    for concept in CONNECTORS[connector].concepts:
        code = build_code(naming.conformed_model(connector, concept))
        assert f"conform('{concept}', " in code
        assert f"int_{concept}__unioned" in UNIONED


def test_no_package_is_needed() -> None:
    assert not (PROJECT / "packages.yml").exists()
    assert not (PROJECT / "dependencies.yml").exists()


def test_no_lint_rule_is_excluded() -> None:
    # `make lint` runs sqlfluff itself; a rule switched off would make that mean nothing.
    text = (ROOT / ".sqlfluff").read_text(encoding="utf-8")
    assert not re.search(r"exclude_rules|^ignore\s*=|warnings\s*=", text, flags=re.M)
    assert not [m for m, path in MODELS.items() if "noqa" in path.read_text(encoding="utf-8")]


KEY_TESTS = {"is_key", "is_row_key", "unique_together"}


@cache
def find_readers() -> dict[str, set[str]]:
    """Model -> the models that read it, through a snapshot too."""
    kept = {
        path.stem: re.findall(r"ref\('(\w+)'\)", path.read_text(encoding="utf-8"))
        for path in SNAPSHOTS.glob("*.yml")
    }
    readers: dict[str, set[str]] = {}
    for name, model in DBT_MODELS.items():
        for table in model.statement.find_all(exp.Table):
            for read in (table.name, *kept.get(table.name, ())):
                if read in DBT_MODELS and read != name:
                    readers.setdefault(read, set()).add(name)
    return readers


def find_judge(model: str) -> str | None:
    """The nearest model, itself first, whose rows a test of the key judges."""
    seen, queue = {model}, [model]
    while queue:
        name = queue.pop(0)
        if KEY_TESTS & {test for _, test, _ in DBT_MODELS[name].data_tests()}:
            return name
        fresh = find_readers().get(name, set()) - seen
        seen |= fresh
        queue += sorted(fresh)
    return None


@pytest.mark.parametrize("model", MODELS)
def test_every_models_rows_are_judged(model: str) -> None:
    """By a test of its own key or of what is made of it: a row that doubles is found in any build.

    A view of people is not read by any model: it is one mart, joined to what has one row a key.
    """
    if MODELS[model].parent.name == "bi":
        read = {t.name for t in DBT_MODELS[model].statement.find_all(exp.Table)} & DBT_MODELS.keys()
        assert read
        assert all(find_judge(one) == one for one in read)
    else:
        assert find_judge(model)
