"""A vendor whose refresh token changes with every use, for tests."""

import threading

from tests.unit.fake_api import Reply, Seen


class TokenVendor:
    """`POST /token` rotates; everything else wants the newest access token.

    Attributes:
        refresh: The only refresh token that is accepted.
        exchanges: How often a token was given out.
        lost: So many next answers are cut although the token was rotated.
    """

    def __init__(self, expires_in: int | None = 3600) -> None:
        self.expires_in = expires_in
        self.refresh, self.access = "refresh-0", ""
        self.exchanges, self.lost = 0, 0
        self.forms: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def __call__(self, seen: Seen) -> Reply:
        if seen.path != "/token":
            if seen.headers.get("Authorization") == f"Bearer {self.access}":
                return Reply({"ok": True})
            return Reply({"message": "Invalid token"}, status=401)
        with self._lock:
            return self._exchange(seen.body)

    def _exchange(self, form: dict[str, str]) -> Reply:
        self.forms.append(form)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh:
            return Reply({"error": "invalid_grant"}, status=400)
        self.exchanges += 1
        self.access = f"access-{self.exchanges}"
        body: dict[str, object] = {"access_token": self.access, "instance_url": "http://mine"}
        if self.expires_in:
            body["expires_in"] = self.expires_in
        if form["grant_type"] == "refresh_token":
            self.refresh = body["refresh_token"] = f"refresh-{self.exchanges}"
        if self.lost:
            self.lost -= 1
            return Reply(body, cut=True)
        return Reply(body)
