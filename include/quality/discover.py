"""Check files to checks.

`include/connectors/<name>/checks/*.sql` for feeds, `include/quality/marts/*.sql` for marts.

A file is one select of bad rows under a header of comment lines:

    -- check: total_adds_up
    -- severity: error
    -- stream: orders             (mart checks: `-- needs: fct_orders, dim_customers`)
    -- why: A total that differs from its parts means a part was read wrongly.
    select order_id as bad_key from {schema}.orders where _feed = {feed} and ...
"""

import re
from pathlib import Path

from include.config.explain import did_you_mean
from include.config.models import Problem
from include.core.naming import SNAKE_PATTERN
from include.quality.check import Check, Severity

MARTS_FOLDER = Path(__file__).parent / "marts"
LAYERS = ("stg", "int", "mart", "snap")
FEED_PLACEHOLDERS = frozenset({"schema", "feed"})
MART_PLACEHOLDERS = frozenset({*LAYERS, "tomorrow"})

_HEADER = re.compile(r"^-- ?(\w+):\s*(.*)$")  # an indented line continues the value above
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_COMMENT = re.compile(r"--[^\n]*")


def load_feed_checks(connectors_dir: Path, connector: str) -> tuple[list[Check], list[Problem]]:
    """A connector's own checks, sorted by file name, and the problems of the unusable files."""
    folder = connectors_dir / connector / "checks"
    return _load(folder, "stream", FEED_PLACEHOLDERS)


def load_mart_checks(folder: Path = MARTS_FOLDER) -> tuple[list[Check], list[Problem]]:
    """The mart checks every tenant gets, sorted by file name, and the problems of the others."""
    return _load(folder, "needs", MART_PLACEHOLDERS)


def _load(
    folder: Path, about: str, placeholders: frozenset[str]
) -> tuple[list[Check], list[Problem]]:
    checks: list[Check] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.sql")):
        found, trouble = _parse(path, about, placeholders)
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
    path: Path, about: str, placeholders: frozenset[str]
) -> tuple[Check | None, list[Problem]]:
    """One file; None and the reasons when it cannot be a check."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None, [Problem(path, None, "cannot be read as UTF-8 text.")]
    header, body_line = _read_header(text)
    problems = _header_problems(path, header, about)
    body = "\n".join(text.splitlines()[body_line - 1 :]).strip().rstrip(";").strip()
    problems += _body_problems(path, body, body_line, placeholders)
    if problems:
        return None, problems
    names = tuple(name.strip() for name in header[about][0].split(","))
    check = Check(
        name=header["check"][0],
        severity=Severity(header["severity"][0]),
        sql=body,
        why=header["why"][0],
        stream=names[0] if about == "stream" else None,
        tables=names if about == "needs" else (),
        path=path,
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


def _header_problems(path: Path, header: dict[str, tuple[str, int]], about: str) -> list[Problem]:
    wanted = ("check", "severity", about, "why")
    problems = [
        Problem(path, 1, f"has no line `-- {key}: ...` above its SQL. Add it.")
        for key in wanted
        if not header.get(key, ("", 0))[0]
    ]
    for key in sorted(header.keys() - set(wanted)):
        guess = did_you_mean(key, wanted)
        message = f"`{key}` is not a known header.{guess} Known: {', '.join(wanted)}."
        problems.append(Problem(path, header[key][1], message))
    name, line = header.get("check", ("", 0))
    if name and not re.match(SNAKE_PATTERN, name):
        problems.append(Problem(path, line, f"`check` is `{name}`. Expected snake case."))
    severity, line = header.get("severity", ("", 0))
    if severity and severity not in tuple(Severity):
        guess = did_you_mean(severity, tuple(Severity))
        message = f"`severity` is `{severity}`. Expected error or warn.{guess}"
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
