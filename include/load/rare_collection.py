"""Python looks for cyclic garbage less often while records are in its memory.

By default it walks all young objects at every 700 new ones. A page of JSON is tens of thousands of
them without a cycle: a fifth of a load went into looking for one. All else is freed as ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects between two looks: some chunks of records, so garbage of a source stays small.
OBJECTS = 200_000


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Until the block ends; the setting is the process's, and the first block to ask has it."""
    before = gc.get_threshold()
    if not 0 < before[0] < OBJECTS:
        yield
        return
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
