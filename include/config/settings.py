"""The only reader of the environment. Every variable is documented in .env.example.

Secrets are not settings: `connection_from_env` hands out one connection and keeps nothing.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from include.core.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
DEMO_TENANTS = ROOT / "include" / "sandbox" / "tenants"


@dataclass(frozen=True)
class Settings:
    """Where things live; read anew on each `load_settings` call, so tests can change it.

    Attributes:
        root: Repository root; relative paths in tenant files start here.
        tenants_dir: The user's own tenant files, or the demo's after `use_demo`.
        registry_dir: What was made in the console, as files; on a disk every worker shares.
        state_dir: Local state (embedded server, sandbox, logs); ignored by git.
        warehouse_url: libpq URL of the warehouse, None when only an Airflow connection names it.
        tenant_roles: Give each tenant its own database role (needs CREATEROLE).
        files_roots: `<root>/<tenant>` is the only place where a tenant's file may name files.
        files_shared: Folders every tenant may name, read and clear.
        allowed_hosts: Names, addresses and networks a feed may reach although they are private.
        allowed_programs: Packages and programs a feed may run; `*` is any.
        tenant_logins: Checks and dbt log in as the tenant's role instead of setting it.
        programs_unwalled: They run even where they could read the platform's secrets.
        tenant_members: User of Airflow -> tenants they are confined to in the console, `*` is all;
            empty: nobody is confined. Once it names anybody, who is not named sees no tenant.
        fernet_key: Airflow's key, one or several comma-separated; seals stored OAuth tokens.
        operators: Who hears of the platform itself: `kind:connection` or `mail:connection:address`.
        alive_url: Is posted to while alerting works; its owner raises the alarm when it stops.
        sentry_dsn: Where unexpected errors go; None: nowhere.
        runbook_url: Where docs/runbook.md can be read in a browser.
        rates_file: The European Central Bank's `eurofxref-hist.zip`; None: the package's.
        console_url: Where people reach the console; of Airflow's own address unless said.
    """

    root: Path
    tenants_dir: Path
    connectors_dir: Path
    registry_dir: Path
    state_dir: Path
    warehouse_url: str | None
    tenant_roles: bool
    tenant_logins: bool
    dbt_project_dir: Path
    dbt_executable: Path
    dbt_manifest: Path
    files_roots: tuple[Path, ...] = ()
    files_shared: tuple[Path, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    allowed_programs: tuple[str, ...] = ()
    programs_unwalled: bool = False
    tenant_members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fernet_key: str | None = field(default=None, repr=False)
    operators: tuple[str, ...] = ()
    alive_url: str | None = field(default=None, repr=False)
    sentry_dsn: str | None = field(default=None, repr=False)
    runbook_url: str | None = None
    rates_file: Path | None = None
    console_url: str | None = None

    @property
    def dbt_docs(self) -> Path:
        """dbt's documentation as one page; absent until `ops__dbt_docs` has run."""
        return self.dbt_manifest.with_name("docs.html")

    @property
    def is_demo(self) -> bool:
        """Whether the made-up businesses are the tenants."""
        return self.tenants_dir.resolve() == DEMO_TENANTS

    def shown(self, path: Path) -> str:
        """The path from the root where possible: the same on every machine, an editor opens it."""
        return str(path.relative_to(self.root) if path.is_relative_to(self.root) else path)


def load_settings() -> Settings:
    """Read the environment once, with defaults that suit a fresh clone."""
    env = os.environ
    state = Path(env.get("ELT_STATE_DIR", ROOT / ".local"))
    return Settings(
        root=ROOT,
        tenants_dir=Path(env.get("ELT_TENANTS_DIR", ROOT / "include" / "tenants")),
        connectors_dir=Path(env.get("ELT_CONNECTORS_DIR", ROOT / "include" / "connectors")),
        registry_dir=Path(env.get("ELT_REGISTRY_DIR") or state / "registry"),
        state_dir=state,
        warehouse_url=env.get("WAREHOUSE_URL") or None,
        tenant_roles=env.get("ELT_TENANT_ROLES", "true").lower() != "false",
        tenant_logins=env.get("ELT_TENANT_LOGINS", "true").lower() != "false",
        dbt_project_dir=Path(env.get("ELT_DBT_PROJECT_DIR", ROOT / "dbt")),
        dbt_executable=Path(env.get("ELT_DBT_EXECUTABLE", ROOT / ".venv-dbt" / "bin" / "dbt")),
        dbt_manifest=Path(env.get("ELT_DBT_MANIFEST", state / "dbt" / "manifest.json")),
        # The made-up companies' exports lie in the state folder, by tenant as well.
        files_roots=(*_paths(env.get("ELT_FILES_ROOT") or "data"), state / "sandbox"),
        files_shared=_paths(env.get("ELT_FILES_SHARED")),
        allowed_hosts=_words(env.get("ELT_ALLOWED_HOSTS")),
        programs_unwalled=env.get("ELT_PROGRAMS_UNWALLED", "false").lower() == "true",
        allowed_programs=_words(env.get("ELT_ALLOWED_PROGRAMS")),
        tenant_members=_members(env.get("ELT_TENANT_MEMBERS")),
        fernet_key=env.get("AIRFLOW__CORE__FERNET_KEY") or None,
        operators=_words(env.get("ELT_OPERATORS")),
        alive_url=env.get("ELT_ALIVE_URL") or None,
        sentry_dsn=env.get("ELT_SENTRY_DSN") or None,
        runbook_url=env.get("ELT_RUNBOOK_URL") or None,
        rates_file=next(iter(_paths(env.get("ELT_RATES_FILE"))), None),
        console_url=_console(env),
    )


def _console(env: Mapping[str, str]) -> str | None:
    """The console is a part of Airflow's web server."""
    airflow = env.get("AIRFLOW__API__BASE_URL", "").rstrip("/")
    return env.get("ELT_CONSOLE_URL", "").rstrip("/") or (f"{airflow}/elt" if airflow else None)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,]+", text or "") if word)


def _members(text: str | None) -> dict[str, frozenset[str]]:
    """`olga=acme|summit, ben=*`: a word without `=` confines that user to nothing."""
    pairs = (word.partition("=") for word in _words(text))
    return {name: frozenset(filter(None, tenants.split("|"))) for name, _, tenants in pairs}


def _paths(text: str | None) -> tuple[Path, ...]:
    """Folders separated by `:`, from the repository root."""
    return tuple(ROOT / part for part in (text or "").split(os.pathsep) if part)


_USERS_OWN = ("WAREHOUSE_URL", "AIRFLOW_CONN_WAREHOUSE", "ELT_DBT_MANIFEST", "ELT_REGISTRY_DIR")


def use_demo() -> None:
    """From here on this process and its children run the made-up businesses, apart from the user's.

    They have a state of their own (`<state>/demo`: databases, Airflow, logs) and never the user's
    warehouse: a tenant of the user may be called `acme` too.
    """
    settings = load_settings()
    if settings.is_demo:
        return  # `source .local/demo/env` was here before
    os.environ["ELT_TENANTS_DIR"] = str(DEMO_TENANTS)
    os.environ["ELT_STATE_DIR"] = str(settings.state_dir.resolve() / "demo")
    for name in _USERS_OWN:
        os.environ.pop(name, None)


def use_server_secrets() -> None:
    """Let Airflow's SDK read connections as its servers do, its database included.

    For a process beside the scheduler, before it imports Airflow; a task asks its supervisor.
    """
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")


def connection_from_env(connection_id: str) -> str | None:
    """The raw `AIRFLOW_CONN_<ID>` value (URI or JSON) as Airflow itself would read it."""
    return os.environ.get(f"AIRFLOW_CONN_{connection_id.upper()}")


def child_environment(**extra: str) -> dict[str, str]:
    """A copy of the environment for a subprocess (dbt), with `extra` on top."""
    return {**os.environ, **extra}


# What a foreign program may see of our environment: how to run and reach the network. Connections,
# keys and the warehouse's address are in there too and are nobody else's business.
_TOOL_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
                   "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY",
                   "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy",
                   "no_proxy")  # fmt: skip


def dbt_environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of dbt: SQL and Jinja of the project can read every variable in it."""
    env = os.environ
    names = [n for n in env if n in ("HOME", "TMPDIR") or n.startswith(("DBT_", "ELT_DBT_"))]
    return {**tool_environment(), **{name: env[name] for name in names}, **given}


def tool_environment(*, installing: bool = False) -> dict[str, str]:
    """The environment of a program that is not ours; with `installing`, pip's and uv's as well."""
    env = os.environ
    names = [name for name in _TOOL_VARIABLES if name in env]
    if installing:
        names += [n for n in env if n.startswith(("PIP_", "UV_")) or n in ("HOME", "TMPDIR")]
    return {name: env[name] for name in names}


@dataclass(frozen=True)
class DownloadLimits:
    """How long a streamed answer is waited for, in all and for each 64 KiB; seconds."""

    whole_s: float = 14_400.0
    piece_s: float = 120.0


def load_download_limits() -> DownloadLimits:
    """Read ELT_DOWNLOAD_S and ELT_DOWNLOAD_PIECE_S.

    Raises:
        ConfigError: If one of them is set and no number of seconds above zero.
    """
    given = DownloadLimits()
    return DownloadLimits(
        whole_s=_seconds("ELT_DOWNLOAD_S", given.whole_s),
        piece_s=_seconds("ELT_DOWNLOAD_PIECE_S", given.piece_s),
    )


def _seconds(name: str, otherwise: float) -> float:
    text = os.environ.get(name)
    if not text:
        return otherwise
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) and float(text) > 0:
        return float(text)
    raise ConfigError(
        f"environment: {name} is `{text}`. Expected seconds above zero. Correct .env, or leave it "
        "away."
    )


@dataclass(frozen=True)
class AirflowAccess:
    """How the watcher asks Airflow how it is.

    Attributes:
        url: None: it is not asked.
        user: Without one only the health that anybody may read.
    """

    url: str | None
    user: str | None
    password: str | None = field(repr=False)


def load_airflow_access() -> AirflowAccess:
    """Read ELT_AIRFLOW_URL, ELT_AIRFLOW_USER and ELT_AIRFLOW_PASSWORD."""
    names = ("ELT_AIRFLOW_URL", "ELT_AIRFLOW_USER", "ELT_AIRFLOW_PASSWORD")
    return AirflowAccess(*(os.environ.get(name) or None for name in names))


@dataclass(frozen=True)
class LocalSettings:
    """What `make up` wishes for on this machine; a taken port gets the next free one."""

    airflow_port: int
    postgres_port: int
    sandbox_port: int
    parallelism: int


def load_local_settings() -> LocalSettings:
    """Read AIRFLOW_PORT, POSTGRES_PORT, SANDBOX_PORT and ELT_PARALLELISM.

    Raises:
        ValueError: If one of them is set and no whole number.
    """
    env = os.environ
    return LocalSettings(
        airflow_port=int(env.get("AIRFLOW_PORT") or 8080),
        postgres_port=int(env.get("POSTGRES_PORT") or 5433),
        sandbox_port=int(env.get("SANDBOX_PORT") or 8900),
        # A task waits for the source or the warehouse half of its time: twice the cores.
        parallelism=int(env.get("ELT_PARALLELISM") or max(4, 2 * (os.cpu_count() or 2))),
    )
