"""A loading process has no use for pandas."""

import subprocess
import sys

CODE = """
import sys
from include.load.arrow_alone import run_prepare_arrow
import pyarrow as pa
run_prepare_arrow()
pa.array([{"a": 1}, None])
assert "pandas" not in sys.modules
assert pa.default_memory_pool().backend_name == "system"
import pandas
print(pandas.__name__)
"""


def test_arrow_looks_for_pandas_in_vain_and_others_still_find_it() -> None:
    """Google's provider brought pandas, and each load 50 MB and a second of imports with it."""
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "pandas", done.stderr
