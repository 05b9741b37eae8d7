"""The client of an API that connector.yaml or a tenant file describes."""

from urllib.parse import urlsplit

from requests.auth import AuthBase

from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.extract.http.api_auth import build_api_auth
from include.extract.http.client import AnswerRules, HttpClient, HttpLimits, Refused
from include.extract.http.rate_limit import build_limiter
from include.extract.stores.source_stores import NO_STORES, Stores


def build_client(
    api: Api,
    credentials: Credentials,
    stores: Stores = NO_STORES,
    limits: HttpLimits | None = None,
    *,
    auth: AuthBase | None = None,
    refused: Refused | None = None,
) -> HttpClient:
    """HTTP client of one feed.

    Args:
        auth: Signs the requests where the connector knows better than its `auth`.
        refused: Finds the refusal in an answer with status 200.

    Raises:
        MissingSecret: If the connection lacks the secret.
    """
    limits = limits or HttpLimits()
    return HttpClient(
        build_base_url(api.base_url, credentials.host),
        auth=auth or build_api_auth(api, credentials, stores.token_store),
        headers=api.headers,
        limiter=build_limiter(api, credentials, stores.rate_budget, sleep=limits.sleep),
        limits=limits,
        answers=AnswerRules(api.exact_numbers, refused=refused),
    )


def build_base_url(declared: str, host: str | None) -> str:
    """The connection's host, completed by the declared path (`/v1`)."""
    if not host:
        return declared.rstrip("/")
    path = urlsplit(declared).path.rstrip("/")
    host = host.rstrip("/")
    return host if not path or urlsplit(host).path.endswith(path) else host + path
