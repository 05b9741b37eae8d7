"""One account as CallRail shows it: companies, trackers, tags, calls, forms, conversations.

Source: apidocs.callrail.com (calls, trackers, tags, form submissions, text messages), read 2026-11.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.core.clock import format_instant
from include.sandbox.economy.calls import Call, CallBook, FormSubmission, TextThread, Tracker
from include.sandbox.economy.campaigns import Click
from include.sandbox.seeded_random import build_dice, build_token

Json = dict[str, Any]
RECENT = 5  # messages shown inside a conversation
SITE = "https://summit-home.example"


def build_id(prefix: str, *scope: object) -> str:
    """`CAL8154748ae6bd4e278a7cddd38a662f4f`: a prefix and 32 hex digits."""
    text = "/".join(str(part) for part in ("callrail", prefix, *scope))
    return prefix + hashlib.sha256(text.encode()).hexdigest()[:32]


class Account:
    """Everything one API key may read; lists are oldest first.

    Attributes:
        tables: collection -> rows with all fields, those to be asked for included.
        instants: collection -> the instant each row is filtered and sorted by.
        parties: party_id -> ids of calls, forms and conversations, for the truth.
        by_prospect: collection -> number of the prospect -> ids.
    """

    def __init__(self, book: CallBook, tenant: str, timezone: str, seed: int, now: datetime):
        self.tenant, self.zone, self.seed, self.now = tenant, ZoneInfo(timezone), seed, now
        self.id = build_id("ACC", tenant)
        self.tables: dict[str, list[Json]] = {}
        self.instants: dict[str, list[datetime]] = {}
        self.parties: dict[str, list[str]] = {}
        self.by_prospect: dict[str, dict[int, list[str]]] = {}
        self._run_settings(book)
        self._run(
            "calls", [(self._call(c), c.at) for c in book.calls], [c.prospect for c in book.calls]
        )
        self._run(
            "form_submissions",
            [(self._form(f), f.at) for f in book.forms],
            [f.prospect for f in book.forms],
        )
        self._run(
            "conversations",
            [(self._conversation(t), t.last_at) for t in book.threads],
            [t.prospect for t in book.threads],
        )

    def _run(self, name: str, rows: list[tuple[Json, datetime]], prospects: list[Any]) -> None:
        self.tables[name] = [row for row, _ in rows]
        self.instants[name] = [at for _, at in rows]
        known = self.by_prospect.setdefault(name, {})
        for (row, _), prospect in zip(rows, prospects, strict=True):
            if prospect is not None:
                self.parties.setdefault(prospect.contact.party_id, []).append(row["id"])
                known.setdefault(prospect.number, []).append(row["id"])

    def _run_settings(self, book: CallBook) -> None:
        """Companies, trackers and tags; alphabetical, as CallRail lists them."""
        opened = min(tracker.created_at for tracker in book.trackers) - timedelta(days=3)
        companies = [self._company(n, name, opened) for n, name in enumerate(book.companies, 1)]
        tags = [self._tag(number, name, opened) for number, name in enumerate(book.tags, 1)]
        self.tables["companies"] = sorted(companies, key=lambda row: str(row["name"]))
        self.tables["trackers"] = [self._tracker(tracker) for tracker in book.trackers]
        self.tables["tags"] = sorted(tags, key=lambda row: str(row["name"]))

    def local(self, at: datetime) -> str:
        """In the account's zone with milliseconds: `2017-01-24T11:27:48.119-05:00`."""
        return at.astimezone(self.zone).isoformat(timespec="milliseconds")

    def company_id(self, number: int) -> str:
        return build_id("COM", self.tenant, number)

    def _company(self, number: int, name: str, opened: datetime) -> Json:
        return {
            "id": self.company_id(number),
            "name": name,
            "status": "active",
            "time_zone": self.zone.key,
            "created_at": format_instant(opened),
            "disabled_at": None,
            "dni_active": True if number == 1 else None,
            "script_url": f"//cdn.callrail.com/companies/{number}/swap.js",
            "callscore_enabled": False,
            "lead_scoring_enabled": True,
            "swap_exclude_jquery": None,
            "swap_ppc_override": None,
            "swap_landing_override": None,
            "swap_cookie_duration": 365,
            "callscribe_enabled": False,
            "keyword_spotting_enabled": False,
            "form_capture": True,
        }

    def _tracker(self, tracker: Tracker) -> Json:
        disabled = tracker.disabled_at if (tracker.disabled_at or self.now) < self.now else None
        name = self.tables["companies"]
        company = next(row for row in name if row["id"] == self.company_id(tracker.company))
        return {
            "id": build_id("TRK", self.tenant, tracker.number),
            "name": tracker.name,
            "type": tracker.kind,
            "status": "disabled" if disabled else "active",
            "company": {"id": company["id"], "name": company["name"]},
            "destination_number": tracker.destination,
            "tracking_numbers": [tracker.phone],
            "whisper_message": None,
            "sms_enabled": True,
            "source": {"type": tracker.source_name.lower().replace(" ", "_")},
            "call_flow": {"type": "basic", "recording_enabled": True},
            "created_at": self.local(tracker.created_at),
            "disabled_at": self.local(disabled) if disabled else None,
        }

    def _tag(self, number: int, name: str, opened: datetime) -> Json:
        return {
            "id": 1_932_590 + number,
            "name": name,
            "tag_level": "account",
            "color": f"gray{number % 3 + 1}",
            "background_color": f"gray{number % 3 + 1}",
            "company_id": None,
            "status": "enabled",
            "created_at": self.local(opened),
        }

    def _tags(self, names: tuple[str, ...], *scope: object) -> Any:
        """Objects mostly; plain names and null happen, too."""
        rows = {row["name"]: row for row in self.tables["tags"]}
        keys = ("id", "name", "tag_level", "color")
        shape = build_dice(self.seed, "callrail", "tags", *scope).random()
        if not names:
            return None if shape < 0.5 else []
        if shape < 0.05:
            return list(names)
        return [{key: rows[name][key] for key in keys} for name in names]

    def _source(self, tracker: Tracker, click: Click | None) -> Json:
        campaign = tracker.campaign
        landing = f"{SITE}{click.campaign.landing}" if click else f"{SITE}/"
        google = bool(click) and click.campaign.platform == "google"  # type: ignore[union-attr]
        return {
            "source": tracker.source_name.lower().replace(" ", "_"),
            "medium": click.campaign.medium if click else "direct",
            "campaign": campaign,
            "keywords": click.keyword.text if click and click.keyword else None,
            "referring_url": f"https://www.{tracker.source}.com/" if click else None,
            "landing_page_url": landing,
            "utm_source": tracker.source if click else None,
            "utm_medium": click.campaign.medium if click else None,
            "utm_term": None,
            "utm_content": None,
            "utm_campaign": campaign if click else None,
            "gclid": click.click_id if click and google else None,
            "fbclid": click.click_id if click and not google else None,
            "milestones": self._milestones(tracker, click, landing) if click else {},
        }

    def _milestones(self, tracker: Tracker, click: Click, landing: str) -> Json:
        first = {
            "event_date": self.local(click.at),
            "ad_position": None,
            "campaign": tracker.campaign,
            "device": click.device,
            "keywords": click.keyword.text if click.keyword else None,
            "landing": landing,
            "landing_page_url_params": {},
            "match_type": None,
            "medium": click.campaign.medium,
            "referrer": tracker.source,
            "referrer_url_params": {},
            "session_browser": "Chrome",
            "url_utm_params": {},
            "source": tracker.source_name,
        }
        return {"first_touch": first}

    def _call(self, call: Call) -> Json:
        # Numbers count what is known by now; the id must not move when more becomes known.
        call_id = build_id("CAL", self.tenant, call.at.isoformat(), call.caller)
        base = f"https://api.callrail.com/v3/a/{self.id}/calls/{call_id}"
        talked = call.answered or call.voicemail
        number = call.prospect.number if call.prospect else None
        return {
            "id": call_id,
            # A voicemail counts as answered here: somebody, if only a machine, took the call.
            "answered": call.answered or call.voicemail,
            "voicemail": call.voicemail,
            "business_phone_number": call.tracker.destination,
            "tracking_phone_number": call.tracker.phone,
            "customer_phone_number": call.caller,
            "customer_name": call.name or None,
            "customer_city": call.city,
            "customer_state": call.state,
            "customer_country": "US",
            "direction": "inbound" if call.inbound else "outbound",
            "duration": call.seconds,
            "recording": f"{base}/recording.json" if talked else None,
            "recording_duration": str(call.seconds) if talked else None,
            "recording_player": f"https://app.callrail.com/calls/{call_id}/recording"
            if talked
            else None,
            "start_time": self.local(call.at),
            "agent_email": call.agent.email if call.agent else None,
            "call_type": "voicemail" if call.voicemail else "first_call",
            "company_id": self.company_id(call.tracker.company),
            "company_name": self._company_name(call.tracker.company),
            "company_time_zone": self.zone.key,
            "created_at": self.local(call.at + timedelta(milliseconds=81)),
            "device_type": call.click.device if call.click else "",
            "first_call": call.first_call,
            "prior_calls": 0 if call.first_call else 1,
            "total_calls": 1 if call.first_call else 2,
            "good_lead_call_id": None,
            "good_lead_call_time": None,
            "lead_status": call.lead_status,
            "note": call.note or None,
            "source_name": call.tracker.name,
            "tags": self._tags(call.tags, call_id),
            "value": f"{call.value / 100:.2f}" if call.value is not None else None,
            "tracker_id": build_id("TRK", self.tenant, call.tracker.number),
            "person_id": build_id("PER", self.tenant, call.caller) if number else "anonymous",
            "last_requested_url": f"{SITE}/contact" if call.click else None,
            "referrer_domain": call.tracker.source if call.click else None,
            "msclkid": None,
            "timeline_url": f"https://app.callrail.com/calls/{call_id}",
            **self._source(call.tracker, call.click),
        }

    def _company_name(self, number: int) -> str:
        wanted = self.company_id(number)
        return str(next(r["name"] for r in self.tables["companies"] if r["id"] == wanted))

    def _form(self, form: FormSubmission) -> Json:
        form_id = build_id("FOR", self.tenant, form.prospect.number)
        source = self._source(form.tracker, form.click)
        for name in ("gclid", "fbclid"):
            source.pop(name)
        won = form.prospect.stage == "won"
        return {
            "id": form_id,
            "company_id": self.company_id(form.tracker.company),
            "person_id": build_id("PER", self.tenant, form.fields["phone"]),
            "form_data": form.fields,
            "form_url": f"{SITE}{form.landing}",
            "referrer": form.tracker.source,
            "submitted_at": self.local(form.at),
            "first_form": True,
            "customer_phone_number": form.fields["phone"],
            "customer_name": form.fields["name"],
            "lead_status": "good_lead" if form.prospect.reached("contacted") else None,
            "value": f"{form.prospect.value / 100:.2f}" if won else None,
            "note": None,
            "tags": self._tags(("New Customer",) if won else (), form_id),
            "form_name": "Request a visit",
            "timeline_url": f"https://app.callrail.com/forms/{form_id}",
            **source,
        }

    def _conversation(self, thread: TextThread) -> Json:
        key = (self.tenant, thread.tracker.number, thread.prospect.number)
        person = thread.prospect.contact
        tracker = build_id("TRK", self.tenant, thread.tracker.number)
        return {
            "id": build_token(self.seed, "callrail", "conversation", *key, length=8),
            "company_id": self.company_id(thread.tracker.company),
            "initial_tracker_id": tracker,
            "current_tracker_id": tracker,
            "customer_name": f"{thread.prospect.last_name} {person.first_name}".upper(),
            "customer_phone_number": thread.phone,
            "initial_tracking_number": thread.tracker.phone,
            "current_tracking_number": thread.tracker.phone,
            "last_message_at": format_instant(thread.last_at),
            "state": "active",
            "company_time_zone": self.zone.key,
            "recent_messages": [
                {
                    "direction": "incoming" if message.inbound else "outgoing",
                    "content": message.text,
                    "created_at": format_instant(message.at),
                    "type": "sms",
                    "media_urls": [],
                }
                for message in thread.messages[::-1][:RECENT]
            ],
        }
