"""Scaffolded files: house names, and no edit of a person's is ever lost."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from include.config.connector_spec import Connector, Option, Stream
from include.config.tenant.concepts.known import load_concepts
from include.core.errors import ConfigError
from include.scaffold.columns import build_child_columns, build_stream_columns, singular
from include.scaffold.conformed import build_conformed_files
from include.scaffold.connector import Folders, build_connector_files
from include.scaffold.files import NewFile, Written, is_untouched, run_write
from include.scaffold.names import check_new_name
from include.scaffold.staging import build_staging_files
from include.scaffold.tenant import build_tenant_file

SHOP = Connector.model_validate(
    {
        "connector": "shop",
        "title": "Shop",
        "kind": "rest",
        "concepts": ["orders"],
        "streams": {
            "orders": {
                "primary_key": ["id"],
                "columns": {
                    "id": "bigint",
                    "total_amount": "numeric",
                    "customer_id": "text",
                    "paid": "bool",
                    "created": "timestamp",
                    "due_date": "date",
                    "status": "text",
                },
                "children": {"lines": {"path": "lines", "columns": {"id": "text", "qty": "int"}}},
            }
        },
    }
)


WITHOUT_CONCEPTS = SHOP.model_copy(update={"concepts": ()})


def test_columns_follow_the_house_rules() -> None:
    columns = build_stream_columns("orders", SHOP.streams["orders"])
    assert [(c.group, c.sql) for c in columns] == [
        ("ids", "cast(id as {{ type_of('text') }}) as order_id"),
        ("ids", "customer_id"),
        ("text", "status"),
        ("numbers", "total_amount"),
        ("booleans", "paid as is_paid"),
        ("times", "created as created_at"),
        ("times", "due_date as due_on"),
        ("calculated", "_deleted_at is not null as is_deleted"),
    ]


def test_a_source_that_says_what_is_deleted_is_heard_once() -> None:
    """Salesforce has IsDeleted: the generated view had two columns of that name, and no database
    takes that."""

    def staged(kind: str) -> list[str]:
        columns = {"id": {"type": "text"}, "is_deleted": {"type": kind}}
        stream = Stream.model_validate({"primary_key": ["id"], "columns": columns})
        return [column.sql for column in build_stream_columns("orders", stream)]

    assert staged("text")[1:] == [
        "is_deleted as told_deleted", "_deleted_at is not null as is_deleted",
    ]  # fmt: skip
    assert staged("bool") == [
        "id as order_id",
        "coalesce(is_deleted, false) or _deleted_at is not null as is_deleted",
    ]


def test_a_child_starts_with_its_parents_key() -> None:
    columns = build_child_columns("orders", SHOP.streams["orders"], "lines")
    assert [c.sql for c in columns] == [
        "cast(_parent_id as {{ type_of('text') }}) as order_id",
        "_position as line_position",
        "id as line_id",
        "qty",
    ]


@pytest.mark.parametrize(
    ("plural", "one"),
    [("orders", "order"), ("companies", "company"), ("addresses", "address"), ("boxes", "box"),
     ("status", "status"), ("class", "class")],
)  # fmt: skip
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_a_conformed_model_takes_what_it_finds_and_nulls_the_rest() -> None:
    concepts = {
        "orders": [("order_id", "id"), ("total_amount", "amount"), ("email", "text")],
    }
    sql, yml = build_conformed_files(SHOP, Path("x"), concepts)
    assert sql.path == Path("x/stg_shop__conformed_orders.sql")
    selected = sql.text.split("select\n")[1].split("\n    from")[0].splitlines()
    assert selected == [
        "        order_id,",
        "        total_amount,",
        "        _feed,",
        "        _load_id,",
        "        {{ null_of('text') }} as email",
    ]
    assert "One row of the concept orders" in yml.text


def test_an_unknown_concept_names_the_known() -> None:
    with pytest.raises(ConfigError, match="Expected one of: customers"):
        build_conformed_files(SHOP, Path("x"), {"customers": [("customer_id", "id")]})


def test_concepts_are_read_from_dbt_itself(tmp_path: Path) -> None:
    found = load_concepts(Path(__file__).resolve().parents[2] / "dbt")
    assert len(found) >= 5
    assert found["orders"][0] == ("order_id", "id")
    # A second macro holds some: those were unknown to `validate` the day it was split off.
    assert found["touchpoints"][0] == ("touchpoint_id", "id")
    with pytest.raises(ConfigError, match="ELT_DBT_PROJECT_DIR"):
        load_concepts(tmp_path)


def test_a_generated_file_is_renewed_until_someone_edits_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.sql"

    def write(text: str, *, force: bool = False) -> Written:
        return run_write([NewFile(path, text, generated=True)], force=force)[0][1]

    assert write("select 1\n") is Written.CREATED
    assert write("select 1\n") is Written.UNCHANGED
    assert is_untouched(path.read_text())
    assert write("select 2\n") is Written.UPDATED
    path.write_text(path.read_text().replace("select 2", "select 3"))
    assert write("select 4\n") is Written.KEPT
    assert "select 3" in path.read_text()
    assert write("select 4\n", force=True) is Written.UPDATED
    path.write_text("select 5\n")
    assert write("select 6\n") is Written.KEPT


def test_a_file_without_the_mark_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("mine")
    assert run_write([NewFile(path, "theirs")]) == [(path, Written.KEPT)]
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "what", "told"),
    [
        ("My-CRM", "connector", "Try `my_crm`"),
        ("a" * 37, "connector", "Try `" + "a" * 36 + "`"),
        ("My Shop", "tenant", "Try `myshop`"),
        ("x", "tenant", "2 to 21 lower-case letters"),
        ("../etc", "tenant", "Try `etc`"),
    ],
)
def test_a_bad_name_is_refused_with_a_better_one(name: str, what: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_new_name(name, what)
    assert told in str(caught.value)


def test_only_two_folders_are_touched() -> None:
    for kind in ("rest", "files", "python"):
        files = build_connector_files(
            "my_crm",
            kind,
            Folders(Path("c"), Path("d")),
            concepts={},
            with_hooks=True,
        )
        assert len(files) >= 7
        folders = {str(file.path.parent) for file in files}
        assert folders == {"c/my_crm", "d/models/staging/my_crm"}


def test_a_tenant_gets_what_its_connectors_require() -> None:
    needing = SHOP.model_copy(
        update={
            "options": {
                "path": Option(type="text", required=True, description="p"),
                "depth": Option(type="int", required=True, description="d"),
                "other": Option(type="text", description="o"),
            }
        }
    )
    file = build_tenant_file("newco", [needing], tenants_dir=Path("t"), start_date=date(2026, 1, 1))
    assert file.path == Path("t/newco.yaml")
    assert file.text.endswith(
        "feeds:\n  shop:\n    schedule: daily\n    start_date: 2026-01-01\n    options:\n"
        "      depth: 1\n      path: .local/uploads/newco/shop\n"
    )


def test_generated_staging_keeps_the_rules_of_the_shipped_ones() -> None:
    """Key, link to the parent and a description for every column: else `make test` fails for it."""
    files = {
        file.path.name: file.text for file in build_staging_files(WITHOUT_CONCEPTS, Path("x"), {})
    }
    (orders,) = yaml.safe_load(files["stg_shop__orders.yml"])["models"]
    assert orders["data_tests"] == [{"is_key": {"arguments": {"columns": ["_feed", "order_id"]}}}]
    described = {column["name"] for column in orders["columns"] if column["description"]}
    staged = {c.name for c in build_stream_columns("orders", SHOP.streams["orders"])}
    assert described == staged | {"_feed", "_load_id", "_loaded_at"}
    (lines,) = yaml.safe_load(files["stg_shop__order_lines.yml"])["models"]
    links = {c["name"]: c["data_tests"] for c in lines["columns"] if "data_tests" in c}
    wanted = {"to": "ref('stg_shop__orders')", "field": "order_id"}
    assert links == {"order_id": [{"belongs_to": {"arguments": wanted}}]}
