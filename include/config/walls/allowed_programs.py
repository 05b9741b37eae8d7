"""Which programs a feed may run: those the operator names in `ELT_ALLOWED_PROGRAMS`.

An entry is a package (`tap-github`, any version; `tap-github==2.0.1`, that one), a program's path
or name, or `*` for any: installing a package already runs its code.
"""

import re
from collections.abc import Mapping
from typing import Any

from include.config.settings import load_settings
from include.core.errors import ConfigError

ANY = "*"
_PLAIN = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[A-Za-z0-9._,\s-]*\])?\s*([=<>!~][^@;]*)?$"
)
_PYTHON = re.compile(r"^[23]\.\d{1,2}$")
# Variables that choose which code runs, where it looks, or what it trusts.
_STEERING = re.compile(
    r"^(LD_|DYLD_|PYTHON|PIP_|UV_|SSL_|GIT_|NODE_|PERL|RUBY|JAVA_|JDK_|BASH|GCONV|GLIBC|MALLOC|"
    r"AIRFLOW|ELT_)|^(PATH|HOME|TMPDIR|ENV|IFS|SHELL|.*_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$",
    re.IGNORECASE,
)


def find_program_fault(options: Mapping[str, Any]) -> str | None:
    """Why a feed may not run what its options name; None when it may."""
    allowed = load_settings().allowed_programs
    if ANY in allowed:
        return None
    package = options.get("package")
    wanted = [package, *(options.get("with") or ())] if package else []
    for requirement in wanted:
        if not _is_allowed_package(str(requirement), allowed):
            return _refusal("package", requirement)
    program = options.get("executable")
    if program and not package and str(program) not in allowed:
        return _refusal("program", program)
    if package and program and "/" in str(program):
        return f"the program `{program}` is a path. Expected a script's name of `{package}`."
    python = options.get("python")
    if python and not _PYTHON.match(str(python)) and str(python) not in allowed:
        return _refusal("Python", python)
    for name in options.get("environment") or ():
        if _STEERING.search(str(name)):
            return f"the variable `{name}` decides which code runs. Expected one of the program's."
    return None


def require_allowed_program(options: Mapping[str, Any]) -> None:
    """Once more when it is run: a hand-written feed was never validated.

    Raises:
        ConfigError: If the operator has not allowed it.
    """
    fault = find_program_fault(options)
    if fault:
        raise ConfigError(fault)


def _is_allowed_package(requirement: str, allowed: tuple[str, ...]) -> bool:
    found = _PLAIN.match(requirement.strip())
    if not found:  # an address, a path, an option of pip
        return False
    return requirement.strip() in allowed or _normal(found[1]) in map(_normal, allowed)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _refusal(what: str, name: Any) -> str:
    return (
        f"the {what} `{name}` may not be run here. Expected one the operator allows. If the "
        "platform may run it, the operator adds it to ELT_ALLOWED_PROGRAMS."
    )
