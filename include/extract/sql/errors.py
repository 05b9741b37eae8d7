"""A driver's error as one of ours: what the caller must do, in words, without rows or secrets."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    UpstreamUnavailable,
)
from include.extract.sql.database import Database

# PostgreSQL, SQLSTATE: postgresql.org/docs/18/errcodes-appendix.html. MySQL: dev.mysql.com server
# error reference. SQL Server: learn.microsoft.com database engine errors. Read 2026-11.
_UNAVAILABLE_CLASSES = ("08", "40", "53", "55", "57", "58")
_DENIED_STATES = ("28000", "28P01", "42501")
_CONFIG_CLASSES = ("3D", "3F", "42", "25", "0A")
_DENIED = {
    "mysql": {1044, 1045, 1142, 1143, 1227, 1370, 1698, 3118},
    "mssql": {229, 230, 262, 297, 300, 916, 4060, 18452, 18456, 18470, 18486, 18487, 18488},
}
_CONFIG = {
    "mysql": {1046, 1049, 1052, 1054, 1064, 1109, 1146, 1792},
    "mssql": {102, 105, 156, 207, 208, 209, 911, 2812, 8120, 8155, 11529, 11514},
}
_UNAVAILABLE = {
    "mysql": {1040, 1053, 1129, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1317, 1969, 2002,
              2003, 2005, 2006, 2013, 2014, 2055, 3024},
    "mssql": {0, 596, 921, 1205, 1222, 3960, 8645, 8651, 10053, 10054, 10060, 10928, 10929, 17142,
              20002, 20003, 20004, 20006, 20009, 40143, 40197, 40501, 40540, 40613, 49918, 49919},
}  # fmt: skip
_SQLITE_UNAVAILABLE = ("locked", "busy", "disk i/o")
_SQLITE_CONFIG = ("unable to open", "no such", "syntax error", "readonly", "query_only")
# Libpq says these while connecting, without an SQLSTATE.
_LIBPQ_DENIED = ("authentication failed", "no pg_hba.conf entry", "no password supplied",
                 "permission denied for database", "is not permitted to log in")  # fmt: skip
_LIBPQ_CONFIG = ("database ", "role ")

_ADVICE: dict[type[EltError], str] = {
    UpstreamUnavailable: "The database did not answer. A later try may succeed; else check host, "
    "port and network.",
    ConfigError: "Check the database's name, the tables, columns and queries of the tenant file.",
    ContractBroken: "Neither access nor configuration explains it. Look into the database's log.",
}
# What the words of a refusal ask for, first match wins.
_GRANTS = {
    "postgresql": (
        (r"schema (\S+)", "grant usage on schema {0} to {user}"),
        (r"(?:table|view|relation|sequence) (\S+)", "grant select on {0} to {user}"),
        (r"database \"?([^\s\"]+)", "grant connect on database {0} to {user}"),
        (r"", "the right password, and a line in pg_hba.conf that lets {user} in"),
    ),
    "mysql": (
        (r"for table (\S+)", "grant select on {0} to {user}"),
        (r"to database '([^']+)'", "grant select on {0}.* to {user}"),
        (r"", "the right password for {user}, who may connect from this host"),
    ),
    "mssql": (
        (r"object '([^']+)'", "grant select on {0} to {user}"),
        (r"database \"?'?([^\s\"']+)", "a user for login {user} in database {0}, grant connect"),
        (r"", "the right password for login {user}"),
    ),
}


_DRIVERS = ("sqlalchemy", "psycopg", "adbc_driver_manager", "pymysql", "pymssql", "sqlite3")


@contextmanager
def translated(database: Database) -> Iterator[None]:
    """Whatever a driver raises inside comes out as one of ours; other errors are bugs and pass."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.split(".")[0] not in _DRIVERS:
            raise
        raise build_error(error, database) from None


def build_error(error: Exception, database: Database) -> EltError:
    """The error to raise instead; says what to grant when a right is missing."""
    kind = _find_class(error, database.dialect)
    text = _first_line(error, database)
    if kind is AccessDenied:
        return AccessDenied(f"the database refused: {text}. Needed: {_find_need(text, database)}.")
    return kind(f"the database refused: {text}. {_ADVICE[kind]}")


# What PostgreSQL says in the middle of an answer. Other words may quote rows and are not repeated.
_SAID_MIDWAY: tuple[tuple[str, type[EltError]], ...] = (
    (r"permission denied for [\w ]+", AccessDenied),
    (r"cannot execute [\w ]+ in a read-only transaction", ConfigError),
    (r"canceling statement due to [\w -]+", UpstreamUnavailable),
    (r"terminating connection due to [\w -]+", UpstreamUnavailable),
    (r"out of memory|No space left on device|could not serialize access", UpstreamUnavailable),
    (r"server closed the connection|connection to server was lost|could not receive data",
     UpstreamUnavailable),
)  # fmt: skip


def build_stream_error(error: Exception) -> EltError:
    """The error for an answer of PostgreSQL that broke off while it was read."""
    for words, kind in _SAID_MIDWAY:
        match = re.search(words, str(error))
        if match:
            advice = _ADVICE.get(kind, "Grant what the views and functions behind it need.")
            return kind(f"the answer broke off: `{match[0]}`. {advice}")
    if "ERROR" in str(error):
        return ContractBroken(f"the answer broke off. {_ADVICE[ContractBroken]}")
    return UpstreamUnavailable(f"the answer broke off. {_ADVICE[UpstreamUnavailable]}")


def _find_need(text: str, database: Database) -> str:
    for words, need in _GRANTS[database.dialect]:
        match = re.search(words, text, re.IGNORECASE)
        if match:
            named = [group.strip("`'\"") for group in match.groups()]
            return f"`{need.format(*named, user=database.user)}`"
    return "access"


def _find_class(error: Exception, dialect: str) -> type[EltError]:
    if type(error).__name__ == "NoSuchTableError":
        return ConfigError
    if dialect == "postgresql":
        return _find_postgres(error)
    if dialect == "sqlite":
        return _find_sqlite(str(error).lower())
    number = _find_number(error)
    for table, kind in ((_DENIED, AccessDenied), (_CONFIG, ConfigError)):
        if number in table[dialect]:
            return kind
    return UpstreamUnavailable if number in _UNAVAILABLE[dialect] else ContractBroken


def _find_postgres(error: Exception) -> type[EltError]:
    state = getattr(_cause(error), "sqlstate", None)
    text = str(error).lower()
    if state is None:
        if any(words in text for words in _LIBPQ_DENIED):
            return AccessDenied
        missing = "does not exist" in text and any(word in text for word in _LIBPQ_CONFIG)
        return ConfigError if missing else UpstreamUnavailable
    if state in _DENIED_STATES:
        return AccessDenied
    if state[:2] in _UNAVAILABLE_CLASSES:
        return UpstreamUnavailable
    return ConfigError if state[:2] in _CONFIG_CLASSES else ContractBroken


def _find_sqlite(text: str) -> type[EltError]:
    if any(words in text for words in _SQLITE_UNAVAILABLE):
        return UpstreamUnavailable
    return ConfigError if any(words in text for words in _SQLITE_CONFIG) else ContractBroken


def _find_number(error: Exception) -> int | None:
    found = _read_args(_cause(error))
    return found[0] if found and isinstance(found[0], int) else None


def _read_args(error: Any) -> tuple[Any, ...]:
    """(number, message) of a driver's error."""
    found: tuple[Any, ...] = error.args
    while found and isinstance(found[0], tuple):  # pymssql nests them
        found = found[0]
    return found


def _cause(error: Exception) -> Any:
    return getattr(error, "orig", None) or error


def _first_line(error: Exception, database: Database) -> str:
    """The database's own words where they quote no row; else only what kind of error it was."""
    cause = _cause(error)
    state = getattr(cause, "sqlstate", None) or ""
    if state[:2] in ("21", "22", "23"):
        return f"`{type(cause).__name__}` {state}".strip()
    said = _read_args(cause)
    text = str(said[1] if len(said) > 1 else cause)
    if len(said) > 1 and isinstance(said[1], bytes):
        text = said[1].decode("utf-8", "replace")
    match = re.search(r"(?:ERROR|FATAL):\s*(.*)", text)
    line = (match[1] if match else text).strip().split("\n")[0].rstrip(".")
    if database.secret:
        line = line.replace(database.secret, "***")
    return f"`{line[:300]}`"
