"""Which made-up worlds are looked at: two in `make test`, all five in `make e2e`."""

import os

from include.sandbox.testing import SEEDS as ALL

SEEDS = ALL if os.environ.get("WORLD_SEEDS") == "all" else ALL[:2]
