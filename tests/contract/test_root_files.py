"""What one file of the repository's root says of another: compose, make, pytest."""

import re

import yaml

from include.config.settings import ROOT

# Not environment of a container, and why.
ELSEWHERE = {
    "ELT_PARALLELISM": "the worker's concurrency",
    "ELT_FILES_ROOT": "a volume",
    "ELT_TENANTS_DIR": "a volume",
    "ELT_FILES_SHARED": "needs a volume of its own, which only its owner can name",
    "ELT_METRICS": "AIRFLOW__METRICS__OTEL_ON",
    "ELT_STATE_DIR": "a volume",
    "ELT_REGISTRY_DIR": "in that volume",
    "ELT_CONNECTORS_DIR": "in the image",
    "ELT_DBT_PROJECT_DIR": "in the image",
    "ELT_DBT_EXECUTABLE": "in the image",
    "ELT_DBT_MANIFEST": "in the image",
}


def test_every_setting_is_passed_on() -> None:
    """The limits of downloads could be set in `.env` and changed nothing in compose."""
    offered = set(re.findall(r"^#?(ELT_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
    workers = [one for name, one in services.items() if "worker" in name or "scheduler" in name]
    assert workers
    assert "ELT_DOWNLOAD_S" in offered
    for service in workers:
        assert offered - set(ELSEWHERE) <= set(service["environment"])
    assert set(ELSEWHERE) <= offered, "a name in the list is no setting any more"


def test_every_folder_of_tests_that_is_named_is_there() -> None:
    """`make test-integration` named a folder that did not exist, and ran nothing."""
    named = {
        (file, path)
        for file in ("Makefile", "pyproject.toml", ".ci/run", ".github/workflows/ci.yml")
        for path in re.findall(r"\btests/[\w/.]+\b", (ROOT / file).read_text())
    }
    assert len(named) > 8
    assert not [(file, path) for file, path in named if not (ROOT / path).exists()]
    run = {path for file, path in named if file in ("Makefile", "pyproject.toml")}
    folders = {path.parent for path in (ROOT / "tests").glob("*/test_*.py")}
    assert {str(path.relative_to(ROOT)) for path in folders} <= run, "a folder no command runs"
