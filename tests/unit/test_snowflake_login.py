"""What a Snowflake connection may say."""

from typing import Any

import pytest

from include.core.errors import ConfigError
from include.destinations.snowflake.login import build_login

FIELDS: dict[str, Any] = {"account": "a", "login": "u", "password": "s3cret", "database": "d"}


@pytest.mark.parametrize(
    "place", [{}, {"host": "a.b.snowflakecomputing.com"}, {"protocol": "HTTPS"}]
)
def test_the_account_is_spoken_to_by_tls(place: dict[str, str]) -> None:
    login = build_login("t__snow", FIELDS | place)
    assert dict(login.place).get("protocol", "https").lower() == "https"


@pytest.mark.parametrize("host", [None, "a.snowflakecomputing.com", "127.0.0.1.evil.example"])
def test_a_secret_never_travels_in_clear(host: str | None) -> None:
    """`protocol: http` in a connection's Extra sent the password to any host without TLS."""
    with pytest.raises(ConfigError, match="in clear") as caught:
        build_login("t__snow", FIELDS | {"protocol": "http", "host": host})
    assert "s3cret" not in str(caught.value)


def test_a_stand_in_on_this_machine_needs_none() -> None:
    login = build_login("t__snow", FIELDS | {"protocol": "http", "host": "127.0.0.1", "port": "1"})
    assert dict(login.place)["protocol"] == "http"


@pytest.mark.parametrize(
    "field", ["private_key_file", "private_key_path", "authenticator", "token"]
)
def test_no_file_of_the_worker_is_named_by_a_connection(field: str) -> None:
    """A path would let whoever edits a connection try the platform's own keys."""
    login = build_login("t__snow", FIELDS | {field: "/run/secrets/key"})
    assert "/run/secrets" not in str(login.build_arguments("x"))
