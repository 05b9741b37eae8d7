"""The elt_ops tables as numbered steps, one module each, run in this order."""

from include.warehouse.migrations.checkpoints import CHECKPOINTS
from include.warehouse.migrations.files import FILES
from include.warehouse.migrations.inbox import INBOX
from include.warehouse.migrations.jobs import JOBS
from include.warehouse.migrations.ledger import LEDGER
from include.warehouse.migrations.quality import QUALITY
from include.warehouse.migrations.step import Migration
from include.warehouse.migrations.tokens import TOKENS

MIGRATIONS = (LEDGER, QUALITY, TOKENS, JOBS, CHECKPOINTS, FILES, INBOX)

__all__ = ("MIGRATIONS", "Migration")
