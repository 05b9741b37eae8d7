"""Environments of the programs this platform is compared with, made on first use."""

import subprocess
import sys
from pathlib import Path

from include.config.settings import ROOT, load_settings


def ensure_environment(name: str, *requirements: str, python: str = sys.executable) -> Path:
    """The `bin` folder of an environment holding exactly these requirements.

    Args:
        python: The interpreter it is made of.
    """
    folder = load_settings().state_dir / "bench" / name
    made = folder / "bin" / "python"
    uv = _find_uv()
    if not made.exists():
        subprocess.run([uv, "venv", "-q", "-p", python, str(folder)], check=True)
    install = [uv, "pip", "install", "-q", "--python", str(made), *requirements]
    subprocess.run(install, check=True)
    return folder / "bin"


def _find_uv() -> str:
    """The uv that made our own environments: that of PATH, or the one in `.local`."""
    found = subprocess.run(
        [ROOT / "include" / "local" / "setup.sh", "uv"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return str(ROOT / found)
