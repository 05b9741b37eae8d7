"""The watcher's loop: deliveries every ten seconds, rules every half minute.

    python -m include.orchestration.watch [--once]

Connections come from where Airflow's own processes have them: the environment, a secrets backend,
and Airflow's database where this process is given its address.
"""

import argparse
import json
import logging
import signal
import sys
import threading
import time
from dataclasses import asdict, replace

from include.config.settings import use_server_secrets

EVERY_S = 10
RULES_EVERY_S = 30
ALIVE_EVERY_S = 60

log = logging.getLogger("include.orchestration.watch")


def main() -> int:
    """Run until told to stop; with `--once` one look, 1 when alerting itself is not well."""
    parser = argparse.ArgumentParser(prog="elt watch", description=__doc__)
    parser.add_argument("--once", action="store_true", help="One look, then end.")
    parser.add_argument("--json", action="store_true", help="Each look as a line of JSON.")
    words = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    return run_watch(stop, once=words.once, as_json=words.json)


def run_watch(stop: threading.Event, *, once: bool = False, as_json: bool = False) -> int:
    """Look until `stop`; an error of one look does not end the next."""
    from include.alerts.tick import Tick, run_tick
    from include.config.settings import load_airflow_access
    from include.orchestration.alerts.alive import run_post_alive
    from include.orchestration.alerts.desk import build_desk
    from include.orchestration.watch.airflow_health import AirflowHealth

    health = AirflowHealth(load_airflow_access())
    rules_at = alive_at = 0.0
    desk = None
    while not stop.is_set():
        now = time.monotonic()
        rules = once or now >= rules_at
        try:
            if desk is None or rules:
                desk = replace(build_desk(), watch=health.look)
                rules_at = now + RULES_EVERY_S
            done = run_tick(desk, rules=rules)
        except Exception:
            log.exception("this look failed; the next one comes")
            done = Tick(away=1)
        if as_json:
            print(json.dumps(asdict(done)), flush=True)  # noqa: T201 the process's own stdout
        if done.changed or done.made or done.sent:
            log.info("looked %s", done)
        if rules and now >= alive_at:
            run_post_alive(done)
            alive_at = now + ALIVE_EVERY_S
        if once:
            return 0 if done.is_well else 1
        stop.wait(EVERY_S)
    return 0


if __name__ == "__main__":
    use_server_secrets()
    sys.exit(main())
