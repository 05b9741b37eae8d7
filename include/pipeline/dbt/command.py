"""Runs the dbt executable of its own environment and streams what it says to our log."""

import json
import logging
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from include.config.settings import Settings, dbt_environment
from include.core.errors import ConfigError

log = logging.getLogger(__name__)


def run_dbt_command(
    settings: Settings,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    on_event: Callable[[Mapping[str, Any]], None] | None = None,
) -> int:
    """Run dbt with the project's and profile's folders filled in; the answer is its exit code.

    Args:
        on_event: Called with each structured event of dbt as it happens; `data.node_info` says
            which node it is about.

    Raises:
        ConfigError: If the executable does not exist.
    """
    command = [
        str(settings.dbt_executable),
        "--no-use-colors",
        *(("--log-format", "json") if on_event else ()),
        *arguments,
        *build_project_options(settings),
    ]
    try:
        process = subprocess.Popen(
            command,
            env=dbt_environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise ConfigError(
            f"cannot run dbt at `{settings.dbt_executable}`: {error.strerror}. "
            "Expected the environment made by `make setup`, or ELT_DBT_EXECUTABLE."
        ) from error
    with process:
        try:
            for line in process.stdout or ():
                say_line(line, on_event)
        except BaseException:
            # The task is being stopped: dbt must not go on writing without anyone watching.
            process.terminate()
            raise
        return process.wait()


def build_project_options(settings: Settings) -> list[str]:
    """Where project and profile are."""
    project = str(settings.dbt_project_dir)
    return ["--project-dir", project, "--profiles-dir", project]


def say_line(line: str, on_event: Callable[[Mapping[str, Any]], None] | None) -> None:
    """Log what dbt said; a line that is no event (a warning of Python, say) is logged as it is."""
    text = line.strip()
    if on_event is None or not text.startswith("{"):
        if text:
            log.info("dbt %s", text)
        return
    try:
        event = json.loads(text)
        words = str(event["info"]["msg"]).strip()
    except (ValueError, KeyError, TypeError):
        log.info("dbt %s", text)
        return
    if words:
        log.info("dbt %s", words)
    on_event(event)
