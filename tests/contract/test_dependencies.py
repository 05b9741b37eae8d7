"""What is installed is pinned, and a licence that asks something of whoever ships it is known."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPYLEFT = re.compile(r"GPL|General Public|Mozilla|\bMPL|EPL|CDDL|EUPL", re.IGNORECASE)
# Copyleft, yet used: unchanged, as libraries of their own that can be exchanged.
KNOWN = {
    "certifi": "MPL: a list of authorities, requests needs it",
    "orjson": "MPL for a part of it: parses API pages at 1.5 times the standard library",
    "pathspec": "MPL: Airflow reads .airflowignore with it",
    "psycopg": "LGPL: the warehouse driver; COPY and pipelines have no equal",
    "psycopg-binary": "LGPL: the same, compiled",
    "psycopg-pool": "LGPL: its pool of connections, of the same people",
    "tqdm": "MPL for a part of it: Google's clients show progress with it",
    "psycopg2-binary": "LGPL: Airflow's and dbt's own metadata driver",
    "pymssql": "LGPL: SQL Server; optional, `make setup EXTRAS=mssql`",
    "text-unidecode": "Artistic or GPL, to choose: comes with python-slugify, through Airflow",
}


def _licence(found: metadata.Distribution) -> str:
    told = found.metadata
    words = [told.get("License-Expression"), (told.get("License") or "")[:80]]
    words += [one for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    return " ".join(word for word in words if word)


def _locked() -> list[str]:
    lines = [
        line
        for name in ("requirements", "requirements-mssql", "requirements-snowflake")
        for line in (ROOT / f"{name}.lock").read_text().splitlines()
    ]
    return [line.split("==")[0].split("[")[0] for line in lines if "==" in line[:60]]


@pytest.mark.parametrize(
    "name", [f"requirements{extra}" for extra in ("", "-mssql", "-snowflake", "-dev", "-dbt")]
)
def test_direct_dependencies_are_pinned(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    lines = [re.sub(r"#.*", "", line).strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("-")]
    assert wanted and all("==" in line for line in wanted)


OPTIONAL = ("requirements-mssql", "requirements-snowflake")
LOCKS = ["requirements", *OPTIONAL, "requirements-dbt", "requirements-dev"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_dependency_is_pinned_with_its_hashes(name: str) -> None:
    """A file exchanged on the index under the same version is not installed."""
    text = (ROOT / f"{name}.lock").read_text()
    lines = text.splitlines()
    wanted = [line for line in lines if re.match(r"[A-Za-z0-9]", line)]
    assert len(wanted) > (0 if name in OPTIONAL else 30)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(blocks) == len(wanted)
    assert [one[:40] for one in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", one)] == []
    assert [line for line in wanted if not re.match(r"[\w.\[\],-]+==[\w.!+]+", line)] == []
    assert not re.search(r"https?://|--(extra-)?index-url|--trusted-host|git\+", "\n".join(lines))


def test_every_copyleft_licence_is_known_with_its_reason() -> None:
    found = {}
    for name in _locked():
        try:
            licence = _licence(metadata.distribution(name))
        except metadata.PackageNotFoundError:
            continue  # of another platform
        if COPYLEFT.search(licence):
            found[name] = licence
    assert len(_locked()) > 100
    assert set(found) - set(KNOWN) == set(), found
    assert set(KNOWN) - set(found) == set(), "no longer installed: take it off the list"


def test_whatever_installs_a_lock_asks_for_the_hashes() -> None:
    for name in ("include/local/setup.sh", "Dockerfile"):
        text = (ROOT / name).read_text()
        installs = [line for line in text.splitlines() if "pip install" in line and " -r " in line]
        assert installs and all("--require-hashes" in line for line in installs), name
    assert "--generate-hashes" in (ROOT / "include" / "local" / "lock.sh").read_text()


def test_the_driver_of_sql_server_is_optional() -> None:
    """LGPL and compiled: installed for everybody, though hardly anybody reads a SQL Server."""
    assert "pymssql" not in (ROOT / "requirements.lock").read_text()
    assert "pymssql==" in (ROOT / "requirements-mssql.lock").read_text()
