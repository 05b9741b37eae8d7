"""Keeps one feed's running report jobs in elt_ops, for the process that tries again."""

from datetime import timedelta

from include.ledger.connection import Warehouse

# A job of a former day would answer with that day's numbers, and vendors drop old ones.
USABLE = timedelta(hours=3)


class WarehouseJobStore:
    """The store of one feed; see `include.extract.stores.jobs.JobStore`."""

    def __init__(self, warehouse: Warehouse, tenant: str, feed: str) -> None:
        self._warehouse, self._place = warehouse, [tenant, feed]

    def get(self, key: str) -> str | None:
        """The job kept under this key in the last hours."""
        with self._warehouse.connect() as connection:
            row = connection.execute(
                "select job from elt_ops.source_jobs where tenant = %s and feed = %s and key = %s"
                " and started_at > clock_timestamp() - %s",
                [*self._place, key, USABLE],
            ).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, job: str) -> None:
        """Commit it at once, apart from the load's own transaction."""
        with self._warehouse.connect() as connection:
            connection.execute(
                "insert into elt_ops.source_jobs (tenant, feed, key, job) values (%s, %s, %s, %s)"
                " on conflict (tenant, feed, key) do update"
                " set job = excluded.job, started_at = clock_timestamp()",
                [*self._place, key, job],
            )

    def forget(self, prefix: str) -> None:
        with self._warehouse.connect() as connection:
            connection.execute(
                "delete from elt_ops.source_jobs"
                " where tenant = %s and feed = %s and starts_with(key, %s)",
                [*self._place, prefix],
            )
