"""What a source may keep between processes, as one value handed to `build_source`."""

from dataclasses import dataclass

from include.extract.inbox import Inbox
from include.extract.job_store import JobStore
from include.extract.oauth_token import TokenStore


@dataclass(frozen=True)
class Stores:
    """One feed's stores; a source.py gets those its `build_source` names as parameters.

    Attributes:
        token_store: OAuth tokens. None: they live as long as the process.
        job_store: Ids of report jobs running at the source; likewise.
        inbox: Webhooks that arrived for the feed. None: there are none.
    """

    token_store: TokenStore | None = None
    job_store: JobStore | None = None
    inbox: Inbox | None = None


NO_STORES = Stores()
