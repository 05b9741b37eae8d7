"""What the attack table sends to each route of the console, and what is odd about some."""

HOOK = {"connector": "webhook", "start_date": "2026-01-01", "options": {"verify": "hmac"}}
BODIES = {
    "drop": {"reason": "rubbish"},
    "replay": {"reason": "mended"},
    "{check}": {"what": "mute", "because": "known"},
    "{alert}": {"what": "acknowledge", "because": "mine"},
    "rewind": {"to": "2026-03-01T00:00:00Z"},
    "feeds": {"feed": "further", "spec": HOOK},
    "PUT {feed}": {"spec": HOOK},
    "tenants": {"tenant": "corner", "spec": {"name": "Corner", "owner": "ada"}},
    "PUT {tenant}": {"spec": {"name": "Acme", "owner": "ada"}},
    "PUT secrets": {"secrets": {"password": "s3cret-word"}},
    "PUT {name}": {"id": 1},  # a file's bytes, whatever they say
    "tokens": {"name": "till", "scope": "read"},
    "rollback": {"version": 1},
    "test": {},
    "organisations": {"org": "south", "name": "South"},
    "PUT {org}": {"name": "North", "tenants": []},
    "PUT {who}": {"role": "viewer"},
    "invitations": {"role": "viewer", "note": "Olga"},
    "accept": {"token": "join_guessed"},
    "forget": {"emails": ["ann@mail.example"]},
    "consent": {},
    "preview": {},
    "decisions": {
        "kind": "people",
        "left_id": "shop:a:1",
        "right_id": "crm:a:1",
        "verdict": "must_link",
    },
}
VALUES = {
    "panel": "revenue",
    "tenant": "acme",
    "feed": "stripe",
    "connector": "webhook",
    "token": "9000",
    "org": "north",
    "who": "nina",
    "invitation": "9000",
    "name": "sales.csv",
    "stream": "charges",
    "record": "1",
    "alert": "1",
    "check": "1",
    "name:path": "console.css",
}
# Never built here; nobody began a consent; Stripe asks nobody for one; its login is not there.
ODD = {"/lineage": 409, "/oauth/callback": 400, "/consent": 404, "/preview": 422}
