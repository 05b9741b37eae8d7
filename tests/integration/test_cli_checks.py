"""`elt checks`: what a person sees of a check, and how one is silenced for a while."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from include import cli
from include.core.clock import utcnow
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.trust import check_results as store
from include.quality.check import CheckContext, CheckOutcome, Dimension, Severity, Status
from include.quality.save import run_save
from tests.integration.cli_case import point_cli_at

CONNECTOR = """\
connector: till
title: A till
kind: rest
streams:
  sales:
    path: /s
    primary_key: [id]
    columns: {id: text, email: {type: text, checks: [{check: not_null, severity: error}]}}
"""
FILE = "tenant: shopco\nname: S\nowner: o\nfeeds: {till: {start_date: 2025-01-01}}\n"
NAME = "till.sales.email_not_null"


@pytest.fixture
def asked(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR)
    (tmp_path / "shopco.yaml").write_text(FILE)
    point_cli_at(tmp_path, warehouse, monkeypatch)
    house = Warehouse(warehouse, tenant_roles=False)
    with house.connect() as connection:
        ddl.run_migrations(connection)
        connection.execute("truncate elt_ops.check_results, elt_ops.check_mutes, elt_ops.scores")
        connection.execute("drop schema if exists shopco_raw_till cascade")
        connection.execute("create schema shopco_raw_till")
        connection.execute(
            "create table shopco_raw_till.sales as select 's' || n as id, "
            "case when n > 3 then 'x@y.example' end as email, 'till' as _feed, "
            "1::bigint as _load_id from generate_series(1, 100) n"
        )
        connection.execute("alter table shopco_raw_till.sales add primary key (_feed, id)")

    def ask(*words: str) -> tuple[int, str, str]:
        code = cli.main(["checks", *words, "--tenant", "shopco"])
        said = capsys.readouterr()
        return code, said.out, said.err

    monkeypatch.setenv("ELT_TENANT_ROLES", "false")
    ask.house = house  # type: ignore[attr-defined]
    return ask


def test_a_failing_check_is_listed_explained_and_muted(asked) -> None:
    code, _, _ = asked("run", "--feed", "till")
    assert code == 5
    code, out, _ = asked("list", "--json")
    rows = json.loads(out)
    (row,) = [one for one in rows if one["check"] == NAME]
    assert (row["state"], row["bad_rows"], row["rows_checked"]) == ("failed", 3, 100)
    assert row["sample"] == ["s1", "s2", "s3"]

    code, out, _ = asked("explain", NAME)
    assert code == 0
    assert f"{NAME}: failed (error, completeness)" in out
    assert "bad rows: 3 of 100" in out
    assert "keys: s1, s2, s3" in out
    assert "points of sales's score" in out

    until = utcnow() + timedelta(days=5)
    mute = ("mute", NAME, "--until", f"{until:%Y-%m-%d}", "--because", "known until then")
    code, out, _ = asked(*mute)
    assert (code, "muted till.sales.email_not_null until" in out) == (0, True)
    with asked.house.connect() as connection:
        latest = store.fetch_latest_checks(connection, "shopco", feed="till")
    muted = [row["check_name"] for row in latest if row["muted_until"]]
    assert muted == ["email_not_null"], "who tells people looks at the newest result"
    code, out, _ = asked("run", "--feed", "till")
    assert "email_not_null" not in out
    code, out, _ = asked("list", "--state", "muted")
    assert NAME in out
    assert f"failed (muted until {until:%Y-%m-%d})" in out
    code, out, _ = asked("explain", NAME)
    assert "known until then" in out
    with asked.house.connect() as connection:
        scores = store.fetch_table_scores(connection, "shopco")
    of_sales = [one for one in scores if one["stream"] == "sales"]
    assert "(muted until" in str(of_sales[-1]["reasons"])

    code, out, _ = asked("unmute", NAME)
    assert "is heard again" in out
    code, _, _ = asked("run", "--feed", "till")
    assert code == 5


def test_what_is_not_there_or_never_ends_is_refused(asked) -> None:
    asked("run", "--feed", "till")
    code, _, err = asked("explain", "till.sales.email_not_nul")
    assert code == 2
    assert f"Did you mean `{NAME}`?" in err
    for until in ("2020-01-01", "2099-01-01"):
        code, _, err = asked("mute", NAME, "--until", until, "--because", "x")
        assert (code, "Expected a day to come" in err) == (2, True)
    code, _, err = asked("mute", NAME, "--until", f"{utcnow():%Y-12-31}", "--because", " ")
    assert code == 2


def test_the_trend_has_each_days_last_result(asked) -> None:
    now = utcnow()
    for back, bad in ((3, 9), (2, 5), (2, 4), (1, 0)):
        status = Status.FAILED if bad else Status.PASSED
        outcome = CheckOutcome(
            "x", Severity.WARN, status, "sales", bad, dimension=Dimension.VALIDITY
        )
        context = CheckContext(now - timedelta(days=back, minutes=bad))
        run_save(asked.house, [outcome], context, layer="raw", tenant="shopco", feed="till")
    _, out, _ = asked("explain", "till.sales.x", "--json")
    trend = json.loads(out)["trend"]
    assert [day["bad_rows"] for day in trend] == [9, 4, 0]
