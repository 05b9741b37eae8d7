"""What a tenant has decided about one stream's data, as the loader applies it."""

from dataclasses import dataclass, replace

from include.config.connector_spec import Stream
from include.config.models import Feed
from include.config.privacy import PrivacyRules, build_rules
from include.config.stream_settings import Drift
from include.core import naming
from include.core.errors import MissingSecret
from include.load.privacy.mask import Mask


@dataclass(frozen=True)
class StreamPolicy:
    """One stream's policy.

    Attributes:
        drift: What becomes of fields nobody declared.
        rules: What becomes of personal data; None keeps it, and costs nothing.
        mask: The rules with the tenant's salt, once the load has it.
    """

    drift: Drift = "evolve"
    rules: PrivacyRules | None = None
    mask: Mask | None = None

    def salted(self, tenant: str, salt: str | None) -> "StreamPolicy":
        """The policy ready to be applied.

        Raises:
            MissingSecret: Something is to be hashed and there is no salt; nothing is written.
        """
        if self.rules is None or self.mask is not None:
            return self
        if self.rules.needs_salt and not salt:
            raise MissingSecret(
                f"no salt for hashed personal data: connection "
                f"`{naming.privacy_connection_id(tenant)}` is missing or has no password. Create "
                "it with a long random password, once: another salt gives other digests."
            )
        return replace(self, mask=Mask(self.rules, (salt or "").encode()))


DEFAULT_POLICY = StreamPolicy()


def build_policy(feed: Feed, stream_name: str, stream: Stream) -> StreamPolicy:
    """The policy of a feed's stream, as its tenant file has it."""
    rules = build_rules(feed.tenant.spec.privacy, feed.connector, stream_name, stream)
    drift = feed.settings_of(stream_name).drift
    return StreamPolicy(drift or DEFAULT_POLICY.drift, rules if rules.is_active else None)
