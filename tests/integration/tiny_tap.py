"""A Singer tap and Airbyte source in one small program, told by its config how to misbehave.

Copied to a file with a `#!` line by `tests.integration.tool_maker`; imports nothing of ours.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

FIELDS = {
    "id": {"type": "integer"},
    "name": {"type": ["null", "string"]},
    "createdAt": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
    "amount": {"type": ["number", "null"]},
    "tags": {"type": "array"},
    "a.b": {"type": "string"},
}
SCHEMA = {"type": "object", "properties": FIELDS}


def say(message):
    print(json.dumps(message), flush=True)


def record(number, **more):
    return {
        "id": number,
        "name": f"n{number}",
        "createdAt": f"2026-01-01T00:00:{number % 60:02d}Z",
        "amount": number / 4,
        "tags": [number],
        "a.b": "dotted",
        **more,
    }


def option(name):
    given = sys.argv[1:]
    return given[given.index(name) + 1] if name in given else None


def load(name):
    return json.loads(Path(option(name)).read_text())


IS_AIRBYTE = sys.argv[1] in ("check", "discover", "read")
CONFIG = load("--config")
DO = CONFIG.get("do", "")


def entries():
    keyless = DO == "keyless"
    found = []
    for name, method in (("Orders", "INCREMENTAL"), ("all-people", "FULL_TABLE")):
        full = method == "FULL_TABLE"
        if IS_AIRBYTE:
            found.append(
                {
                    "name": name,
                    "json_schema": SCHEMA,
                    "supported_sync_modes": ["full_refresh"]
                    if full
                    else ["full_refresh", "incremental"],
                    "source_defined_cursor": True,
                    "default_cursor_field": [] if full else ["id"],
                    "source_defined_primary_key": [] if keyless else [["id"]],
                }
            )
        else:
            top = {
                "breadcrumb": [],
                "metadata": {
                    "table-key-properties": [] if keyless else ["id"],
                    "forced-replication-method": method,
                    "valid-replication-keys": [] if full else ["id"],
                },
            }
            found.append(
                {"tap_stream_id": name, "stream": name, "schema": SCHEMA, "metadata": [top]}
            )
    return found


def write(stream, data):
    if IS_AIRBYTE:
        say({"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 1}})
    else:
        say({"type": "RECORD", "stream": stream, "record": data})


def keep(stream, last):
    if IS_AIRBYTE:
        kind = CONFIG.get("state", "STREAM")
        state = {"last": last}
        if kind == "STREAM":
            about = {"stream_descriptor": {"name": stream}, "stream_state": state}
            say({"type": "STATE", "state": {"type": "STREAM", "stream": about}})
        elif kind == "GLOBAL":
            say({"type": "STATE", "state": {"type": "GLOBAL", "global": {"shared_state": state}}})
        else:
            say({"type": "STATE", "state": {"data": state}})
    else:
        say({"type": "STATE", "value": {"bookmarks": {stream: {"last": last}}}})


def find_last(stream):
    if not option("--state"):
        return 0
    state = load("--state")
    if not IS_AIRBYTE:
        return state["bookmarks"][stream]["last"]
    if isinstance(state, dict):
        return state["last"]
    about = state[0].get("stream") or {}
    return (about.get("stream_state") or state[0].get("global", {}).get("shared_state"))["last"]


def discover():
    if DO == "count":
        with Path(CONFIG["tally"]).open("a") as tally:
            tally.write("discovered\n")
    if DO == "chatter":
        print("hello, I am a tap")
    if IS_AIRBYTE:
        say({"type": "LOG", "log": {"level": "INFO", "message": "looking"}})
        say({"type": "CATALOG", "catalog": {"streams": entries()}})
    else:
        print(json.dumps({"streams": entries()}, indent=1))


def selected():
    for entry in load("--catalog")["streams"]:
        if IS_AIRBYTE:
            yield entry["stream"]["name"]
        else:
            top = next(m["metadata"] for m in entry["metadata"] if not m["breadcrumb"])
            if top.get("selected"):
                yield entry["tap_stream_id"]


def misbehave(stream, number):
    """What goes wrong at record `number`; the answer says whether to leave it out."""
    if DO == "bad_json" and number == 3:
        print('{"type": "RECORD", "stream": "' + stream + '", "record": {"id": 3, "na', flush=True)
        return True
    if DO == "double_key" and number == 3:
        twice = '{"id": 3, "amount": 5, "amount": 50}'
        print(f'{{"type": "RECORD", "stream": "{stream}", "record": {twice}}}', flush=True)
        return True
    if DO == "die" and number == 4:
        print("ConnectionError: lost it", file=sys.stderr, flush=True)
        sys.exit(3)
    if DO == "killed" and number == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    if DO == "denied":
        print("HTTP 401 Unauthorized for " + CONFIG["password"], file=sys.stderr, flush=True)
        sys.exit(1)
    if DO == "trace" and number == 4:
        error = {
            "message": "No. " + CONFIG["password"],
            "internal_message": "x",
            "failure_type": CONFIG["failure"],
        }
        say({"type": "TRACE", "trace": {"type": "ERROR", "error": error}})
        sys.exit(1)
    if DO == "incomplete" and number == 4:
        status = {"stream_descriptor": {"name": stream}, "status": "INCOMPLETE"}
        say({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "stream_status": status}})
        sys.exit(0)
    if DO == "hang" and number == 3:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(CONFIG["tally"]).write_text(f"{os.getpid()} {child.pid} {Path.cwd()}")
        if CONFIG.get("stubborn"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)
    if DO == "huge" and number == 3:
        write(stream, record(3, name="x" * 3_000_000))
        return True
    if DO == "exact" and number == 3:
        text = json.dumps({"type": "RECORD", "stream": stream, "record": {"id": 3, "amount": 0.5}})
        print(text.replace("0.5", "12345678901234567890.123456789"), flush=True)
        return True
    return False


def read():
    if DO == "secret":
        print(f"the password is {CONFIG['password']}", file=sys.stderr)
        print(f"stray print {CONFIG['password']}")
    for stream in selected():
        if not IS_AIRBYTE:
            say({"type": "SCHEMA", "stream": stream, "schema": SCHEMA, "key_properties": ["id"]})
        else:
            say(
                {
                    "type": "LOG",
                    "log": {"level": "WARN", "message": "pw " + CONFIG.get("password", "")},
                }
            )
        if DO == "rotate":
            old = CONFIG["password"]
            CONFIG["password"] = CONFIG["new_password"]
            CONFIG["access"] = {"token": f"follows-{old}"}
            if IS_AIRBYTE:
                new = {"type": "CONNECTOR_CONFIG", "connectorConfig": {"config": CONFIG}}
                say({"type": "CONTROL", "control": new})
            else:
                Path(option("--config")).write_text(json.dumps(CONFIG))
            print(f"logged in with {old}, next is {CONFIG['password']}", file=sys.stderr)
            time.sleep(0.1)
        if DO == "state_only":
            keep(stream, 99)
            return
        first = find_last(stream) + 1
        for number in range(first, CONFIG.get("until", 5) + 1):
            if misbehave(stream, number):
                continue
            more = {}
            if DO == "schema_change" and number > 2:
                more = {"colour": "red", "amount": "many"}
            if DO == "deletes" and number % 2:
                more = {"_sdc_deleted_at": "2026-02-01T00:00:00Z"}
            if DO == "keyless":
                more = {"id": 7, "name": "same", "createdAt": None, "amount": 1, "tags": []}
            write(stream, record(number, **more))
            if DO == "parents":
                write("all-people", record(number))
            if number % CONFIG.get("every", 1) == 0 and DO != "no_state":
                keep(stream, number)
        if DO == "new_key":
            say({"type": "SCHEMA", "stream": stream, "schema": SCHEMA, "key_properties": ["name"]})


if IS_AIRBYTE and sys.argv[1] == "check":
    good = CONFIG.get("password") != "wrong-password"
    answer = {"status": "SUCCEEDED" if good else "FAILED", "message": CONFIG.get("password")}
    say({"type": "CONNECTION_STATUS", "connectionStatus": answer})
elif "--discover" in sys.argv or "discover" in sys.argv:
    discover()
else:
    read()
