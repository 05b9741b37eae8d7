"""Keeps a token in a file with which Prometheus reads /elt/metrics: a new one every half hour.

Arguments: the API server's URL, the file of passwords ({"admin": ...}), the file to write.
"""

import json
import sys
import time
import urllib.request
from pathlib import Path

EVERY_S, AGAIN_S = 1800, 10


def fetch_token(url: str, passwords: Path) -> str:
    """Log in as the first user of the file."""
    user, password = next(iter(json.loads(passwords.read_text()).items()))
    body = json.dumps({"username": user, "password": password}).encode()
    request = urllib.request.Request(  # noqa: S310  who runs it names the URL
        f"{url}/auth/token", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return str(json.load(answer)["access_token"])


def main(url: str, passwords: str, target: str) -> None:
    """Until it is stopped; a server that does not answer is asked again soon."""
    while True:
        try:
            draft = Path(f"{target}.new")
            draft.write_text(fetch_token(url, Path(passwords)))
            draft.replace(target)
            wait = EVERY_S
        except OSError as error:
            sys.stderr.write(f"no token: {error}\n")
            wait = AGAIN_S
        time.sleep(wait)


if __name__ == "__main__":
    main(*sys.argv[1:])
