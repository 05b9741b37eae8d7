"""Environments of the programs this platform is compared with, made on first use."""

import shutil
import subprocess
import sys
from pathlib import Path

from include.config.settings import load_settings


def ensure_environment(name: str, *requirements: str) -> Path:
    """The `bin` folder of an environment holding exactly these requirements."""
    folder = load_settings().state_dir / "bench" / name
    python = folder / "bin" / "python"
    uv = [shutil.which("uv") or ""] if shutil.which("uv") else [sys.executable, "-m", "uv"]
    if not python.exists():
        subprocess.run([*uv, "venv", "-q", "-p", "3.11", str(folder)], check=True)
    install = [*uv, "pip", "install", "-q", "--python", str(python), *requirements]
    subprocess.run(install, check=True)
    return folder / "bin"
