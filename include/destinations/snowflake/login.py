"""How one tenant reaches its Snowflake: the fields of Airflow's `snowflake` connection type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.core.errors import ConfigError

SESSION = {
    "TIMEZONE": "UTC",
    # A transaction whose process died must not keep its locks.
    "ABORT_DETACHED_QUERY": True,
    "TRANSACTION_ABORT_ON_ERROR": True,
    "ERROR_ON_NONDETERMINISTIC_UPDATE": True,
    "LOCK_TIMEOUT": 600,
    "STATEMENT_TIMEOUT_IN_SECONDS": 3600,
}
NETWORK_TIMEOUT_S = 120
HERE = frozenset(("127.0.0.1", "::1", "localhost"))
KNOWN = ("account", "warehouse", "database", "role", "region", "private_key_content")


@dataclass(frozen=True, slots=True)
class SnowflakeLogin:
    """Secrets stay out of its repr.

    Attributes:
        place: Host, port and protocol, where they are not the account's own.
    """

    account: str
    user: str
    database: str
    warehouse: str | None = None
    role: str | None = None
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    place: tuple[tuple[str, str | int], ...] = ()

    def build_arguments(self, query_tag: str) -> dict[str, Any]:
        """Arguments of `snowflake.connector.connect`."""
        named: dict[str, Any] = {
            "account": self.account,
            "user": self.user,
            "database": self.database,
            "warehouse": self.warehouse,
            "role": self.role,
            "password": self.password,
            **dict(self.place),
        }
        if self.private_key:
            named["private_key"] = _read_key(self.private_key, self.passphrase)
        return {
            **{name: value for name, value in named.items() if value},
            "session_parameters": {**SESSION, "QUERY_TAG": query_tag},
            "network_timeout": NETWORK_TIMEOUT_S,
            "login_timeout": 60,
            "autocommit": True,
            "application": "elt",
        }


def build_login(connection_id: str, fields: Mapping[str, Any]) -> SnowflakeLogin:
    """A login from an Airflow connection.

    Args:
        fields: login, password, host, port and the Extra's account, database, warehouse, role,
            `private_key_content` (PEM; the connection's password is then its passphrase).

    Raises:
        ConfigError: If account, user or database is missing, or both kinds of secret are, or the
            secret would travel in clear.
    """
    extra = {str(k).removeprefix("extra__snowflake__"): v for k, v in fields.items()}
    missing = [
        name
        for name, value in {
            "account": extra.get("account"),
            "login": fields.get("login"),
            "database": extra.get("database"),
        }.items()
        if not value
    ]
    key, password = extra.get("private_key_content"), fields.get("password")
    if missing or not (key or password):
        wanted = missing or ["private_key_content"]
        raise ConfigError(
            f"connection `{connection_id}` lacks {', '.join(f'`{one}`' for one in wanted)}. "
            "Expected a Snowflake connection: login, and in its Extra `account`, `database`, "
            "`warehouse`, `role`, `private_key_content`. Complete it in Airflow (Admin, "
            "Connections)."
        )
    place = {name: fields.get(name) or extra.get(name) for name in ("host", "port", "protocol")}
    _require_tls(connection_id, place)
    return SnowflakeLogin(
        account=str(extra["account"]),
        user=str(fields["login"]),
        database=str(extra["database"]),
        warehouse=extra.get("warehouse"),
        role=extra.get("role"),
        password=None if key else password,
        private_key=key,
        passphrase=password if key else None,
        place=tuple((name, value) for name, value in place.items() if value),
    )


def _require_tls(connection_id: str, place: Mapping[str, Any]) -> None:
    """Without it only this machine is spoken to: a stand-in of the service, in tests."""
    protocol, host = str(place["protocol"] or "https").lower(), str(place["host"] or "").lower()
    if protocol != "https" and host not in HERE:
        raise ConfigError(
            f"connection `{connection_id}` has `protocol` `{protocol}`, by which its secret would "
            "travel in clear. Expected `https`. Take it out of the connection's Extra."
        )


def _read_key(pem: str, passphrase: str | None) -> bytes:
    from cryptography.hazmat.primitives import serialization

    secret = passphrase.encode() if passphrase else None
    try:
        key = serialization.load_pem_private_key(pem.encode(), secret)
    except (ValueError, TypeError):
        raise ConfigError(
            "the Snowflake connection's `private_key_content` cannot be read. Expected a PEM key "
            "(PKCS 8) and, where it is sealed, its passphrase as the password."
        ) from None
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
