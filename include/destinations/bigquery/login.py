"""How one tenant reaches its BigQuery: the fields of Airflow's Google connection type."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.core.errors import ConfigError

SCOPES = ("https://www.googleapis.com/auth/bigquery",)
LEGACY_PREFIX = "extra__google_cloud_platform__"
# A label's letters; source: cloud.google.com/bigquery/docs/labels-intro#requirements.
NOT_IN_LABELS = re.compile(r"[^a-z0-9_-]")
# A service that does not answer within this is asked again, by the same job id.
ANSWER_S = 120


@dataclass(frozen=True, slots=True)
class BigQueryLogin:
    """Secrets stay out of its repr.

    Attributes:
        project: Where datasets are and jobs run, and are paid.
        location: Region of the datasets and of every job: a job's id is taken per region.
        endpoint: Address of the API, where it is not Google's public one.
        secrets: Arguments for the provider's credentials; without any, the machine's own identity.
    """

    project: str
    location: str
    endpoint: str | None = None
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def build_client(self, labels: Mapping[str, str]) -> Any:
        """A `google.cloud.bigquery.Client` whose every query carries the labels.

        Raises:
            ConfigError: If the key cannot be read.
        """
        from google.cloud import bigquery

        config = bigquery.QueryJobConfig(labels=dict(labels))
        return bigquery.Client(
            project=self.project,
            location=self.location,
            credentials=self._build_credentials(),
            client_options={"api_endpoint": self.endpoint} if self.endpoint else None,
            default_query_job_config=config,
        )

    def _build_credentials(self) -> Any:
        if self.endpoint and self.endpoint.startswith("http://"):
            # No token over an open line: only a double listens there.
            from google.auth.credentials import AnonymousCredentials

            return AnonymousCredentials()  # type: ignore[no-untyped-call]
        # As the provider's hook does: keys, workload identity, the machine's own, impersonation.
        # Of the provider only this module, and only here: it takes seconds to import.
        from airflow.providers.common.compat.sdk import AirflowException
        from airflow.providers.google.cloud.utils.credentials_provider import (
            get_credentials_and_project_id,
        )
        from google.auth.exceptions import GoogleAuthError

        try:
            return get_credentials_and_project_id(scopes=SCOPES, **self.secrets)[0]
        except (AirflowException, GoogleAuthError, OSError, ValueError) as error:
            raise ConfigError(
                f"the credentials for BigQuery cannot be made ({type(error).__name__}). Expected "
                "in the connection's Extra `keyfile_dict` or `key_path` (the JSON file Google "
                "gave), `credential_config_file`, or nothing on a machine that has an identity."
            ) from None


def build_login(connection_id: str, fields: Mapping[str, Any]) -> BigQueryLogin:
    """A login from an Airflow connection.

    Args:
        fields: The Extra's project, location, `api_endpoint`, and what the provider's hook knows:
            keyfile_dict, key_path, credential_config_file, impersonation_chain.

    Raises:
        ConfigError: If project or location is missing, or the key is no JSON object.
    """
    extra = {str(k).removeprefix(LEGACY_PREFIX): v for k, v in fields.items() if v}
    secrets: dict[str, Any] = {
        name: extra[name] for name in ("key_path", "credential_config_file") if name in extra
    }
    if "keyfile_dict" in extra:
        secrets = {"keyfile_dict": _read_key(connection_id, extra["keyfile_dict"])}
    project = extra.get("project") or secrets.get("keyfile_dict", {}).get("project_id")
    wanted = {"project": project, "location": extra.get("location")}
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise ConfigError(
            f"connection `{connection_id}` lacks {', '.join(f'`{one}`' for one in missing)}. "
            "Expected a Google connection: in its Extra `project`, `location` (such as `EU`) and "
            "`keyfile_dict`. Complete it in Airflow (Admin, Connections)."
        )
    chain = [one.strip() for one in str(extra.get("impersonation_chain", "")).split(",")]
    if chain[-1]:
        secrets |= {"target_principal": chain[-1], "delegates": chain[:-1]}
    return BigQueryLogin(str(project), str(extra["location"]), extra.get("api_endpoint"), secrets)


def _read_key(connection_id: str, key: Any) -> dict[str, Any]:
    try:
        found = json.loads(key) if isinstance(key, str) else key
    except ValueError:
        found = None
    if isinstance(found, Mapping):
        return dict(found)
    raise ConfigError(
        f"`keyfile_dict` of connection `{connection_id}` is no JSON object. Expected the JSON text "
        "Google gave. Correct the connection."
    )


def build_label(text: str) -> str:
    """A value every label takes: 63 of some letters."""
    return NOT_IN_LABELS.sub("_", text.lower())[:63]
