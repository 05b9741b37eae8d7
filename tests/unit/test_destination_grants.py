"""What an administrator is told to run: of the tenant's own things alone, in valid words."""

import json
from pathlib import Path

import pytest
from sqlfluff.core import Linter

from include import cli

TENANT = """\
tenant: newco
name: Newco
owner: me
destination: {kind: KIND, connection: newco__warehouse}
feeds:
  uploads:
    connector: files
    schedule: daily
    start_date: 2026-01-01
    options: {path: data}
"""
KEY = json.dumps({"client_email": "own@p-1.iam.gserviceaccount.com", "private_key": "secret"})
CONNECTIONS = {
    "bigquery": {"project": "p-1", "location": "EU", "keyfile_dict": KEY},
    "snowflake": {"database": "NEWCO", "warehouse": "WH", "role": "R", "private_key_content": "s"},
}


def _ask(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    (tmp_path / "newco.yaml").write_text(TENANT.replace("KIND", kind))
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    return cli.main(["destination", "grants", "--tenant", "newco"])


def test_bigquery_is_told_datasets_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _ask("bigquery", tmp_path, monkeypatch) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "--project PROJECT" in shown[0]
    assert "elt-newco@PROJECT" in shown[1]
    extra = CONNECTIONS["bigquery"]
    monkeypatch.setenv("AIRFLOW_CONN_NEWCO__WAREHOUSE", json.dumps({"extra": extra}))
    assert _ask("bigquery", tmp_path, monkeypatch) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[2:] == [
        "create schema if not exists `p-1`.`newco_raw_files` "
        "options (location = 'EU', max_time_travel_hours = 48);",
        "grant `roles/bigquery.dataEditor` on schema `p-1`.`newco_raw_files` "
        "to 'serviceAccount:own@p-1.iam.gserviceaccount.com';",
    ]
    assert "secret" not in "".join(shown)


def test_snowflakes_statements_are_of_its_grammar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = {"login": "newco_user", "extra": CONNECTIONS["snowflake"]}
    monkeypatch.setenv("AIRFLOW_CONN_NEWCO__WAREHOUSE", json.dumps(connection))
    assert _ask("snowflake", tmp_path, monkeypatch) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-1] == "grant role R to user newco_user;"
    for line in shown:
        parsed = Linter(dialect="snowflake").parse_string(f"{line}\n")
        assert [str(one) for one in parsed.violations] == [], line
        assert parsed.tree is not None and "unparsable" not in parsed.tree.type_set(), line


def test_beside_the_books_nothing_is_to_be_granted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "newco.yaml").write_text(TENANT.replace("destination", "# destination"))
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    assert cli.main(["destination", "grants", "--tenant", "newco"]) == 0
    assert "beside the books" in capsys.readouterr().out
