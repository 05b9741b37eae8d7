"""Who changed what in the console; rows are only ever added, the table itself sees to that."""

import json
from collections.abc import Mapping
from typing import Any

from include.ledger.connection import Connection


def run_record_audit(
    connection: Connection, who: str, tenant: str, what: str, about: Mapping[str, Any]
) -> None:
    """One line, in the transaction of the change itself."""
    connection.execute(
        "insert into elt_ops.console_audit (who, tenant, what, about) values (%s, %s, %s, %s)",
        [who, tenant, what, json.dumps(dict(about), default=str)],
    )
