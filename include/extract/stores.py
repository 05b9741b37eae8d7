"""What a source may keep between processes, as one value handed to `build_source`."""

from dataclasses import dataclass

from include.extract.job_store import JobStore
from include.extract.oauth_token import TokenStore


@dataclass(frozen=True)
class Stores:
    """One feed's stores; a source.py gets those its `build_source` names as parameters.

    Attributes:
        token_store: OAuth tokens. None: they live as long as the process.
        job_store: Ids of report jobs running at the source; likewise.
    """

    token_store: TokenStore | None = None
    job_store: JobStore | None = None


NO_STORES = Stores()
