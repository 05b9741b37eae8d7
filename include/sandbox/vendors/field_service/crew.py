"""Visits to the homes of summit's requests, the technicians who made them, and their shifts."""

from datetime import datetime, timedelta
from typing import Any

from include.core.clock import format_instant
from include.sandbox.economy.leads import Prospect
from include.sandbox.seeded_random import build_dice

Json = dict[str, Any]
CREW = (
    ("tec_01", "Walt Brenner", "HVAC"), ("tec_02", "Inez Cordova", "HVAC"),
    ("tec_03", "Sam Achterberg", "Roofing"), ("tec_04", "Rosa Delgado", "Roofing"),
    ("tec_05", "Omar Haddad", "HVAC"),
)  # fmt: skip
STATUS = {"noshow": "missed", "cancelled": "cancelled"}
SHIFT = timedelta(hours=9)
FEE_CENTS = 8_900


class Crew:
    """What one client id may read; each list in the order of its `updated_at`, then id.

    Attributes:
        lists: technicians and visits.
        shifts: technician -> shifts, oldest first.
    """

    def __init__(self, prospects: list[Prospect], seed: int, start: datetime, now: datetime):
        self._seed, self._now = seed, now
        technicians = [self._technician(*row, start) for row in CREW]
        visits = [self._visit(p) for p in prospects if p.appointment is not None]
        self.lists = {"technicians": technicians, "visits": visits}
        for rows in self.lists.values():
            rows.sort(key=lambda row: (row["updated_at"], row["id"]))
        self.shifts = {row["id"]: self._shifts(row["id"], start) for row in technicians}

    def _technician(self, number: str, name: str, trade: str, start: datetime) -> Json:
        hired = format_instant(start - timedelta(days=40 * int(number[-2:])))
        return {
            "id": number,
            "name": name,
            "trade": trade,
            "active": number != "tec_05",
            "created_at": hired,
            "updated_at": hired,
        }

    def _visit(self, prospect: Prospect) -> Json:
        """Nested on purpose: technician, customer with address, price below each work item."""
        visit, person = prospect.appointment, prospect.contact
        assert visit is not None
        number, name, _ = self._pick(prospect)
        address = person.addresses[0][1]
        status, changed = self._state(prospect)
        return {
            "id": f"vis_{prospect.number:06d}",
            "status": status,
            "technician": {"id": number, "name": name},
            "customer": {
                "name": f"{person.first_name} {person.last_name}",
                "email": person.email,
                "phone": person.phone,
                "address": {
                    "street": address.street,
                    "city": address.city,
                    "state": address.state_code,
                    "postal_code": address.postal_code,
                },
            },
            "scheduled": {
                "starts_at": format_instant(visit.starts_at),
                "ends_at": format_instant(visit.starts_at + timedelta(minutes=visit.minutes)),
            },
            "work_items": self._items(prospect, visit.minutes),
            "created_at": format_instant(visit.booked_at),
            "updated_at": format_instant(changed),
        }

    def _state(self, prospect: Prospect) -> tuple[str, datetime]:
        """Status now, and since when."""
        visit = prospect.appointment
        assert visit is not None
        ends = visit.starts_at + timedelta(minutes=visit.minutes)
        if visit.starts_at >= self._now:
            return "scheduled", visit.booked_at
        if visit.status in STATUS:
            return STATUS[visit.status], visit.starts_at
        return ("completed", ends) if ends < self._now else ("in_progress", visit.starts_at)

    def _pick(self, prospect: Prospect) -> tuple[str, str, str]:
        able = [row for row in CREW if row[2] == prospect.service.line]
        return build_dice(self._seed, "field_service", "technician", prospect.number).choice(able)

    def _items(self, prospect: Prospect, minutes: int) -> list[Json]:
        """The fee for coming, and for longer visits the time above an hour."""
        items = [("Call-out", 60, FEE_CENTS)]
        if minutes > 60:
            items.append((prospect.service.name, minutes - 60, (minutes - 60) * 150))
        return [
            {
                "description": text,
                "minutes": lasts,
                "price": {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "USD"},
            }
            for text, lasts, cents in items
        ]

    def _shifts(self, technician: str, start: datetime) -> list[Json]:
        """One a week, on a weekday of the technician's own."""
        dice = build_dice(self._seed, "field_service", "shift", technician)
        at = start.replace(hour=13) + timedelta(days=dice.randrange(1, 6))
        found = []
        while at < self._now:
            found.append(
                {
                    "id": f"shf_{technician[-2:]}_{at:%Y%m%d}",
                    "starts_at": format_instant(at),
                    "ends_at": format_instant(at + SHIFT),
                    "area": dice.choice(("north", "south", "lakeside")),
                }
            )
            at += timedelta(days=7)
        return found
