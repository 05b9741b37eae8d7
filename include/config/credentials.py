"""One feed's connection as a value, read from `AIRFLOW_CONN_*` without importing Airflow.

Orchestration builds the same value from Airflow's secrets backends. Never stored, never logged:
`repr` shows field names only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from include.config.settings import connection_from_env
from include.core.errors import ConfigError, MissingSecret


@dataclass(frozen=True, repr=False)
class Credentials:
    """Connection fields by Airflow's names.

    Attributes:
        host: Base URL or host; None when the connector's default is right.
        fields: `login`, `password` and everything of `extra`, by name.
        kind: The connection's type (`postgres`), for databases.
        server: Host without scheme and port; for databases, as are `port` and `database`.
    """

    connection_id: str
    host: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    server: str | None = None
    port: int | None = None
    database: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.connection_id!r}, fields={sorted(self.fields)})"

    def secret(self, name: str) -> str:
        """The field's value.

        Raises:
            MissingSecret: If the field is absent or empty.
        """
        value = self.fields.get(name)
        if not value:
            raise MissingSecret(
                f"connection `{self.connection_id}` has no `{name}`. "
                f"Fields found: {', '.join(sorted(self.fields)) or 'none'}. "
                f"Add `{name}` to the connection (password, or a key of Extra)."
            )
        return value


LEAST_SALT = 16


def read_salt(credentials: Credentials) -> str | None:
    """The salt of hashed personal data: the connection's password; None when there is none.

    Raises:
        ConfigError: If it is so short that digests could be guessed.
    """
    salt = credentials.fields.get("password")
    if salt is not None and len(salt) < LEAST_SALT:
        raise ConfigError(
            f"the password of `{credentials.connection_id}` has {len(salt)} characters. Expected "
            f"at least {LEAST_SALT} random ones, because it keeps hashed personal data secret."
        )
    return salt


@dataclass(frozen=True, repr=False)
class ConnectionFields:
    """A connection as Airflow keeps it.

    Attributes:
        schema: The URL scheme for HTTP hosts and the database's name for databases.
        extra: Whatever has no field of its own, JSON values.
    """

    connection_id: str
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    conn_type: str | None = None


def build_credentials(of: ConnectionFields) -> Credentials:
    """What a source is given of a connection."""
    url = of.host
    if of.host and "://" not in of.host:
        url = f"{of.schema or 'https'}://{of.host}" + (f":{of.port}" if of.port else "")
    fields = {key: _as_text(value) for key, value in of.extra.items() if value is not None}
    if of.login:
        fields["login"] = of.login
    if of.password:
        fields["password"] = of.password
    return Credentials(of.connection_id, url, fields, of.conn_type, of.host, of.port, of.schema)


def _as_text(value: object) -> str:
    """Nested values of Extra as JSON: Airflow's Google connection may hold its key as an object."""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def load_credentials_from_env(connection_id: str, *, required: bool) -> Credentials:
    """Read `AIRFLOW_CONN_<ID>` (JSON or URI).

    Raises:
        MissingSecret: If it is not set and `required`.
        ConfigError: If it is set but neither JSON nor a URI; the value is not shown.
    """
    text = connection_from_env(connection_id)
    if text is None:
        if required:
            raise MissingSecret(
                f"no connection `{connection_id}`. Create it in Airflow (Admin, Connections) or "
                f"set `AIRFLOW_CONN_{connection_id.upper()}`."
            )
        return Credentials(connection_id)
    if text.lstrip().startswith("{"):
        return _from_json(connection_id, text)
    return _from_uri(connection_id, text)


def _from_json(connection_id: str, text: str) -> Credentials:
    try:
        data = json.loads(text)
        extra = data.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else extra
    except (ValueError, AttributeError):
        raise ConfigError(
            f"`AIRFLOW_CONN_{connection_id.upper()}` is not valid JSON. Expected an object with "
            "conn_type, host, login, password, extra."
        ) from None
    return build_credentials(
        ConnectionFields(
            connection_id,
            host=data.get("host"),
            port=data.get("port"),
            schema=data.get("schema"),
            login=data.get("login"),
            password=data.get("password"),
            extra=extra,
            conn_type=data.get("conn_type"),
        )
    )


def _from_uri(connection_id: str, text: str) -> Credentials:
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:  # its words quote a piece of the password
        port = host = parts = None
    if parts is None or not parts.scheme:
        raise ConfigError(
            f"`AIRFLOW_CONN_{connection_id.upper()}` is neither JSON nor a URI. "
            "Expected `type://login:password@host:port/schema?key=value`, with special characters "
            "in login and password percent-encoded."
        )
    return build_credentials(
        ConnectionFields(
            connection_id,
            host=unquote(host or "") or None,
            port=port,
            schema=parts.path.strip("/") or None,
            login=unquote(parts.username or "") or None,
            password=unquote(parts.password or "") or None,
            extra=dict(parse_qsl(parts.query)),
            conn_type=parts.scheme,
        )
    )
