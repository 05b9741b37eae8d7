"""Keeps a token in a file with which Prometheus reads /elt/metrics: a new one every half hour.

Arguments: the API server's URL, the file to write. The password of `admin` is in the environment.
"""

import json
import os
import sys
import time
import urllib.request
from pathlib import Path

EVERY_S, AGAIN_S = 1800, 10


def fetch_token(url: str, password: str) -> str:
    """Log in as the administrator."""
    body = json.dumps({"username": "admin", "password": password}).encode()
    request = urllib.request.Request(  # noqa: S310  who runs it names the URL
        f"{url}/auth/token", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return str(json.load(answer)["access_token"])


def main(url: str, target: str) -> None:
    """Until it is stopped; a server that does not answer is asked again soon."""
    while True:
        try:
            draft = Path(f"{target}.new")
            draft.write_text(fetch_token(url, os.environ["AIRFLOW_ADMIN_PASSWORD"]))
            draft.replace(target)
            wait = EVERY_S
        except OSError as error:
            sys.stderr.write(f"no token: {error}\n")
            wait = AGAIN_S
        time.sleep(wait)


if __name__ == "__main__":
    main(*sys.argv[1:])
