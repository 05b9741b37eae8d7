"""Snowflake's double as a server: started by the double's own Python, patched before it listens.

    <its python> snowflake_double.py PORT

It spells a few things otherwise than the service; each patch says which. It keeps nothing, and
binds to this machine only.
"""

import itertools
import sys

import fakesnow.cursor as cursor
import fakesnow.server as server
import uvicorn

numbers = itertools.count(1)


def build_session_id(token: str) -> int:
    """Each login of the double as a session number, as the service has them."""
    return known.setdefault(token, next(numbers))


known: dict[str, int] = {}
execute = cursor.FakeSnowflakeCursor.execute


def run(self, command, *args, **kwargs):  # type: ignore[no-untyped-def]
    """`current_session()` and `system$abort_session`, which the double lacks."""
    own = next((t for t, c in server.sessions.items() if c is self._conn), "")
    text = command.replace("current_session()", f"'{build_session_id(own)}'")
    if "system$abort_session" in text:
        wanted = kwargs.get("binding_params") or args[:1]
        said = text.split("system$abort_session(")[1].split(")")[0].strip("'") or str(wanted)
        for token, number in list(known.items()):
            if str(number) == said and token in server.sessions:
                conn = server.sessions.pop(token)
                conn._duck_conn.execute("rollback")
        text = "select 'session aborted'"
    return execute(self, text, *args, **kwargs)


cursor.FakeSnowflakeCursor.execute = run  # type: ignore[method-assign]

if __name__ == "__main__":
    uvicorn.run(server.app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
