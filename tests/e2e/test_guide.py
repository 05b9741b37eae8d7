"""docs/new_connector.md, followed to the letter by somebody who has only the guide.

Blocks and commands are taken out of the text as printed; only the address of the invented API is
replaced by that of a server on this machine, and folders are a copy.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from include.config.settings import ROOT, load_settings
from tests.unit.fake_api import FakeApi, Reply, Seen

GUIDE = (ROOT / "docs" / "new_connector.md").read_text(encoding="utf-8")
ADDRESS = "https://api.toyshop.example"
TOKEN = "your-token"
ORDERS = [
    {
        "id": n,
        "updated_at": f"2026-02-{n:02d}T00:00:00Z",
        "total": {"amount": f"{n}.10", "currency": "USD"},
        "lines": [{"sku": f"s{n}", "quantity": n}, {"sku": "bag", "quantity": 1}],
        "gift": n == 2,
    }
    for n in range(1, 8)
]


def toyshop(seen: Seen) -> Reply:
    """Three orders a page, for those who have the token."""
    if seen.headers.get("Authorization") != f"Bearer {TOKEN}":
        return Reply({"error": {"code": "unauthorized"}}, 401)
    if seen.path != "/v2/orders":
        return Reply({}, 404)
    rows = [order for order in ORDERS if order["updated_at"] >= seen.query["updated_since"]]
    first = int(seen.query.get("after", "0"))
    following = str(first + 3) if first + 3 < len(rows) else None
    return Reply({"data": rows[first : first + 3], "meta": {"next": following}})


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


class Reader:
    """Follows the guide in a copy of the folders it speaks of."""

    def __init__(self, folder: Path, url: str, warehouse: str) -> None:
        self.folder, self.url, self.warehouse = folder, url, warehouse
        ignored = shutil.ignore_patterns("__pycache__", "target", "logs", "dbt_packages")
        for part in ("include/connectors", "dbt"):
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        (folder / "include" / "tenants").mkdir()

    def write(self, path: str, text: str) -> None:
        assert ADDRESS in text
        (self.folder / path).write_text(text.replace(ADDRESS, self.url), encoding="utf-8")

    def run(self, commands: str) -> str:
        """The shell block; any command that fails ends it."""
        folder = self.folder
        environment = {
            **os.environ,
            "ELT_CONNECTORS_DIR": str(folder / "include" / "connectors"),
            "ELT_TENANTS_DIR": str(folder / "include" / "tenants"),
            "ELT_DBT_PROJECT_DIR": str(folder / "dbt"),
            "ELT_STATE_DIR": str(folder / "state"),
            "WAREHOUSE_URL": self.warehouse,
            "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ELT_DBT_EXECUTABLE": load_settings().dbt_executable,
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert TOKEN not in done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, warehouse: str) -> Iterator[Reader]:
    with FakeApi(toyshop) as api:
        yield Reader(tmp_path_factory.mktemp("guide"), api.url, warehouse)


def test_the_guide_leads_to_a_loaded_and_staged_table(reader: Reader) -> None:
    """A guide nobody runs is wrong after the third change."""
    described, _ = blocks("yaml")
    assert len(described.splitlines()) < 30
    (commands,) = blocks("sh")
    reader.write("include/tenants/toyco.yaml", described)
    assert "ok: 1 tenant" in reader.run(commands)
    promised = re.findall(r"^(toyco_[^\n]*)$", GUIDE, re.MULTILINE)
    places = [place for line in promised for place in line.split(", ")]
    assert len(places) == 4
    with psycopg.connect(reader.warehouse) as connection:
        counts = [connection.execute(f"select count(*) from {p}").fetchone() for p in places]
        assert counts == [(7,), (14,), (7,), (14,)]
        rows = connection.execute(
            "select order_id, total_amount, currency_code, is_deleted"
            " from toyco_stg.stg_rest_toyco__orders order by 1 limit 2"
        ).fetchall()
        extra = connection.execute(
            "select _extra->>'gift' from toyco_raw_rest.orders where id = 2"
        ).fetchone()
    assert [(i, str(a), c, d) for i, a, c, d in rows] == [
        ("1", "1.10", "USD", False), ("2", "2.10", "USD", False),
    ]  # fmt: skip
    assert extra == ("true",)


def test_the_same_words_make_a_connector(reader: Reader) -> None:
    """Section 4: the block moves into a folder unchanged, and the feed is three lines."""
    described = blocks("yaml")[1]
    (scaffold,) = re.findall(r"`(elt new-connector toyshop)`", GUIDE)
    three = re.findall(r"feed is now three lines \(`(.*?)`, `(.*?)`,\n`(.*?)`\)", GUIDE)
    reader.run(scaffold)
    reader.write("include/connectors/toyshop/connector.yaml", described)
    feed = f"  {three[0][0]}\n    {three[0][1]}\n    {three[0][2]}\n"
    tenant = f"tenant: bigco\nname: Big Company\nowner: them\nfeeds:\n{feed}"
    (reader.folder / "include/tenants/bigco.yaml").write_text(tenant, encoding="utf-8")
    key = '{"conn_type": "generic", "password": "' + TOKEN + '"}'
    reader.run(
        f"export AIRFLOW_CONN_BIGCO__TOYSHOP='{key}'\n"
        "elt validate\n"
        "elt new-staging toyshop\n"
        "elt run --tenant bigco --step ingest"
    )
    staged = {path.name for path in (reader.folder / "dbt/models/staging/toyshop").glob("*.sql")}
    assert {"stg_toyshop__orders.sql", "stg_toyshop__order_lines.sql"} <= staged
    with psycopg.connect(reader.warehouse) as connection:
        found = connection.execute("select count(*) from bigco_raw_toyshop.orders").fetchone()
    assert found == (7,)
