"""`new-staging` for streams that a tenant's feeds define: declared ones, and those of a folder."""

import shutil
from pathlib import Path

import pytest
import yaml

from include.cli import main
from include.config.settings import ROOT

TENANT = """\
tenant: newco
name: Newco
owner: me
feeds:
  uploads:
    connector: files
    start_date: 2026-01-01
    options: {path: FOLDER}
  toys:
    connector: rest
    start_date: 2026-01-01
    options:
      base_url: https://api.toys.example
      streams:
        boxes: {primary_key: [id], columns: {id: bigint, full: bool}}
"""


@pytest.fixture
def staging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The staging folder of a copy with one tenant."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "prices.csv").write_text("sku,price\na,1.50\nb,2.25\n")
    text = TENANT.replace("FOLDER", str(tmp_path / "uploads"))
    (tmp_path / "tenants" / "newco.yaml").write_text(text)
    shutil.copytree(ROOT / "dbt" / "macros", tmp_path / "dbt" / "macros")
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path / "tenants"))
    monkeypatch.setenv("ELT_DBT_PROJECT_DIR", str(tmp_path / "dbt"))
    return tmp_path / "dbt" / "models" / "staging"


def test_a_declared_api(staging: Path) -> None:
    assert main(["new-staging", "rest", "--tenant", "newco"]) == 0
    folder = staging / "rest" / "newco"
    assert sorted(path.name for path in folder.iterdir()) == [
        "_rest_newco__sources.yml",
        "stg_rest_newco__boxes.sql",
        "stg_rest_newco__boxes.yml",
    ]
    sql = (folder / "stg_rest_newco__boxes.sql").read_text()
    assert "source('rest_newco', 'boxes')" in sql
    assert "full as is_full" in sql
    (source,) = yaml.safe_load((folder / "_rest_newco__sources.yml").read_text())["sources"]
    assert source["schema"] == "{{ var('tenant') }}_raw_rest"


def test_what_lies_in_a_folder(staging: Path) -> None:
    """Nobody declared these columns: the source is asked."""
    assert main(["new-staging", "files", "--tenant", "newco"]) == 0
    sql = (staging / "files" / "newco" / "stg_files_newco__prices.sql").read_text()
    assert "sku" in sql
    assert "price" in sql


def test_edited_files_are_kept(staging: Path) -> None:
    main(["new-staging", "rest", "--tenant", "newco"])
    model = staging / "rest" / "newco" / "stg_rest_newco__boxes.sql"
    model.write_text(model.read_text() + "-- mine\n")
    main(["new-staging", "rest", "--tenant", "newco"])
    assert model.read_text().endswith("-- mine\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rest"], "Tenants with such a feed: newco"),
        (["rest", "--tenant", "newc"], "Did you mean `newco`?"),
        (["webhook", "--tenant", "newco"], "has no stream of `webhook`"),
    ],
)
def test_what_is_missing_is_named(
    staging: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["new-staging", *words]) == 2
    assert message in capsys.readouterr().err
