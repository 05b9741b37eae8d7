"""Starts one foreign program where it sees no process but its own. Executed, not imported.

    python -I -S wall.py [--unwalled] <program> [argument ...]

Processes of one user can read each other's environment under /proc, and ours holds every tenant's
connections. So the program gets process numbers of its own and a /proc that shows only those
(Linux namespaces; root, or wherever ordinary users may make them). Where the machine does not allow
that, every environment the program could read is looked through first; if one holds a secret of the
platform, the program is not started. Standard library only.
"""

import contextlib
import ctypes
import os
import re
import signal
import sys
from pathlib import Path
from typing import NoReturn

SETTING = "ELT_PROGRAMS_UNWALLED"
UNWALLED = "--unwalled"
NEWNS, NEWUSER, NEWPID = 0x20000, 0x10000000, 0x20000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
NOT_FOUND, REFUSED = 127, 126
SECRET = re.compile(
    rb"(?:^|\0)(AIRFLOW_CONN_[A-Z0-9_]+|WAREHOUSE_(?:URL|PASSWORD)|AIRFLOW_DATABASE_PASSWORD|"
    rb"AIRFLOW__[A-Z_]*(?:KEY|SECRET|PASSWORD|SQL_ALCHEMY_CONN|RESULT_BACKEND|BROKER_URL))=[^\0]"
)
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(command: list[str]) -> int:
    """Run the program, walled in if possible; its exit code, 128 + n after signal n."""
    unwalled = command[0] == UNWALLED
    command = command[1:] if unwalled else command
    for number in SIGNALS:  # the guard signals the whole group: the program hears it itself
        signal.signal(number, signal.SIG_IGN)
    built, build = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.close(built)
        _run_helper(command, build)
    os.close(build)
    is_walled = os.read(built, 1) == b"1"
    os.close(built)
    code = _wait(helper)
    if is_walled:
        return code
    found = None if unwalled else find_readable_secret()
    if found:
        os.write(2, _refusal(*found).encode())
        return REFUSED
    return _exec(command)


def find_readable_secret() -> tuple[str, str] | None:
    """A process whose environment we can read, and the name of a secret in it."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            held = SECRET.search((folder / "environ").read_bytes())
            if held:
                return folder.name, held[1].decode()
    return None


def _refusal(process: str, variable: str) -> str:
    return (
        f"invalid config: this machine has no wall for foreign programs, and one could read "
        f"`{variable}` of process {process}. Allow namespaces to this user, run this queue's "
        f"workers without other tenants' secrets, or set {SETTING}=true to trust every program.\n"
    )


def _run_helper(command: list[str], built: int) -> NoReturn:
    """Enter the namespaces; its child is the first process there, and that one's the program."""
    _die_with_parent()
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    try:
        flags = NEWNS | NEWPID | (NEWUSER if user else 0)
        if sys.platform != "linux" or libc.unshare(flags):
            os._exit(0)
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        os._exit(0)
    first = os.fork()
    if first:
        os.close(built)
        _end(_wait(first))
    _die_with_parent()
    if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        os._exit(0)
    if libc.mount(b"proc", b"/proc", b"proc", 0, None) or find_readable_secret():
        os._exit(0)
    os.write(built, b"1")
    os.close(built)
    program = os.fork()
    if program == 0:
        _exec(command)
    _end(_wait(program))


def _wait(wanted: int) -> int:
    """The exit code of one child; others that became ours are reaped on the way."""
    while True:
        child, status = os.wait()
        if child == wanted:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _exec(command: list[str]) -> NoReturn:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        os.write(2, f"cannot start {command[0]}: {error.strerror}\n".encode())
        os._exit(NOT_FOUND)


def _end(code: int) -> NoReturn:
    os._exit(code)


def _die_with_parent() -> None:
    """A killed guard leaves no orphan: the first process of the namespace ends all of it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
