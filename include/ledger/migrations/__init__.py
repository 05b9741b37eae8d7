"""The elt_ops tables as numbered steps, one module each, run in this order."""

from include.ledger.migrations.alerts import ALERTS
from include.ledger.migrations.audit import AUDIT
from include.ledger.migrations.builds import BUILDS
from include.ledger.migrations.checkpoints import CHECKPOINTS
from include.ledger.migrations.consents import CONSENTS
from include.ledger.migrations.costs import COSTS
from include.ledger.migrations.data_status import DATA_STATUS
from include.ledger.migrations.drift_and_privacy import DRIFT_AND_PRIVACY
from include.ledger.migrations.files import FILES
from include.ledger.migrations.inbox import INBOX
from include.ledger.migrations.jobs import JOBS
from include.ledger.migrations.keys import KEYS
from include.ledger.migrations.ledger import LEDGER
from include.ledger.migrations.names import NAMES
from include.ledger.migrations.newest import NEWEST
from include.ledger.migrations.open_loads import OPEN_LOADS
from include.ledger.migrations.operations import OPERATIONS
from include.ledger.migrations.organisations import ORGANISATIONS
from include.ledger.migrations.own_loads import OWN_LOADS
from include.ledger.migrations.publishes import PUBLISHES
from include.ledger.migrations.quality import QUALITY
from include.ledger.migrations.rates import RATES
from include.ledger.migrations.registry import REGISTRY
from include.ledger.migrations.step import Migration
from include.ledger.migrations.tenant_walls import TENANT_WALLS
from include.ledger.migrations.thinned import THINNED
from include.ledger.migrations.tokens import TOKENS
from include.ledger.migrations.trust import TRUST
from include.ledger.migrations.vendor_counts import VENDOR_COUNTS

MIGRATIONS = (
    LEDGER, QUALITY, TOKENS, JOBS, CHECKPOINTS, RATES,
    FILES, DRIFT_AND_PRIVACY, OPERATIONS, INBOX, BUILDS, OPEN_LOADS, KEYS, OWN_LOADS,
    NAMES, TRUST, AUDIT, ALERTS, DATA_STATUS, REGISTRY, PUBLISHES, CONSENTS,
    VENDOR_COUNTS, COSTS, NEWEST, THINNED, TENANT_WALLS, ORGANISATIONS,
)  # fmt: skip

__all__ = ("MIGRATIONS", "Migration")
