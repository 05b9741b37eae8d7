"""In a rival's environment: its vendor's fixed host is answered by the local page server.

Only the address changes; paths, headers and bodies stay what the rival sends. `VENDOR_PAGES` holds
the server's root.
"""

import os
import urllib.request
from typing import Any
from urllib.parse import urlsplit, urlunsplit

HOSTS = (".myshopify.com", "api.stripe.com")
LOCAL = os.environ.get("VENDOR_PAGES", "")


def build_local(url: str) -> str:
    """The same path on the local server, for a vendor's address; other addresses stay."""
    parts = urlsplit(url)
    if not LOCAL or not (parts.hostname or "").endswith(HOSTS):
        return url
    local = urlsplit(LOCAL)
    return urlunsplit((local.scheme, local.netloc, parts.path, parts.query, parts.fragment))


def _redirect_urllib() -> None:
    opened = urllib.request.OpenerDirector.open

    def open_local(self: Any, fullurl: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(fullurl, str):
            fullurl = build_local(fullurl)
        else:
            fullurl.full_url = build_local(fullurl.full_url)
        return opened(self, fullurl, *args, **kwargs)

    urllib.request.OpenerDirector.open = open_local  # type: ignore[method-assign]


def _redirect_requests() -> None:
    try:
        from requests import Session
    except ImportError:
        return
    sent = Session.send

    def send_local(self: Any, request: Any, **kwargs: Any) -> Any:
        request.url = build_local(request.url)
        return sent(self, request, **kwargs)

    Session.send = send_local  # type: ignore[method-assign]


if LOCAL:
    _redirect_urllib()
    _redirect_requests()
