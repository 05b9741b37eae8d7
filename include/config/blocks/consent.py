"""How a person lets a connector in at its vendor: OAuth 2's authorization code grant, as facts."""

from typing import Literal

from pydantic import Field

from include.config.spec import Spec


class Consent(Spec):
    """What the vendor's pages ask for and what is kept of their answer.

    `{host}` in an address is the connection's host, else the connector's `base_url`. The fields
    `authorize_url` and `token_url` of the connection win over both; the console does not take them,
    so only whoever may edit connections in Airflow can name another address.
    """

    authorize_url: str = Field(description="The vendor's page where a person agrees.")
    token_url: str = Field(description="Where the code becomes a token.")
    hosts: tuple[str, ...] = Field(
        (), description="Endings of the hosts `{host}` may be, which the app's secret goes to."
    )
    scopes: tuple[str, ...] = Field(min_length=1)
    separator: Literal[" ", ","] = Field(" ", description="Between scopes in the request.")
    pkce: bool = Field(False, description="The vendor checks a PKCE verifier (RFC 7636).")
    client_id: str = Field("login", description="Connection field of the app's id.")
    client_secret: str = Field("password", description="Connection field of the app's secret.")
    client_auth: Literal["form", "basic"] = Field(
        "form", description="Id and secret go into the form, or a Basic header."
    )
    params: dict[str, str] = Field({}, description="Further parameters of the vendor's page.")
    form: dict[str, str] = Field({}, description="Further fields of the token request.")
    longer: dict[str, str] = Field(
        {},
        description="A second token request that makes a short-lived token last: its form, to "
        "which id and secret are added; `{token}` is the first one's token.",
    )
    keep: dict[str, str] = Field(
        {"refresh_token": "refresh_token"},
        description="Connection field -> field of the token answer; all must come.",
    )
    keep_known: dict[str, str] = Field({}, description="The same for what an answer may leave out.")
    keep_callback: dict[str, str] = Field(
        {}, description="Connection field -> parameter the vendor's page comes back with."
    )
    drops: tuple[str, ...] = Field(
        (), description="Connection fields that would win over what the consent gave."
    )
    signature: str | None = Field(
        None,
        description="Parameter with the hex HMAC-SHA256 of all others by the client's secret.",
    )
    host_param: str | None = Field(
        None, description="Parameter that must name the host the consent was asked at."
    )
