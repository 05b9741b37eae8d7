"""The dead man's switch: a post that says "alerting works". Who gets none raises the alarm.

It is not sent while a warehouse is away or a receiver takes no messages: silence says it then.
"""

import logging

from include.alerts.tick import Tick
from include.config.settings import load_settings
from include.core.clock import format_instant, utcnow

log = logging.getLogger(__name__)


def run_post_alive(tick: Tick) -> bool:
    """Post to ELT_ALIVE_URL; True when it was taken. Never raises."""
    url = load_settings().alive_url
    if not url:
        return False
    if not tick.is_well:
        log.warning("no sign of life is sent: %s", tick)
        return False
    from include.orchestration.alerts.channels.webhook import run_post

    try:
        run_post(url, {"from": "elt", "at": format_instant(utcnow()), "state": "alive"})
    except Exception as error:
        log.warning("sign of life not taken reason=%s", error)
        return False
    return True
