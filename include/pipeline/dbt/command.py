"""Runs the dbt executable of its own environment and streams what it says to our log."""

import logging
import subprocess
from collections.abc import Mapping, Sequence

from include.config.settings import Settings, child_environment
from include.core.errors import ConfigError

log = logging.getLogger(__name__)


def run_dbt_command(
    settings: Settings, arguments: Sequence[str], environment: Mapping[str, str]
) -> int:
    """Run dbt with the project's and profile's folders filled in; the answer is its exit code.

    Raises:
        ConfigError: If the executable does not exist.
    """
    command = [
        str(settings.dbt_executable),
        "--no-use-colors",
        *arguments,
        "--project-dir",
        str(settings.dbt_project_dir),
        "--profiles-dir",
        str(settings.dbt_project_dir),
    ]
    try:
        process = subprocess.Popen(
            command,
            env=child_environment(**environment),
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
                if line.strip():
                    log.info("dbt %s", line.rstrip())
        except BaseException:
            # The task is being stopped: dbt must not go on writing without anyone watching.
            process.terminate()
            raise
        return process.wait()
