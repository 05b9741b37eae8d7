"""What sources that ask an API over HTTP have in common."""

from typing import ClassVar

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.further_fields import build_wider_stream
from include.config.models import Feed
from include.core.errors import ConfigError
from include.extract.http.client import HttpLimits
from include.extract.http.rate_limit import RateLimiter, build_limiter
from include.extract.source import SourceBase
from include.extract.stores.source_stores import NO_STORES, Stores


class ApiSource(SourceBase):
    """A source of a connector that declares an `api`.

    Attributes:
        usual_limits: Of a vendor that answers slowly, or counts what it refuses.
    """

    usual_limits: ClassVar[HttpLimits] = HttpLimits()

    def __init__(
        self,
        feed: Feed,
        credentials: Credentials,
        stores: Stores = NO_STORES,
        limits: HttpLimits | None = None,
    ) -> None:
        super().__init__(feed, credentials, stores)
        if feed.connector.api is None:
            raise ConfigError(
                f"connector `{feed.connector.connector}` has no `api`. Expected base_url and auth. "
                "Add it to connector.yaml."
            )
        self._api = feed.connector.api
        self._limits = limits or self.usual_limits
        self._prepare()

    def _prepare(self) -> None:
        """Read options and make clients, where the connector's class needs some; asks nobody."""

    def _find_asked(self, stream: str) -> Stream:
        """The stream with the fields the tenant asks for besides its columns."""
        declared = self._feed.streams[stream]
        rules, fields = self._feed.connector.further_fields, self._feed.settings_of(stream).fields
        return build_wider_stream(declared, rules, fields) if rules and fields else declared

    def _build_limiter(self, scope: str = "") -> RateLimiter:
        """The limiter of a credential that is more than a login or a password.

        Args:
            scope: What the vendor counts apart for one credential (a property, an account).
        """
        return build_limiter(
            self._api,
            self._credentials,
            self._stores.rate_budget,
            secrets=self._feed.connector.secrets,
            scope=scope,
            sleep=self._limits.sleep,
        )
