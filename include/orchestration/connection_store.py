"""Connections people give in the console, kept where Airflow keeps its own: encrypted.

Only the API server calls it: nobody else may write Airflow's database.
"""

import json
from collections.abc import Mapping

from airflow.models import Connection  # noqa: TID251  the SDK cannot write
from airflow.utils.session import create_session

from include.config.settings import connection_from_env
from include.core.errors import ConfigError

OWN = ("conn_type", "host", "schema", "login", "password", "port")


def run_save_connection(connection_id: str, fields: Mapping[str, str]) -> None:
    """Set these fields of the connection, the others stay; an empty one is taken out.

    Another host begins the connection anew: what was kept for the old one goes.

    Raises:
        ConfigError: The connection comes from the environment, which wins, or its Extra is broken.
    """
    if connection_from_env(connection_id) is not None:
        raise ConfigError(
            f"connection `{connection_id}` is given by the environment, which wins. Expected none "
            "there. Change it where it is set."
        )
    with create_session() as session:
        query = session.query(Connection)  # noqa: AIR311
        found = query.filter(Connection.conn_id == connection_id).one_or_none()  # noqa: AIR311
        if found is not None and fields.get("host") not in (None, "", found.host):
            # Secrets kept for one host are not sent to another by whoever cannot read them. A new
            # row: Airflow's model does not take None for a password.
            session.delete(found)
            session.flush()
            found = None
        if found is None:
            found = Connection(conn_id=connection_id, conn_type="http")  # noqa: AIR311
            session.add(found)
        for name in OWN:
            if name in fields:
                setattr(found, name, _own(name, fields[name]))
        further = {name: value for name, value in fields.items() if name not in OWN}
        if further:
            found.set_extra(json.dumps(_merge(connection_id, found.extra, further)))


def _own(name: str, value: str) -> str | int | None:
    if name == "port":
        return int(value) if value else None
    return value or ("http" if name == "conn_type" else None)


def _merge(connection_id: str, extra: str | None, further: Mapping[str, str]) -> dict[str, object]:
    try:
        known = json.loads(extra) if extra else {}
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise ConfigError(
            f"Extra of connection `{connection_id}` is not a JSON object. Expected "
            '`{"field": "value"}`. Correct it in Airflow.'
        )
    merged = {**known, **further}
    return {name: value for name, value in merged.items() if value != ""}
