"""Where local state lives, and the secrets and ports it remembers between commands."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from include.config.settings import load_settings
from include.local.postgres import PostgresServer, build_password


@dataclass(frozen=True)
class LocalState:
    """Paths below `.local/` (ELT_STATE_DIR)."""

    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def records(self) -> Path:
        """One json per running process: pid, start time, port."""
        return self.folder / "run"

    @property
    def airflow_home(self) -> Path:
        return self.folder / "airflow"

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def env_file(self) -> Path:
        return self.folder / "env"

    @property
    def demo_file(self) -> Path:
        """Beside the demo's own folder: `.local/demo.json`."""
        return self.folder.with_name("demo.json")

    def server(self, secrets_: "LocalSecrets", port: int) -> PostgresServer:
        return PostgresServer(self.postgres, port, secrets_.postgres)


@dataclass(frozen=True, repr=False)
class LocalSecrets:
    """Random passwords and keys of this machine's stack; `repr` hides them."""

    postgres: str
    airflow_database: str
    warehouse: str
    admin: str
    jwt: str
    api: str
    fernet: str

    def __repr__(self) -> str:
        return "LocalSecrets(...)"


def load_state() -> LocalState:
    return LocalState(load_settings().state_dir.resolve())


def run_ensure_folders(state: LocalState) -> None:
    for folder in (state.logs, state.records, state.airflow_home, state.postgres):
        folder.mkdir(parents=True, exist_ok=True)


def run_ensure_secrets(state: LocalState) -> LocalSecrets:
    """The stored secrets, made on first use; the file is readable by its owner only."""
    path = state.folder / "secrets.json"
    if path.exists():
        return LocalSecrets(**json.loads(path.read_text()))
    made = {field.name: build_password() for field in fields(LocalSecrets)}
    # Fernet (Airflow's encryption of stored connections) wants 32 bytes in URL-safe base64.
    made["fernet"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    found = LocalSecrets(**made)
    write_private(path, json.dumps(asdict(found), indent=1))
    return found


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, at once: never half, never briefly public."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    draft.replace(path)


def load_json(path: Path) -> Any:
    """The file's value, or None when it is missing or not JSON."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None
