"""Folders in an object store: a real S3 protocol, and URLs in general."""

import gzip
import io
import json
import logging
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
import xlsxwriter
from moto.server import ThreadedMotoServer

from include.config.credentials import Credentials
from include.core.errors import AccessDenied, ConfigError, UpstreamUnavailable
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.integration.files_case import FilesCase, build_files_case
from tests.unit.feed_maker import build_feed

KEYED = {"orders": {"files": "**/orders*", "primary_key": ["id"], "columns": {"id": "int"}}}
BUCKET = "uploads"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client on an empty bucket."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="key",
        aws_secret_access_key="canary-secret",
        region_name="eu-central-1",
    )
    constraint = {"LocationConstraint": "eu-central-1"}
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=constraint)
    yield client
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    client.delete_bucket(Bucket=BUCKET)


def build_connection(endpoint: str) -> str:
    return json.dumps(
        {
            "conn_type": "aws",
            "login": "key",
            "password": "canary-secret",
            "extra": {"endpoint_url": endpoint, "region_name": "eu-central-1"},
        }
    )


def put(s3: Any, key: str, content: str | bytes) -> None:
    body = content.encode() if isinstance(content, str) else content
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def keys(s3: Any) -> list[str]:
    return sorted(i["Key"] for i in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()))


@pytest.fixture
def case(s3: Any, warehouse: str, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> FilesCase:
    """Airflow knows the tenant's connection `<tenant>__s3` to the bucket."""
    made = build_files_case(warehouse, "", streams=KEYED)
    tenant = made.feed.tenant.id
    monkeypatch.setenv(f"AIRFLOW_CONN_{tenant.upper()}__S3", build_connection(endpoint))
    return made.with_options(path=f"s3://{tenant}__s3@{BUCKET}/in")


def test_each_object_is_loaded_once(s3: Any, case: FilesCase) -> None:
    put(s3, "in/orders_1.csv", "id,n\n1,a\n2,b\n")
    put(s3, "in/2026/11/orders_2.csv", "id,n\n3,c\n")
    put(s3, "elsewhere/orders_3.csv", "id,n\n9,z\n")
    put(s3, "in/_orders_4.csv", "id,n\n9,z\n")
    assert case.load("orders").loaded == 3
    assert case.load("orders").read == 0
    put(s3, "in/orders_1.csv", "id,n\n1,new\n")
    assert case.load("orders").read == 1
    assert case.rows("orders", "id, n") == [(1, "new"), (2, "b"), (3, "c")]
    assert next(path for path, _ in case.ledger()) == "2026/11/orders_2.csv"


def test_what_is_known_is_not_downloaded(
    s3: Any, case: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types of every file were detected anew each run: a bucket's worth of traffic for no news."""
    from include.extract.files import object_folder

    fetched: list[str] = []
    download = object_folder.ObjectFolder._download

    def noted(self: Any, found: Any) -> Any:
        fetched.append(found.name)
        return download(self, found)

    monkeypatch.setattr(object_folder.ObjectFolder, "_download", noted)
    put(s3, "in/orders_1.csv", "id,n\n1,a\n")
    case.load("orders")
    assert fetched == ["orders_1.csv"]  # once, although it was detected, hashed and read
    case.load("orders")
    assert fetched == ["orders_1.csv"]


def test_loaded_objects_are_archived(s3: Any, case: FilesCase) -> None:
    put(s3, "in/orders_1.csv", "id,n\n1,a\n")
    archiving = case.with_options(after="archive")
    assert archiving.load("orders").loaded == 1
    [key] = keys(s3)
    assert key.startswith("in/archive/20")
    assert key.endswith("/orders_1.csv")
    assert archiving.load("orders").read == 0
    put(s3, "in/orders_1.csv", "id,n\n2,b\n")
    assert archiving.load("orders").loaded == 1
    assert len(keys(s3)) == 2
    assert case.with_options(after="delete", streams=KEYED).load("orders").read == 0


def test_every_format_comes_from_there(s3: Any, case: FilesCase) -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("Prices")
        sheet.write_row(0, 0, ["sku", "price"])
        sheet.write_row(1, 0, ["a", 1.5])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../visits.csv", "who\nann\n")
    put(s3, "in/prices.xlsx", book.getvalue())
    put(s3, "in/answers.jsonl.gz", gzip.compress(b'{"id": 1}\n{"id": 2}\n'))
    put(s3, "in/visits.zip", packed.getvalue())
    put(s3, "in/plain.csv.gz", gzip.compress(b"x\n1\n"))
    every = case.with_options(streams=None)
    done = every.run()
    assert done.failed == {}
    counts = {name: result.loaded for name, result in done.loaded.items()}
    assert counts == {"prices": 1, "answers": 2, "visits": 1, "plain": 1}
    assert every.rows("prices", "sku, price::text") == [("a", "1.5")]
    again = every.run()
    assert {name: result.read for name, result in again.loaded.items()} == dict.fromkeys(counts, 0)


def test_the_feeds_own_connection_is_its_credentials(
    s3: Any, case: FilesCase, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, "in/orders_1.csv", "id,n\n1,a\n")
    own = case.with_options(path=f"s3://{BUCKET}/in")
    monkeypatch.setenv(f"AIRFLOW_CONN_{own.feed.connection_id.upper()}", build_connection(endpoint))
    own.credentials = Credentials(own.feed.connection_id, None, {"password": "canary-secret"})
    assert own.load("orders").loaded == 1


def test_another_tenants_connection_is_refused(case: FilesCase) -> None:
    with pytest.raises(ConfigError, match="not this tenant's"):
        case.with_options(path=f"s3://other__feed@{BUCKET}/in").load("orders")
    with pytest.raises(ConfigError, match="holds a password"):
        case.with_options(path=f"s3://a:b@{BUCKET}/in").load("orders")


def test_nothing_there_and_nobody_home_are_told_apart(
    s3: Any, case: FilesCase, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UpstreamUnavailable, match="no file matches"):
        case.load("orders")
    tenant = case.feed.tenant.id
    dead = build_connection("http://127.0.0.1:9")
    monkeypatch.setenv(f"AIRFLOW_CONN_{tenant.upper()}__DEAD", dead)
    with pytest.raises((UpstreamUnavailable, AccessDenied), match="cannot be listed") as caught:
        case.with_options(path=f"s3://{tenant}__dead@{BUCKET}/in").load("orders")
    assert "canary" not in caplog.text + str(caught.value)


def test_a_private_copy_does_not_stay(
    s3: Any, case: FilesCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    put(s3, "in/orders_1.csv", "id,n\n1,a\n")
    put(s3, "in/orders_2.csv", "id,n\n2,b\n")
    case.load("orders")
    assert [path for path in tmp_path.rglob("*") if path.name != "copies"] == []


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("sftp://{own}@host/in", r"apache-airflow-providers-sftp\[sshfs\]"),
        ("gopher://host/in", "Known are"),
    ],
)
def test_a_driver_that_is_not_there_is_named(case: FilesCase, url: str, package: str) -> None:
    with pytest.raises(ConfigError, match=package):
        case.with_options(path=url.format(own=case.feed.connection_id)).load("orders")


def test_a_file_url_is_the_folder(tmp_path: Path, warehouse: str) -> None:
    (tmp_path / "orders.csv").write_text("id,n\n1,a\n")
    case = build_files_case(warehouse, f"file://{tmp_path}", streams=KEYED)
    assert case.load("orders").loaded == 1


def test_a_link_out_of_the_folder_is_not_read(tmp_path: Path, warehouse: str) -> None:
    secret, folder = tmp_path / "secret.csv", tmp_path / "in"
    folder.mkdir()
    secret.write_text("id,n\n9,secret\n")
    (folder / "orders_1.csv").symlink_to(secret)
    (folder / "orders_2.csv").write_text("id,n\n1,a\n")
    (folder / "orders_3.csv").symlink_to(folder / "orders_2.csv")
    (folder / "sub").symlink_to(tmp_path)
    case = build_files_case(warehouse, folder, streams=KEYED)
    assert case.load("orders").loaded == 1
    assert [path for path, _ in case.ledger()] == ["orders_2.csv", "orders_3.csv"]
    up = {"orders": {"files": "../*.csv", "primary_key": ["id"]}}
    with pytest.raises(UpstreamUnavailable, match="no file matches"):
        case.with_options(streams=up).load("orders")


def test_a_local_folder_never_imports_airflow(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,n\n1,a\n")
    program = (
        "import sys\n"
        "from include.config.credentials import Credentials\n"
        "from include.core.streams import Window\n"
        "from include.extract.choose_source import build_source\n"
        "from tests.unit.feed_maker import build_feed\n"
        f"source = build_source(build_feed('files', path={str(tmp_path)!r}), Credentials('c'))\n"
        "assert sum(len(p.records) for p in source.read('orders', Window())) == 1\n"
        "print('airflow' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_check_reads_one_file(s3: Any, case: FilesCase) -> None:
    put(s3, "in/orders_1.csv", "id,n\n1,a\n")
    source = build_source(case.feed, case.credentials)
    source.check()
    assert sum(len(page.records) for page in source.read("orders", Window())) == 1
    assert build_feed("files", path="x").options["after"] == "leave"
    assert replace(case.feed, options=case.feed.options) == case.feed
