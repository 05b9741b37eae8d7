"""The page on which a vendor asks a person, and the codes it gives out.

Strict as vendors are: a code works once, for the redirect address it was asked with, and with the
PKCE verifier whose challenge came along.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

Callback = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """What a code stands for."""

    account: str
    redirect_uri: str
    challenge: str


class ConsentDesk:
    """One app at one vendor."""

    def __init__(
        self,
        client_id: str,
        accounts: tuple[str, ...],
        further: Callable[[str, Callback], Callback] = lambda account, callback: callback,
        *,
        wants_pkce: bool = False,
    ) -> None:
        """
        Args:
            accounts: Whom a person may let it into.
            further: account, callback -> the callback as this vendor sends it.
            wants_pkce: Refuses who comes without a challenge.
        """
        self._client_id, self.accounts, self._further = client_id, accounts, further
        self._wants_pkce = wants_pkce
        self._codes: dict[str, Given] = {}
        self._numbers = count(1)

    def page(self, request: Request) -> Response:
        """A link to agree for each account, and one to refuse."""
        asked = request.query_params
        back = asked.get("redirect_uri", "")
        if asked.get("client_id") != self._client_id or not back.startswith(("https:", "http:")):
            return HTMLResponse("<h1>invalid_client</h1>", 400)
        fault = self._find_fault(asked)
        if fault:
            return HTMLResponse(f"<h1>{fault}</h1>", 400)
        state = {"state": asked["state"]} if "state" in asked else {}
        links = []
        for account in self.accounts:
            code = f"sandbox-code-{next(self._numbers)}"
            self._codes[code] = Given(account, back, asked.get("code_challenge", ""))
            links.append((f"Allow {account}", self._further(account, {"code": code, **state})))
        links.append(("Refuse", {"error": "access_denied", **state}))
        items = "".join(
            f'<li><a href="{escape(f"{back}?{urlencode(query)}")}">{escape(text)}</a></li>'
            for text, query in links
        )
        asked_for = escape(asked.get("scope", ""))
        return HTMLResponse(f"<h1>May this app read?</h1><p>{asked_for}</p><ul>{items}</ul>")

    def _find_fault(self, asked: Mapping[str, str]) -> str:
        if asked.get("response_type", "code") != "code":
            return "unsupported_response_type"
        if not asked.get("scope"):
            return "invalid_scope"
        has_challenge = asked.get("code_challenge") and asked.get("code_challenge_method") == "S256"
        return "invalid_request" if self._wants_pkce and not has_challenge else ""

    def redeem(self, form: Mapping[str, Any]) -> str | None:
        """The account the code was given for; None when it is not good (any more)."""
        given = self._codes.pop(str(form.get("code", "")), None)
        if given is None or form.get("redirect_uri") != given.redirect_uri:
            return None
        verifier = str(form.get("code_verifier", ""))
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if given.challenge and digest.decode().rstrip("=") != given.challenge:
            return None
        return given.account
