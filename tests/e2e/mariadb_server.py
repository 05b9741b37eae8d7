"""A throw-away MariaDB from the machine's own packages, run by whoever runs the tests."""

import getpass
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest

from include.local.postgres import find_free_port

PASSWORD = "test-only"
START_LIMIT_S = 30
PLACES = "/usr/sbin:/usr/local/sbin:/usr/libexec:/usr/local/libexec:/opt/homebrew/opt/mariadb/bin"


def find_program(*names: str) -> str | None:
    """The first of these programs on the path or where servers usually lie."""
    found = (shutil.which(n) or shutil.which(n, path=PLACES) for n in names)
    return next((program for program in found if program), None)


@contextmanager
def running_mariadb() -> Iterator[int]:
    """Port of a fresh server on 127.0.0.1 whose root has `PASSWORD`; skips where there is none."""
    server = find_program("mariadbd", "mysqld")
    install = find_program("mariadb-install-db", "mysql_install_db")
    if not server or not install or "mariadb" not in Path(server).resolve().name:
        pytest.skip("no mariadbd on this machine; `apt-get install -y mariadb-server` brings it")
    folder = Path(tempfile.mkdtemp(prefix="elt-test-mariadb-"))
    port, user = find_free_port(), getpass.getuser()
    common = ["--no-defaults", f"--datadir={folder / 'data'}", f"--user={user}"]
    made = subprocess.run(
        [install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    log = folder / "server.log"
    place = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}"]
    small = [
        "--innodb-buffer-pool-size=64M",
        "--innodb-flush-log-at-trx-commit=0",
        "--skip-log-bin",
    ]
    process = subprocess.Popen(
        [server, *common, *place, *small, f"--log-error={log}", f"--pid-file={folder / 'pid'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            connection = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)
            break
        except pymysql.OperationalError as error:
            gone = process.poll() is not None or time.monotonic() > deadline
            assert not gone, f"{error}: {log.read_text()[-2000:] if log.exists() else ''}"
            time.sleep(0.2)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"alter user root@localhost identified by '{PASSWORD}'")
