"""The elt_ops tables as numbered steps, one module each, run in this order."""

from include.warehouse.migrations.checkpoints import CHECKPOINTS
from include.warehouse.migrations.drift_and_privacy import DRIFT_AND_PRIVACY
from include.warehouse.migrations.files import FILES
from include.warehouse.migrations.inbox import INBOX
from include.warehouse.migrations.jobs import JOBS
from include.warehouse.migrations.ledger import LEDGER
from include.warehouse.migrations.operations import OPERATIONS
from include.warehouse.migrations.quality import QUALITY
from include.warehouse.migrations.rates import RATES
from include.warehouse.migrations.step import Migration
from include.warehouse.migrations.tokens import TOKENS

MIGRATIONS = (
    LEDGER, QUALITY, TOKENS, JOBS, CHECKPOINTS, RATES,
    FILES, DRIFT_AND_PRIVACY, OPERATIONS, INBOX,
)  # fmt: skip

__all__ = ("MIGRATIONS", "Migration")
