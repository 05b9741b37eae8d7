"""What a source may keep between processes, as one value handed to `build_source`."""

from dataclasses import dataclass

from include.extract.stores.files import FileLedger
from include.extract.stores.inbox import Inbox
from include.extract.stores.jobs import JobStore
from include.extract.stores.names import NameStore
from include.extract.stores.rate_budget import RateBudget
from include.extract.stores.tokens import TokenStore


@dataclass(frozen=True)
class Stores:
    """One feed's stores; a source takes those it has a use for.

    Attributes:
        token_store: OAuth tokens. None: they live as long as the process.
        rate_budget: What credentials may still ask of their hosts. None: each source for itself.
        job_store: Ids of report jobs running at the source; likewise.
        file_ledger: Files loaded so far. None: every run reads all of them.
        name_store: Names of the columns and tables of a database. None: made anew by every run.
        inbox: Webhooks that arrived for the feed. None: there are none.
    """

    token_store: TokenStore | None = None
    rate_budget: RateBudget | None = None
    job_store: JobStore | None = None
    file_ledger: FileLedger | None = None
    inbox: Inbox | None = None
    name_store: NameStore | None = None


NO_STORES = Stores()
