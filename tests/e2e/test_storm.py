"""The short form of `make storm`: CeleryExecutor with real processes, some of which are killed."""

import pytest

from tests.storm.celery_stack import find_redis, running_celery
from tests.storm.storm import run_storm

# Broker, both workers, a scheduler.
MINUTES, SEED = 1.0, 1750


@pytest.mark.skipif(not find_redis(), reason="Debian: apt-get install redis-server")
def test_nothing_is_lost_doubled_or_stuck_when_machines_fall() -> None:
    said: list[str] = []
    with running_celery() as stack:
        account = run_storm(stack, MINUTES, SEED, said.append)
    assert account.faults == [], "\n".join([*said, *account.lines()])
    assert sum(account.kills.values()) >= 2
    assert account.runs["success"] > 2
    assert account.loads > 8
    assert account.messages >= 2, "one of the alert that was planted, one of its end"
