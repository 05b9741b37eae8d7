"""The warehouse's address keeps its TLS on every way, and its password out of every error."""

import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from include.config.credentials import load_credentials_from_env
from include.core.errors import ConfigError, EltError
from include.ledger.connection import Warehouse
from include.ledger.login.conninfo import build_pg_variables, build_query, parse_conninfo
from include.ledger.login.tenant_login import _build_url
from include.pipeline.dbt.environment import build_dbt_environment

TLS = {
    "sslmode": "verify-full",
    "sslrootcert": "/ca.pem",
    "sslcrl": "/crl.pem",
    "ssl_min_protocol_version": "TLSv1.3",
    "channel_binding": "require",
    "gssencmode": "disable",
    "require_auth": "scram-sha-256",
    "target_session_attrs": "read-write",
}
URL = "postgresql://elt:s3same@db/wh?" + "&".join(f"{k}={v}" for k, v in TLS.items())


def build_url(connection: Any) -> str:
    # Imported here: it takes Airflow, for which every process that collects tests would wait.
    from include.orchestration import connections

    return connections.build_url(connection)


def _connection(**extra: object) -> SimpleNamespace:
    import json

    return SimpleNamespace(
        conn_id="warehouse", login="elt", password="s3same", host="db", port=5432, schema="wh",
        extra=json.dumps(extra),
    )  # fmt: skip


def test_the_connections_tls_reaches_the_url() -> None:
    """`sslmode: verify-full` of the Airflow connection was dropped: libpq fell back to `prefer`."""
    found = parse_conninfo(build_url(_connection(**TLS, cursor="dict")))
    assert {name: found[name] for name in TLS} == TLS
    assert found["password"] == "s3same"


def test_a_word_about_tls_that_libpq_lacks_is_refused() -> None:
    with pytest.raises(ConfigError, match="`ssl_mode`"):
        build_url(_connection(ssl_mode="require"))


def test_dbt_gets_the_same_tls() -> None:
    """dbt connected without it: its profile has no place for most of these."""
    found = build_dbt_environment(URL, "acme", tenant_roles=True)
    assert found["PGSSLMODE"] == "verify-full"
    assert found["PGSSLROOTCERT"] == "/ca.pem"
    assert found["PGSSLMINPROTOCOLVERSION"] == "TLSv1.3"
    assert found["PGREQUIREAUTH"] == "scram-sha-256"
    assert len(build_pg_variables(URL)) == len(TLS)


def test_what_cannot_be_handed_to_dbt_is_refused_not_dropped() -> None:
    with pytest.raises(ConfigError, match="`sslpassword`"):
        build_dbt_environment(URL + "&sslpassword=x", "acme", tenant_roles=True)


def test_the_tenants_login_keeps_the_tls_but_not_the_platforms_certificate() -> None:
    found = parse_conninfo(_build_url(URL + "&sslcert=/c.pem&sslkey=/k.pem", "acme"))
    assert {name: found[name] for name in TLS} == TLS
    assert found["user"] == "elt_acme" and not {"sslcert", "sslkey"} & found.keys()


BROKEN = (
    "postgresql://elt:pa%ss@db/wh", "postgresql://elt:pa/ss@db/wh", "postgresql://elt:pa#ss@db/wh",
    "postgresql://elt:pa ss@db:x/wh", "postgresql://elt:pa[ss@db/wh", "password='s3same",
    "host=db password=s3 same", "postgresql://elt:s3same@db:pass/wh", "s3same",
)  # fmt: skip


@pytest.mark.parametrize("url", BROKEN)
def test_a_url_that_cannot_be_read_is_not_quoted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Port could not be cast to integer value as 'pa'`: a piece of the password in the log."""
    monkeypatch.setenv("AIRFLOW_CONN_ACME__SHOP", url)
    calls = (
        lambda: parse_conninfo(url),
        lambda: repr(Warehouse(url)),
        lambda: Warehouse(url).connect().__enter__(),
        lambda: load_credentials_from_env("acme__shop", required=True),
        lambda: build_dbt_environment(url, "acme", tenant_roles=True),
    )
    for call in calls:
        try:
            call()
        except EltError as error:
            told = "".join(traceback.format_exception(error))
            shown = [line for line in told.splitlines() if "Error" in line or "error" in line]
            for piece in ("pa%ss", "'pa'", "pa/ss", "s3same", "pass'", "ss@"):
                assert piece not in "\n".join(shown)


def test_no_extra_is_no_query() -> None:
    assert build_query({}) == "" and build_query({"cursor": "dict"}) == ""
