"""One workspace: every object, list, note and task as known now."""

from datetime import datetime

from include.sandbox.economy.deals import Entry, Note, SalesDesk, Task
from include.sandbox.economy.records import Party
from include.sandbox.vendors.attio import shapes
from include.sandbox.vendors.attio.records import Recorder, deal_key
from include.sandbox.vendors.attio.shapes import Json, build_instant, build_uuid


class Workspace:
    """Everything one token may read.

    Attributes:
        objects: slug -> records.
        entries: list id -> entries.
        parties: party_id -> record ids, for the truth.
    """

    def __init__(self, desk: SalesDesk, seed: int, start: datetime, now: datetime, slug: str):
        self.start, self.now = start, now
        self.recorder = Recorder(seed, slug)
        self.objects: dict[str, list[Json]] = {"companies": [], "people": [], "deals": []}
        self.entries: dict[str, list[Json]] = {}
        self.parties: dict[str, list[str]] = {}
        self._run_records(desk)
        self.notes = [self._build_note(note) for note in desk.notes]
        self.tasks = [self._build_task(task) for task in desk.tasks]
        self.lists = [self._build_list(name, rows) for name, rows in sorted(desk.lists.items())]

    def _run_records(self, desk: SalesDesk) -> None:
        team: dict[str, list[Party]] = {}
        for person, company, _ in desk.people:
            team.setdefault(company.party_id, []).append(person)
        for party, since in desk.companies:
            known = team.get(party.party_id, [])
            self._add("companies", party, self.recorder.company(party, since, known, self.now))
        for party, company, since in desk.people:
            self._add("people", party, self.recorder.person(party, company, since, self.now))
        self.objects["deals"] = [self.recorder.deal(deal) for deal in desk.deals]

    def _add(self, slug: str, party: Party, record: Json) -> None:
        self.objects[slug].append(record)
        self.parties.setdefault(party.party_id, []).append(record["id"]["record_id"])

    def _build_note(self, note: Note) -> Json:
        key = (note.company.party_id, note.at.isoformat(), note.text)
        return {
            "id": {
                "workspace_id": self.recorder.workspace_id,
                "note_id": build_uuid("note", self.recorder.slug, *key),
            },
            "parent_object": "companies",
            "parent_record_id": self.recorder.record_id("companies", note.company.party_id),
            "title": note.title,
            "meeting_id": None,
            "content_plaintext": note.text,
            "content_markdown": note.text,
            "tags": [],
            "created_by_actor": self.recorder.member(note.author.number),
            "created_at": build_instant(note.at),
        }

    def _build_task(self, task: Task) -> Json:
        actor = self.recorder.member(task.assignee.number)
        company = self.recorder.record_id("companies", task.deal.company.party_id)
        key = (deal_key(task.deal), task.created_at.isoformat())
        return {
            "id": {
                "workspace_id": self.recorder.workspace_id,
                "task_id": build_uuid("task", self.recorder.slug, *key),
            },
            "content_plaintext": task.text,
            "deadline_at": build_instant(task.due_at),
            "is_completed": task.done_at is not None,
            "linked_records": [{"target_object_id": "companies", "target_record_id": company}],
            "assignees": [
                {"referenced_actor_type": actor["type"], "referenced_actor_id": actor["id"]}
            ],
            "created_by_actor": actor,
            "created_at": build_instant(task.created_at),
        }

    def _build_list(self, name: str, rows: list[Entry]) -> Json:
        slug = name.lower().replace(" ", "_")
        list_id = build_uuid("list", self.recorder.slug, slug)
        self.entries[list_id] = [self._build_entry(list_id, row) for row in rows]
        return {
            "id": {"workspace_id": self.recorder.workspace_id, "list_id": list_id},
            "api_slug": slug,
            "name": name,
            "parent_object": ["companies"],
            "workspace_access": "full-access",
            "workspace_member_access": [],
            "created_by_actor": self.recorder.actor("lists", slug),
            "created_at": build_instant(self.start),
        }

    def _build_entry(self, list_id: str, row: Entry) -> Json:
        actor = self.recorder.actor("entries", list_id, row.company.party_id)
        ids = {"workspace_id": self.recorder.workspace_id, "object_id": list_id} | {
            "attribute_id": build_uuid("attribute", list_id, "tier")
        }
        return {
            "id": {
                "workspace_id": self.recorder.workspace_id,
                "list_id": list_id,
                "entry_id": build_uuid("entry", list_id, row.company.party_id),
            },
            "parent_record_id": self.recorder.record_id("companies", row.company.party_id),
            "parent_object": "companies",
            "created_at": build_instant(row.added_at),
            "entry_values": {
                "tier": [shapes.build_status(row.added_at, actor, ids, f"Tier {row.tier}")],
                "remark": [],
            },
        }
