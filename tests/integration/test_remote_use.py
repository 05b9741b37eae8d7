"""A tenant whose file names another store: the command line, its checks, a person erased."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from include import cli
from include.config.load import load_platform
from include.core.errors import ConfigError
from include.destinations.bigquery.login import build_login as build_google_login
from include.destinations.snowflake.login import build_login
from include.orchestration.dag_builders.tenant import build_transform_dags
from include.pipeline.forget.person import build_person
from include.pipeline.forget.run import ForgetReport, run_forget
from tests.integration.cli_case import point_cli_at
from tests.integration.proven_account import load_given, proven_kind
from tests.integration.remote_case import KINDS, Double, RemoteCase, run_double
from tests.integration.test_forget import ANN, SHOP, Shop, customer, sale

TENANT = """\
tenant: icy
name: Rows elsewhere
owner: me
destination: {kind: KIND, connection: icy__warehouse}
feeds:
  uploads:
    connector: files
    schedule: daily
    start_date: 2026-01-01
    options: {path: UPLOADS}
"""


@pytest.fixture(scope="module", params=KINDS)
def double(request: pytest.FixtureRequest) -> Iterator[Double]:
    with run_double(request.param) as double:
        yield double


def build_connection(double: Double) -> dict[str, Any]:
    """As somebody enters it in Airflow."""
    if proven_kind():
        given: dict[str, Any] = json.loads(load_given())
        return given
    if double.kind == "bigquery":
        endpoint = f"http://127.0.0.1:{double.port}"
        extra = {"project": "local", "location": "EU", "api_endpoint": endpoint}
        return {"conn_type": "google_cloud_platform", "extra": extra}
    extra = {"account": "double", "database": "WAREHOUSE", "protocol": "http"}
    return {
        "conn_type": "snowflake", "login": "elt", "password": "none", "host": "127.0.0.1",
        "port": double.port, "extra": extra,
    }  # fmt: skip


@pytest.fixture
def uploads(
    tmp_path: Path, warehouse: str, double: Double, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder of the tenant's, its connections, and nothing loaded yet."""
    folder, tenants = tmp_path / "uploads", tmp_path / "tenants"
    folder.mkdir()
    tenants.mkdir()
    (folder / "targets.csv").write_text("store,month,target\nA,2026-01,100.50\nB,2026-01,200\n")
    (tenants / "icy.yaml").write_text(
        TENANT.replace("UPLOADS", str(folder)).replace("KIND", double.kind)
    )
    point_cli_at(tenants, warehouse, monkeypatch)
    monkeypatch.delenv("ELT_CONNECTORS_DIR")
    monkeypatch.setenv("AIRFLOW_CONN_ICY__WAREHOUSE", json.dumps(build_connection(double)))
    return folder


def test_files_land_there_and_a_second_run_writes_what_changed(
    uploads: Path, double: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--tenant", "icy", "--feed", "uploads", "--mode", "source"]
    assert cli.main(words) == 0
    assert "read 2  loaded 2  unchanged 0" in capsys.readouterr().out
    found = double.fetch("select store, month, target from icy_raw_files.targets order by 1")
    assert [(row[0], row[2]) for row in found] == [("A", Decimal("100.5")), ("B", Decimal(200))]
    (uploads / "targets.csv").write_text("store,month,target\nA,2026-01,100.50\nB,2026-01,250\n")
    assert cli.main(words) == 0
    assert "read 2  loaded 1  unchanged 1" in capsys.readouterr().out
    assert cli.main(["run", "--tenant", "icy", "--step", "quality"]) in (0, 1)
    shown = capsys.readouterr()
    assert "broken" not in shown.out + shown.err


def test_models_are_not_built_for_it_and_that_is_said(
    uploads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tenant,) = load_platform().tenants
    assert build_transform_dags(tenant) == {}
    assert cli.main(["run", "--tenant", "icy", "--step", "transform"]) == 0
    shown = capsys.readouterr()
    assert "skipped, models are built in PostgreSQL" in shown.out + shown.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{kind: bigquery}", "needs a connection of the tenant's own"),
        ("{kind: snowflake, connection: acme__warehouse}", "needs a connection of the tenant's"),
        ("{kind: snowflakes, connection: icy__warehouse}", "kind"),
    ],
)
def test_a_connection_that_is_not_the_tenants_breaks_its_file(
    uploads: Path, line: str, said: str
) -> None:
    path = uploads.parent / "tenants" / "icy.yaml"
    text = re.sub(r"\{kind: \w+, connection: icy__warehouse\}", line, path.read_text())
    path.write_text(text)
    platform = load_platform()
    assert platform.tenants == ()
    assert said in repr(platform.problems)


def test_an_incomplete_connection_says_what_it_lacks() -> None:
    with pytest.raises(ConfigError, match="`account`, `database`"):
        build_login("icy__warehouse", {"login": "elt", "password": "secret"})
    with pytest.raises(ConfigError, match="private_key_content") as caught:
        build_login("icy__warehouse", {"login": "elt", "account": "a", "database": "d"})
    assert "secret" not in str(caught.value)
    login = build_login("x", {"login": "e", "account": "a", "database": "d", "password": "secret"})
    assert "secret" not in repr(login)
    with pytest.raises(ConfigError, match="`project`, `location`"):
        build_google_login("icy__warehouse", {"api_endpoint": "x"})
    with pytest.raises(ConfigError, match="no JSON object") as caught:
        build_google_login("icy__warehouse", {"keyfile_dict": "secret"})
    assert "secret" not in str(caught.value)
    key = {"project_id": "p", "private_key": "secret"}
    google = build_google_login("x", {"keyfile_dict": json.dumps(key), "location": "EU"})
    assert google.project == "p"
    assert "secret" not in repr(google)


class FarShop(Shop):
    """The shop of `test_forget`, its rows elsewhere."""

    def __init__(self, url: str, double: Double) -> None:
        super().__init__(url)
        self.double = double

    def stream(self, name: str) -> RemoteCase:
        stream, tenant = SHOP.streams[name], self.case.tenant
        return RemoteCase(
            self.url, stream, tenant, name=name, hours=self.case.hours, double=self.double
        )

    def forget(self, *, dry_run: bool = False) -> ForgetReport:
        person = build_person([ANN], [], None)
        destination = self.double.destination
        return run_forget(
            self.tenant, person, self.warehouse, dry_run=dry_run, destination=destination
        )

    def texts(self) -> list[Any]:
        return [
            self.stream("customers").texts("customers")[1],
            self.stream("customers").texts("customers__addresses")[1],
            self.stream("orders").texts("orders")[1],
        ]


def test_a_person_is_erased_there_too(warehouse: str, double: Double) -> None:
    shop = FarShop(warehouse, double)
    shop.load("customers", [customer(1, ANN), customer(2, "bob@mail.example")])
    shop.load("orders", [sale(7, 1, remark=f"call {ANN}"), sale(8, 2), sale(9, 1, total="bad")])
    shop.forget(dry_run=True)
    assert ANN in repr(shop.texts())
    shop.forget()
    left = repr(shop.texts())
    assert ANN not in left
    assert "1 Main Street" not in left
    assert "bob@mail.example" in left
    assert "2 Main Street" in left
