"""Check files to checks.

`include/connectors/<name>/checks/*.sql` for feeds, `include/quality/marts/**/*.sql` for every
tenant's marts, `include/quality/tenants/<tenant>/*.sql` for one tenant's raw tables and marts.

A file is one select of bad rows under a header of comment lines:

    -- check: total_adds_up
    -- severity: error
    -- stream: orders             (mart checks: `-- needs: fct_orders, dim_customers`)
    -- dimension: consistency     (optional; validity if absent)
    -- why: A total that differs from its parts means a part was read wrongly.
    select order_id as bad_key from {schema}.orders where _feed = {feed} and ...
"""

import re
from pathlib import Path

from include.config.explain import did_you_mean
from include.config.models import Problem, Tenant
from include.config.walls.plain_files import load_plain
from include.core.naming import SNAKE_PATTERN
from include.quality.check import Check, Dimension, Origin, Severity

MARTS_FOLDER = Path(__file__).parent / "marts"
TENANTS_FOLDER = Path(__file__).parent / "tenants"
# A statement, however long.
MOST_BYTES = 1_000_000
LAYERS = ("stg", "int", "mart", "snap")
FEED_PLACEHOLDERS = frozenset({"schema", "feed"})
MART_PLACEHOLDERS = frozenset({*LAYERS, "tomorrow"})

ABOUT = frozenset({"stream", "needs"})
NEEDED = frozenset({"check", "severity", "why", *ABOUT})

_HEADER = re.compile(r"^-- ?(\w+):\s*(.*)$")  # an indented line continues the value above
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_COMMENT = re.compile(r"--[^\n]*")
_RAW_TABLE = re.compile(r"\{schema\}\.([a-z_][a-z0-9_]*)")


def load_feed_checks(connectors_dir: Path, connector: str) -> tuple[list[Check], list[Problem]]:
    """A connector's own checks, sorted by file name, and the problems of the unusable files."""
    folder = connectors_dir / connector / "checks"
    return _load(folder, "stream", FEED_PLACEHOLDERS)


def load_mart_checks(folder: Path = MARTS_FOLDER) -> tuple[list[Check], list[Problem]]:
    """The mart checks every tenant gets, sorted by file name, and the problems of the others."""
    return _load(folder, "needs", MART_PLACEHOLDERS)


def load_tenant_checks(
    tenant: Tenant, folder: Path = TENANTS_FOLDER
) -> tuple[list[Check], list[Problem]]:
    """A tenant's own checks; `{raw_<connector>}` is the schema of a connector it uses."""
    raw = {raw_placeholder(connector) for connector in tenant.connectors}
    return _load(folder / tenant.id, "needs", MART_PLACEHOLDERS | raw, needed=NEEDED - {"needs"})


def raw_placeholder(connector: str) -> str:
    return f"raw_{connector}"


def _load(
    folder: Path, about: str, placeholders: frozenset[str], needed: frozenset[str] | None = None
) -> tuple[list[Check], list[Problem]]:
    checks: list[Check] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.sql")):
        found, trouble = _parse(path, about, placeholders, needed or (NEEDED - ABOUT | {about}))
        problems += trouble
        if found is None:
            continue
        if found.name in {check.name for check in checks}:
            problems.append(
                Problem(path, 1, f"a second check `{found.name}`. Choose another name.")
            )
        else:
            checks.append(found)
    return checks, problems


def _parse(
    path: Path, about: str, placeholders: frozenset[str], needed: frozenset[str]
) -> tuple[Check | None, list[Problem]]:
    """One file; None and the reasons when it cannot be a check."""
    try:
        text = load_plain(path, MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        return None, [Problem(path, None, "cannot be read as UTF-8 text.")]
    header, body_line = _read_header(text)
    problems = _header_problems(path, header, needed, about)
    body = "\n".join(text.splitlines()[body_line - 1 :]).strip().rstrip(";").strip()
    problems += _body_problems(path, body, body_line, placeholders)
    if problems:
        return None, problems
    said = header.get(about, ("", 0))[0]
    names = tuple(name.strip() for name in said.split(",") if name.strip())
    check = Check(
        name=header["check"][0],
        severity=Severity(header["severity"][0]),
        sql=body,
        why=header["why"][0],
        stream=names[0] if about == "stream" else None,
        tables=names if about == "needs" else tuple(sorted(set(_RAW_TABLE.findall(body)))),
        path=path,
        dimension=Dimension(header.get("dimension", ("validity", 0))[0]),
        origin=Origin.FILE,
    )
    return check, []


def _read_header(text: str) -> tuple[dict[str, tuple[str, int]], int]:
    """(key -> (value, line)) of the leading comment lines, and the line where SQL begins.

    A comment line without a key continues the value above it.
    """
    header: dict[str, tuple[str, int]] = {}
    last = None
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("--"):
            return header, number
        match = _HEADER.match(line)
        if match:
            last = match[1]
            header[last] = (match[2].strip(), number)
        elif last and line.startswith("--"):
            value, at = header[last]
            header[last] = (f"{value} {line.removeprefix('--').strip()}", at)
    return header, len(lines) + 1


def _header_problems(
    path: Path, header: dict[str, tuple[str, int]], needed: frozenset[str], about: str
) -> list[Problem]:
    order = ("check", "severity", about, "why")
    problems = [
        Problem(path, 1, f"has no line `-- {key}: ...` above its SQL. Add it.")
        for key in order
        if key in needed and not header.get(key, ("", 0))[0]
    ]
    for key in sorted(header.keys() - {*order, "dimension"}):
        guess = did_you_mean(key, order)
        message = f"`{key}` is not a known header.{guess} Known: {', '.join(order)}."
        problems.append(Problem(path, header[key][1], message))
    name, line = header.get("check", ("", 0))
    if name and not re.match(SNAKE_PATTERN, name):
        problems.append(Problem(path, line, f"`check` is `{name}`. Expected snake case."))
    for key, known in (("severity", tuple(Severity)), ("dimension", tuple(Dimension))):
        word, line = header.get(key, ("", 0))
        if word and word not in known:
            guess = did_you_mean(word, known)
            message = f"`{key}` is `{word}`. Expected one of: {', '.join(known)}.{guess}"
            problems.append(Problem(path, line, message))
    return problems


def _body_problems(path: Path, body: str, line: int, placeholders: frozenset[str]) -> list[Problem]:
    plain = _COMMENT.sub("", body)
    if not plain.strip():
        return [Problem(path, line, "has no SQL below its header.")]
    problems = []
    if "bad_key" not in plain:
        message = "selects no `bad_key`. Expected the key of a bad row under that name."
        problems.append(Problem(path, line, message))
    if ";" in plain:
        problems.append(Problem(path, line, "holds several statements. Expected one select."))
    for name in sorted(set(_PLACEHOLDER.findall(plain)) - placeholders):
        guess = did_you_mean(name, placeholders)
        known = ", ".join(f"{{{p}}}" for p in sorted(placeholders))
        message = f"`{{{name}}}` is not a placeholder here.{guess} Known: {known}."
        problems.append(Problem(path, line, message))
    return problems
