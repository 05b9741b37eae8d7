"""Which database a feed reads, from its connection or its option `path`, and how to open it.

Nothing here imports a driver before a connection is opened: DAG files parse without them.
"""

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from include.config.credentials import Credentials
from include.config.walls.own_paths import resolve_own_path
from include.core.errors import ConfigError, MissingSecret
from include.extract.sql.pinned import Server, connect_mysql, pin_libpq, resolve_servers

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "sqlite": "sqlite",
    "mssql": "mssql+pymssql",
}
# Airflow's connection types, and what people write in URLs.
DIALECTS = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "mssql": "mssql",
    "sqlserver": "mssql",
}
# Fields of Extra that go to the driver.
_DRIVER_FIELDS = {
    "postgresql": ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding"),
    "mysql": ("ssl_ca", "ssl_cert", "ssl_key", "ssl_check_hostname"),
    "sqlite": (),
    "mssql": ("encryption", "tds_version"),
}
CONNECT_TIMEOUT_S = 15
# A server gives up a client that does not fetch; the warehouse may be busy for long.
MYSQL_WRITE_TIMEOUT_S = 7200


@dataclass(frozen=True, repr=False)
class Database:
    """One database; holds a password, so its repr shows none.

    Attributes:
        dialect: A key of `DRIVERS`.
        url: SQLAlchemy URL with the driver's name.
        servers: Where its hosts were found, for a driver that would resolve them again.
    """

    dialect: str
    url: Any
    servers: tuple[Server, ...] = ()

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)})"

    @property
    def secret(self) -> str:
        """The password, to be kept out of messages; empty when there is none."""
        return str(self.url.password or "")

    @property
    def user(self) -> str:
        return str(self.url.username or "")

    def engine(self, **connect_args: Any) -> Any:
        """A SQLAlchemy engine that keeps no connection."""
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool

        _require_driver(self.dialect)
        if self.dialect == "sqlite":
            return create_engine("sqlite://", creator=self.connect_sqlite, poolclass=NullPool)
        args = {**_connect_args(self.dialect), **connect_args}
        engine = create_engine(self.url, poolclass=NullPool, connect_args=args)
        if self.dialect == "mysql" and self.servers and "unix_socket" not in self.url.query:

            @event.listens_for(engine, "do_connect")
            def connect(_dialect: Any, _record: Any, _: Any, arguments: dict[str, Any]) -> Any:
                return connect_mysql(self.servers, arguments)

        return engine

    def libpq_url(self) -> str:
        """For drivers that speak libpq."""
        url = self.url.set(drivername="postgresql")
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
        return str(url.render_as_string(hide_password=False))

    def connect_sqlite(self) -> Any:
        """Opened so that nothing can be written, and that no file appears by a typo."""
        import sqlite3

        path = Path(self.url.database or "")
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=CONNECT_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        # Text that is no UTF-8 must cost its record, not the whole read: the loader quarantines it.
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        connection.execute("pragma query_only = on")
        # A query may name this file alone: `attach` would open any other on the machine.
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        return connection


def require_own(database: Database, tenant: str) -> Database:
    """The database again: a file as the tenant's own, a server where it was looked at.

    Raises:
        ConfigError: If the file is outside the tenant's folder, or the operator has not allowed
            the server.
        UpstreamUnavailable: If the server's name does not resolve.
    """
    if database.dialect == "sqlite":
        place = resolve_own_path(str(database.url.database or ""), tenant)
        return Database("sqlite", database.url.set(database=str(place)))
    servers = resolve_servers(database.url, database.dialect)
    if database.dialect == "postgresql":
        return replace(database, url=pin_libpq(database.url, servers))
    return replace(database, servers=tuple(servers))


def build_database(options: dict[str, Any], credentials: Credentials) -> Database:
    """The feed's database as its options or its connection name it.

    Raises:
        MissingSecret: If neither option `path` nor the connection says where it is.
        ConfigError: If it is of a kind no driver here speaks.
    """
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    path = options.get("path")
    if path:
        return Database("sqlite", URL.create("sqlite", database=str(path)))
    text = credentials.fields.get("url")
    if text:
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            raise ConfigError(
                f"`url` of connection `{credentials.connection_id}` is no database URL. Expected "
                "`postgresql://login:password@host:port/database`. Correct the connection."
            ) from None
        dialect = _dialect(url.get_backend_name(), credentials)
        return Database(dialect, url.set(drivername=DRIVERS[dialect]))
    if not credentials.server and not credentials.database:
        raise MissingSecret(
            f"connection `{credentials.connection_id}` names no database. Expected its type "
            "(postgres, mysql, mssql, sqlite), host, schema (the database), login and password. "
            "Create it in Airflow (Admin, Connections), or give option `path` for a SQLite file."
        )
    return _from_fields(_dialect(credentials.kind or "", credentials), credentials)


def _from_fields(dialect: str, credentials: Credentials) -> Database:
    from sqlalchemy.engine import URL

    if dialect == "sqlite":
        # Airflow keeps the file in `host`; a URI puts it where the database's name stands.
        file = credentials.server or f"/{credentials.database}"
        return Database(dialect, URL.create("sqlite", database=file))
    fields = credentials.fields
    query = {name: fields[name] for name in _DRIVER_FIELDS[dialect] if fields.get(name)}
    if dialect == "mysql":
        query["charset"] = "utf8mb4"
    url = URL.create(
        DRIVERS[dialect],
        username=fields.get("login"),
        password=fields.get("password"),
        host=credentials.server,
        port=credentials.port,
        database=credentials.database,
        query=query,
    )
    return Database(dialect, url)


def _dialect(kind: str, credentials: Credentials) -> str:
    found = DIALECTS.get(kind.split("+")[0].lower())
    if found is None:
        raise ConfigError(
            f"connection `{credentials.connection_id}` is of type `{kind}`. Expected one of "
            f"{', '.join(sorted(DIALECTS))}. Correct the connection's type or its `url`."
        )
    return found


def _require_driver(dialect: str) -> None:
    """The one driver that is not installed with the rest."""
    if dialect == "mssql" and importlib.util.find_spec("pymssql") is None:
        raise ConfigError(
            "SQL Server needs the driver `pymssql`, which is not installed. Expected the extra "
            "`mssql`. Run `make setup EXTRAS=mssql` (image: `--build-arg EXTRAS=mssql`)."
        )


def _connect_args(dialect: str) -> dict[str, Any]:
    if dialect == "mssql":
        return {"login_timeout": CONNECT_TIMEOUT_S, "appname": "elt", "read_only": True}
    if dialect == "mysql":
        return {"connect_timeout": CONNECT_TIMEOUT_S, "program_name": "elt"}
    return {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "elt"}
