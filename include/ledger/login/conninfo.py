"""The warehouse's address taken apart and put together without losing, or showing, any of it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from psycopg import ProgrammingError, pq
from psycopg.conninfo import conninfo_to_dict

from include.core.errors import ConfigError

# What decides whether a connection is encrypted, to whom, and how we prove who we are: losing one
# of these on the way would weaken the connection without a word.
_GUARDING = ("ssl", "gss", "channel_binding", "require", "krbsrvname", "hostaddr", "service",
             "min_protocol", "max_protocol", "target_session_attrs", "load_balance")  # fmt: skip


def parse_conninfo(url: str) -> dict[str, str]:
    """libpq's parameters of a URL or key/value string.

    Raises:
        ConfigError: If it is neither; libpq's own words quote it, so they are not shown.
    """
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except (ProgrammingError, UnicodeError):
        raise ConfigError(
            "the warehouse URL cannot be read. Expected the form "
            "`postgresql://user:password@host:port/database`, with special characters in user and "
            "password percent-encoded. Correct WAREHOUSE_URL or the connection."
        ) from None


def build_query(extra: Mapping[str, object]) -> str:
    """libpq's parameters among a connection's extra fields as `?name=value`, or nothing.

    Raises:
        ConfigError: If a field about TLS is not one libpq knows: it would be ignored.
    """
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    for name in sorted(extra):
        if name.startswith(("ssl", "gss")) and name not in known:
            raise ConfigError(
                f"Extra of the warehouse's connection holds `{name}`, which libpq does not know. "
                "Expected names such as `sslmode` and `sslrootcert`. Correct the connection."
            )
    given = {name: str(extra[name]) for name in sorted(known & extra.keys()) if extra[name]}
    return f"?{urlencode(given)}" if given else ""


def build_pg_variables(url: str) -> dict[str, str]:
    """`PG...` variables of what guards the connection, for programs that get the rest otherwise.

    Raises:
        ConfigError: If libpq has no variable for one of them.
    """
    names = {
        option.keyword.decode(): option.envvar.decode() if option.envvar else None
        for option in pq.Conninfo.get_defaults()
    }
    found: dict[str, str] = {}
    for name, value in parse_conninfo(url).items():
        if not name.startswith(_GUARDING):
            continue
        variable = names[name]
        if variable is None:
            raise ConfigError(
                f"the warehouse URL holds `{name}`, which cannot be handed to dbt. Remove it, or "
                "give the key without a password."
            )
        found[variable] = value
    return found
