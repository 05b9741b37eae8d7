"""PostgreSQL settings for a warehouse that shares a laptop with Airflow. Each says why."""

MB = 1024 * 1024


def build_laptop_settings(memory_bytes: int) -> dict[str, str]:
    """Settings for a machine with this much memory, as `postgresql.conf` wants them."""
    memory_mb = memory_bytes // MB
    return {
        # A tenth of memory: Airflow and dbt need the rest, and the page cache serves reads anyway.
        "shared_buffers": f"{min(1024, max(128, memory_mb // 10))}MB",
        "effective_cache_size": f"{memory_mb // 2}MB",
        # Merges and marts sort and hash whole tables, as many at a time as tasks run.
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        # No replica reads this log: with `minimal`, filling a table made in the same transaction
        # (every dbt table model) skips it.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # Loads write in bursts. Fewer checkpoints, fewer full pages logged twice.
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # Commits return before the disk has them. Rows, cursor and ledger sit in one transaction,
        # so a power cut loses whole loads, which are read again; kill -9 loses nothing.
        "synchronous_commit": "off",
        # Airflow runs tasks in parallel already; parallel queries on top only fight for the cores.
        "max_parallel_workers_per_gather": "0",
        # Compiling pays for queries of seconds, and most here take milliseconds.
        "jit": "off",
        # SSDs: a random read costs nearly what a sequential one does.
        "random_page_cost": "1.1",
        # Four Airflow processes with pools, and a few connections per running task.
        "max_connections": "200",
        # Everything is stored and compared in UTC; a session that wants another zone sets it.
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "5s",
        # Passwords of `create role` statements never reach the log.
        "log_min_error_statement": "panic",
    }
