"""A database is connected to at the address that was looked at: its name is asked for once."""

import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from include.config.credentials import Credentials
from include.config.walls import allowed_hosts
from include.core.errors import ConfigError, UpstreamUnavailable
from include.extract.sql.database import Database, build_database, require_own

NAME = "moves.example"


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """`moves.example` leads to an address nobody listens on and to this machine, once; then not.

    Only our own look sees it: a driver that asked the system's resolver would not find the name.
    """
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != NAME:
            return real(host, port, *rest, **more)
        asked.append(str(host))
        if len(asked) > 1:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        place = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*place, ("127.0.0.9", port)), (*place, ("127.0.0.1", port))]

    monkeypatch.setattr(allowed_hosts.socket, "getaddrinfo", resolve)
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", "127.0.0.0/8")
    yield asked
    assert asked == [NAME], "the name was asked for again"


def _own(url: str) -> Database:
    return require_own(build_database({}, Credentials("c", fields={"url": url})), "acme")


@pytest.mark.parametrize(
    "form", ["{u}@{h}:{p}/{d}", "{u}@/{d}?host={h}&port={p}", "{u}@/{d}?host={h}:{p}"]
)
@pytest.mark.parametrize("driver", ["psycopg", "adbc"])
def test_postgres_is_reached_where_it_was_looked_at(
    warehouse: str, looks: list[str], form: str, driver: str
) -> None:
    """The driver resolved the name once more: whoever runs its DNS could lead it inside."""
    from adbc_driver_postgresql import dbapi
    from sqlalchemy import text

    parts = urlsplit(warehouse)
    login = f"{parts.username}:{parts.password}"
    place = form.format(u=login, h=NAME, p=parts.port, d=parts.path.lstrip("/"))
    database = _own(f"postgresql://{place}")
    if driver == "adbc":
        with dbapi.connect(database.libpq_url()) as connection, connection.cursor() as cursor:
            cursor.execute("select inet_server_port()::int")
            assert cursor.fetchone() == (parts.port,)
        return
    with database.engine().connect() as connected:
        assert connected.execute(text("select inet_server_port()")).scalar() == parts.port


def test_a_server_that_names_its_address_keeps_it(warehouse: str) -> None:
    parts = urlsplit(warehouse)
    query = f"hostaddr=127.0.0.1&port={parts.port}"
    url = f"postgresql://{parts.username}:{parts.password}@certified.example{parts.path}?{query}"
    with pytest.raises(UpstreamUnavailable, match="does not resolve"):
        _own(url)
    with pytest.raises(ConfigError, match="not public"):
        _own(url.replace("127.0.0.1", "10.0.0.7").replace("certified.example", "localhost"))


def test_mysql_is_reached_where_it_was_looked_at(looks: list[str]) -> None:
    """PyMySQL opens its own socket by the name; it is handed one that is open."""
    from sqlalchemy.exc import OperationalError

    came: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            client, _ = server.accept()
            came.append(True)
            client.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        database = _own(f"mysql://u:p@{NAME}:{server.getsockname()[1]}/d")
        with pytest.raises(OperationalError), database.engine().connect():
            pass
        thread.join(5)
    assert came == [True]


def test_a_mysql_that_does_not_answer_says_so(looks: list[str]) -> None:
    from sqlalchemy.exc import OperationalError

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with (
        pytest.raises(OperationalError, match="2003"),
        _own(f"mysql://u:p@{NAME}:{port}/d").engine().connect(),
    ):
        pass


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mssql"])
def test_a_name_that_does_not_resolve_is_not_left_to_the_driver(scheme: str) -> None:
    """It was passed on: a name that resolves a moment later was reached without a look."""
    with pytest.raises(UpstreamUnavailable, match="does not resolve"):
        _own(f"{scheme}://u:p@nowhere.invalid/d")
