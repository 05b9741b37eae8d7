"""Keeps pandas, and memory that Arrow does not give back, out of processes that load.

Arrow's own allocators keep pages for later; a load asks for batches of the same size again and
again, for which malloc is as fast, and a process held 20 MB less at its peak (157 and 137 MB).

At its first array pyarrow imports pandas where it is installed (Google's provider brings it): a
second and some 50 MB in every loading task, for conversions that are never asked for. It looks once
and remembers, so it is made to look while nothing can be found. What else imports pandas in the
process still can.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa


class _NoPandas:
    """Finds nothing, and says so for pandas."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ImportError(name)
        return None


def run_prepare_arrow() -> None:
    """Both, before the first array is made; again is harmless."""
    pa.set_memory_pool(pa.system_memory_pool())
    run_keep_pandas_out()


def run_keep_pandas_out() -> None:
    """Let pyarrow look for pandas now, in vain; nothing when it is imported already."""
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)
