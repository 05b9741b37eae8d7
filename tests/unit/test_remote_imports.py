"""Clients of warehouses take seconds to import: only an open connection may ask for them."""

import subprocess
import sys

CODE = """
import sys
import include.destinations.choose
import include.destinations.bigquery.destination
import include.destinations.bigquery.texts
import include.destinations.snowflake.destination
heavy = ("google.cloud.bigquery", "google.auth", "airflow", "snowflake.connector")
print([name for name in heavy if name in sys.modules])
"""


def test_no_client_is_imported_before_it_connects() -> None:
    said = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
