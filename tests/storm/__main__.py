"""`make storm MINUTES=10`: the platform on CeleryExecutor while its processes are killed."""

import os
import sys
import time

from tests.storm.celery_stack import find_redis, running_celery
from tests.storm.storm import run_storm


def main() -> int:
    """0 when nothing was lost, doubled or left stuck."""
    if not find_redis():
        print("make storm needs redis-server: apt-get install redis-server", file=sys.stderr)
        return 2
    minutes = float(os.environ.get("MINUTES") or 10)
    seed = int(os.environ.get("SEED") or time.time())
    print(f"storm of {minutes:g} minutes, SEED={seed}", flush=True)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", flush=True)

    with running_celery() as stack:
        say("everything runs")
        account = run_storm(stack, minutes, seed, say)
    print("\n".join(account.lines()))
    return 1 if account.faults else 0


if __name__ == "__main__":
    sys.exit(main())
