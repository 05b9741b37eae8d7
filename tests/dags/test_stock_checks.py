"""Airflow's own check operators beside ours: one connection, one table, each finds the bad row."""

import json
from urllib.parse import urlsplit

import psycopg
import pytest
from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator
from airflow.sdk.exceptions import AirflowException

CONNECTION = "shop__warehouse"
CHECKS = {
    "has_rows": {"check_statement": "count(*) >= 2"},
    "no_negative_total": {"check_statement": "min(total) >= 0"},
}


@pytest.fixture
def orders(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A table of two good orders, and the connection that leads to it."""
    url = urlsplit(warehouse)
    fields = {
        "conn_type": "postgres",
        "host": url.hostname,
        "port": url.port,
        "login": url.username,
        "password": url.password or "",
        "schema": url.path.strip("/"),
    }
    monkeypatch.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", json.dumps(fields))
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("drop table if exists stock_orders")
        connection.execute(
            "create table stock_orders as select 1 as id, 5 as total union select 2, 7"
        )
    return warehouse


def build_check() -> SQLTableCheckOperator:
    return SQLTableCheckOperator(
        task_id="stock", conn_id=CONNECTION, table="stock_orders", checks=CHECKS
    )


def test_the_stock_operator_passes_and_fails_on_our_connection(orders: str) -> None:
    build_check().execute({})
    with psycopg.connect(orders, autocommit=True) as connection:
        connection.execute("insert into stock_orders values (3, -1)")
    with pytest.raises(AirflowException, match="no_negative_total"):
        build_check().execute({})
