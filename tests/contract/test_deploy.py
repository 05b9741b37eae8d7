"""What deploy/ and docker-compose.yaml say of metrics, files and settings that exist elsewhere."""

import ast
import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

from include.config.models import MAX_MINUTES
from include.config.settings import ROOT
from include.console.api.prometheus import GAUGES
from include.local.airflow_env import BUNDLES
from tests.contract.source_tree import load_yml
from tests.storm.celery_stack import VISIBILITY_S

MONITORING = ROOT / "deploy" / "monitoring"
DASHBOARDS = sorted((MONITORING / "grafana" / "dashboards").glob("*.json"))
COMPOSE = load_yml(ROOT / "docker-compose.yaml")
PASSWORDS = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
OURS = {*GAUGES, "elt_feed_state"}


def _expressions() -> list[str]:
    groups = load_yml(MONITORING / "rules.yml")["groups"]
    found = [rule["expr"] for group in groups for rule in group["rules"]]
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            found += [target["expr"] for target in panel["targets"]]
    return found


def _airflow_metrics() -> set[str]:
    """Names as Prometheus keeps what Airflow sends by OpenTelemetry: counters end in _total."""
    spec = find_spec("airflow")
    assert spec and spec.origin
    folder = Path(spec.origin).parent / "_shared" / "observability" / "metrics"
    listed = load_yml(folder / "metrics_template.yaml")["metrics"]
    return {
        f"airflow_{re.sub(r'[^a-z0-9]', '_', one['name'])}"
        + ("_total" if one["type"] == "counter" else "")
        for one in listed
        if "{" not in one["name"]
    }


def test_every_metric_that_is_asked_for_is_one() -> None:
    """A rule over a name nobody sends never fires, and looks like a quiet platform."""
    asked = set(re.findall(r"\b(?:elt|airflow)_[a-z0-9_]+", " ".join(_expressions())))
    assert len(asked) > 12
    assert {name for name in asked if name.startswith("elt_")} <= OURS
    assert {name for name in asked if name.startswith("airflow_")} <= _airflow_metrics()


@pytest.mark.skipif(not shutil.which("promtool"), reason="Debian: apt-get install prometheus")
def test_the_rules_fire_when_they_should() -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", "rules_test.yml"],
        cwd=MONITORING,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_has_somebody_to_tell_and_a_sentence() -> None:
    for group in load_yml(MONITORING / "rules.yml")["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("warning", "critical"), rule
            assert len(rule["annotations"]["summary"]) > 20, rule


def test_what_compose_mounts_is_there() -> None:
    mounts = [
        text.split(":")[0]
        for service in COMPOSE["services"].values()
        for text in service.get("volumes", [])
        if text.startswith("./")
    ]
    assert len(mounts) > 4
    assert not [mount for mount in mounts if not (ROOT / mount).exists()]


def test_every_named_volume_is_declared() -> None:
    used = {
        text.split(":")[0]
        for service in COMPOSE["services"].values()
        for text in service.get("volumes", [])
        if re.match(r"[a-z]", text)
    }
    assert used == set(COMPOSE["volumes"])


def test_the_platform_is_an_ordinary_role_of_the_warehouse() -> None:
    """It logged in as the superuser whom the server is made with, before whom no wall stands."""
    server = COMPOSE["services"]["warehouse"]
    made_with = server["environment"].get("POSTGRES_USER", "postgres")
    urls = re.findall(
        r"postgresql://(\w+):.+@warehouse/", (ROOT / "docker-compose.yaml").read_text()
    )
    assert urls
    assert made_with not in urls
    assert [one["source"] for one in server["configs"]] == ["warehouse-role"]
    script = COMPOSE["configs"]["warehouse-role"]["content"]
    made = dict(re.findall(r"create role (\w+) (.+?) password", script))
    assert made == dict.fromkeys(urls, "login createrole")
    assert not re.search(r"alter role|superuser|bypassrls|replication|grant", script, re.IGNORECASE)


def test_no_task_outlives_what_the_broker_waits_for() -> None:
    """At four hours the broker handed a running task to a second worker, which ended the first: a
    first load of five hours, which `timeout_minutes` allows, never came to its end."""
    longest = timedelta(minutes=MAX_MINUTES).total_seconds()
    name = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
    values = load_yml(ROOT / "deploy" / "helm" / "values.yaml")["config"]
    assert int(COMPOSE["x-airflow"]["environment"][name]) >= longest
    assert values["celery_broker_transport_options"]["visibility_timeout"] >= longest
    assert longest >= VISIBILITY_S, "a storm waits no longer than compose"


def test_the_image_finds_tenants_as_this_machine_does() -> None:
    """The bundles stand in two places: what `make up` runs and what the image runs."""
    text = (ROOT / "Dockerfile").read_text()
    match = re.search(r"DAG_BUNDLE_CONFIG_LIST='(.*?)'", text)
    assert match
    assert json.loads(match[1]) == BUNDLES


def test_helm_values_name_settings_of_airflow() -> None:
    """A misspelt key of `config:` is a setting nobody reads."""
    import airflow.config_templates as templates

    known = load_yml(Path(templates.__path__[0]) / "config.yml")
    values = load_yml(ROOT / "deploy" / "helm" / "values.yaml")
    for section, options in values["config"].items():
        if section.startswith("celery"):
            continue  # the provider's own
        assert set(options) <= set(known[section]["options"]), section


def test_the_token_s_program_needs_no_library() -> None:
    tree = ast.parse((MONITORING / "renew_token.py").read_text())
    names = {n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)}
    assert names <= {"json", "os", "sys", "time", "urllib.request"}


def test_compose_needs_no_file_that_nobody_was_told_to_make() -> None:
    """It wanted a file of passwords that no page named, as a secret: Airflow opens it to write,
    which a secret does not let it. Whoever filled in .env alone never saw a login."""
    assert "secrets" not in COMPOSE
    assert not [name for name, one in COMPOSE["services"].items() if "secrets" in one]
    text = (ROOT / "docker-compose.yaml").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    assert len(needed) > 5
    named = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert needed <= named
    given = set(re.findall(r"(\w+)=x", (ROOT / "Makefile").read_text()))
    assert needed == given, "make compose-check gives each of them"


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (["scheduler"], "airflow scheduler"),
        (["celery", "worker"], "airflow celery worker"),
        (["airflow", "db", "check-migrations"], "airflow db check-migrations"),
        (["bash", "-c", "exec airflow scheduler"], "airflow scheduler"),
        ([], "airflow"),
    ],
)
def test_the_image_runs_what_compose_and_what_helm_call_it_with(
    words: list[str], run: str, tmp_path: Path
) -> None:
    """The image put `airflow` before everything; the chart's pods say `bash -c "exec airflow ..."`
    and their probes `/entrypoint airflow ...`: none of them would have started."""
    fake = tmp_path / "airflow"
    fake.write_text('#!/bin/sh\necho airflow "$@"\n')
    fake.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    program = ROOT / "deploy" / "container.sh"
    done = subprocess.run(
        [program, *words], env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == run
    text = (ROOT / "Dockerfile").read_text()
    assert "COPY --chmod=755 deploy/container.sh /entrypoint" in text
    assert 'ENTRYPOINT ["tini", "--", "/entrypoint"]' in text


def test_pods_run_no_program_of_airflows_own_image() -> None:
    """A sidecar called /clean-logs, which this image does not have."""
    values = load_yml(ROOT / "deploy" / "helm" / "values.yaml")
    for name in ("scheduler", "dagProcessor", "triggerer", "workers"):
        assert values[name]["logGroomerSidecar"] == {"enabled": False}, name


def test_helms_values_say_how_each_secret_is_made() -> None:
    text = (ROOT / "deploy" / "helm" / "values.yaml").read_text()
    used = set(re.findall(r"\b(elt-[a-z]+)\b", re.sub(r"(?m)^\s*#.*$", "", text)))
    made = set(re.findall(r"#\s+kubectl create (?:secret generic|configmap) (elt-[a-z]+)", text))
    assert used - made == {"elt-shared"}, "a claim, of which the values say what it must be"


def test_helms_api_servers_know_one_password() -> None:
    """Each pod made one of its own, and told it to its log."""
    server = load_yml(ROOT / "deploy" / "helm" / "values.yaml")["apiServer"]
    given = {one["name"]: one for one in server["env"]}
    assert server["args"][2] == COMPOSE["services"]["api-server"]["command"][0]
    assert given[PASSWORDS]["value"] in server["args"][2]
    assert "secretKeyRef" in given["AIRFLOW_ADMIN_PASSWORD"]["valueFrom"]


def test_the_administrators_password_is_in_no_tasks_environment() -> None:
    knows = {
        name
        for name, one in COMPOSE["services"].items()
        if "AIRFLOW_ADMIN_PASSWORD" in str(one.get("environment"))
    }
    assert knows == {"api-server", "metrics-login", "watch"}
    start = COMPOSE["services"]["api-server"]["command"][0]
    assert "unset AIRFLOW_ADMIN_PASSWORD" in start


def test_airflow_takes_the_file_of_passwords_that_the_api_server_makes(tmp_path: Path) -> None:
    """The lines of compose, run here up to Airflow itself."""
    command = COMPOSE["services"]["api-server"]["command"][0]
    place = COMPOSE["services"]["api-server"]["environment"][PASSWORDS]
    script = command.replace(place, str(tmp_path / "passwords.json")).replace("$$", "$")
    script = script.replace("exec airflow", "exec echo airflow").replace("python ", "python3 ")
    password = 'with "quotes" and \\ back'
    done = subprocess.run(
        ["bash", "-ec", script],
        env={"PATH": os.environ["PATH"], "AIRFLOW_ADMIN_PASSWORD": password},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "airflow api-server"
    file = tmp_path / "passwords.json"
    with file.open("a+") as stream:  # as SimpleAuthManager does
        assert SimpleAuthManager._get_passwords(stream) == {"admin": password}
    assert file.stat().st_mode & 0o077 == 0


def test_pods_share_what_is_made_in_the_console() -> None:
    """Helm's values named no folder for the registry: a feed saved by the API server was on its own
    pod's disk, and no worker ever found it."""
    values = load_yml(ROOT / "deploy" / "helm" / "values.yaml")
    given = {one["name"]: one["value"] for one in values["env"]}
    mounts = {one["name"]: one for one in values["volumeMounts"]}
    shared = next(one for one in values["volumes"] if one["name"] == "shared")
    assert "persistentVolumeClaim" in shared and not mounts["shared"].get("readOnly")
    for name in ("ELT_REGISTRY_DIR", "ELT_FILES_ROOT"):
        assert given[name].startswith(f"{mounts['shared']['mountPath']}/"), name
