"""A backfill worker as a process of its own, with a quick pulse; arguments: URL, ids."""

import sys

from include.config.credentials import load_credentials_from_env
from include.config.lookup import load_one_feed
from include.ledger.connection import Warehouse
from include.pipeline.backfill_worker import BackfillWorker, Pace
from tests.load_environment import build_environment

QUICK = Pace(heartbeat_s=0.2, stale_s=1.5, look_s=0.1, backoff_s=0.1)

if __name__ == "__main__":
    url, *ids = sys.argv[1:]
    feed = load_one_feed("fills", "till")
    credentials = load_credentials_from_env(feed.connection_id, required=False)
    environment = build_environment(Warehouse(url), credentials)
    BackfillWorker(feed, list(map(int, ids)), environment, pace=QUICK).run()
