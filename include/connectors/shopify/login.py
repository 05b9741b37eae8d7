"""Who asks the shop: an app of the Dev Dashboard, or the token of an app made in the admin.

Since January 2026 the admin makes no new custom apps. A Dev Dashboard app that is installed in a
shop of its own organization trades client id and secret for a token that ends after 24 hours.
Source: shopify.dev "Client credentials grant", read 2026-11.
"""

from requests.auth import AuthBase

from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.core.errors import ConfigError
from include.extract.http.auth import build_auth
from include.extract.http.oauth import OAuth, build_login
from include.extract.stores.source_stores import Stores

HEADER = "X-Shopify-Access-Token"
TOKEN_PATH = "admin/oauth/access_token"  # noqa: S105  an address
# Tokens as the admin shows them: of custom, private and older custom apps.
LASTING = ("shpat_", "shppa_", "shpca_")
APP_SECRET = "shpss_"  # noqa: S105  how one begins


def build_shop_auth(api: Api, credentials: Credentials, stores: Stores) -> AuthBase:
    """Signs requests with a token of the app's own, renewed in time, or with the lasting one.

    Raises:
        MissingSecret: If the connection has neither.
        ConfigError: If a secret is there without the id it belongs to.
    """
    fields = credentials.fields
    secret = fields.get("client_secret") or fields.get("password") or ""
    has_id = bool(fields.get("client_id") or fields.get("login"))
    if secret.startswith(LASTING) or not has_id:
        if secret.startswith(APP_SECRET):
            raise ConfigError(
                f"connection `{credentials.connection_id}` has an app's client secret and no "
                "client id. Expected both. Add the client id as `login`."
            )
        return build_auth(api.auth, credentials)
    host = (credentials.host or "").rstrip("/")
    login = build_login(credentials, f"{host}/{TOKEN_PATH}")
    return OAuth(login, stores.token_store, header=HEADER)
