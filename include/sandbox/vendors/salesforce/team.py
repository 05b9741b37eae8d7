"""What the sales team keeps around its requests: roles, products, campaigns, tasks and visits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from include.sandbox.economy.leads import SERVICES, TOUCHES, Message, Prospect
from include.sandbox.vendors.salesforce.ids import build_id

Row = dict[str, Any]
Put = Callable[[str, Row], Row]
ROLES = ("manager", "sales", "dispatcher")
LINES = tuple(sorted({service.line for service in SERVICES}))
CAMPAIGNS = tuple(sorted({touch.campaign for touch, _ in TOUCHES if touch.campaign}))
# channel of a message -> (Subject, TaskSubtype)
KINDS = {"call": ("Call", "Call"), "email": ("Email", "Email"), "sms": ("Text message", "Task")}
MESSAGES_EACH = 64


def find_role(role: str) -> str:
    """Id of the role of an employee."""
    return build_id("UserRole", ROLES.index(role) + 1)


def find_record_type(line: str) -> str:
    """Id of the record type of an opportunity about this line of services."""
    return build_id("RecordType", LINES.index(line) + 1)


def enter_lists(put: Put, start: datetime) -> None:
    """Roles, record types, products with their price, campaigns: all as old as the org."""
    for number, role in enumerate(ROLES, 1):
        put("UserRole", {
            "Id": build_id("UserRole", number), "Name": role.title(), "DeveloperName": role.title(),
            "ParentRoleId": None if role == "manager" else find_role("manager"),
            "RollupDescription": role.title(),
            "LastModifiedDate": start, "SystemModstamp": start,
        })  # fmt: skip
    for line in LINES:
        put("RecordType", {
            "Id": find_record_type(line), "Name": line, "DeveloperName": line,
            "SobjectType": "Opportunity", "IsActive": True, **_stamps(start),
        })  # fmt: skip
    for service in SERVICES:
        product = build_id("Product2", service.number)
        put("Product2", {
            "Id": product, "IsDeleted": False, "Name": service.name,
            "ProductCode": f"SVC-{service.number:03d}", "Family": service.line, "IsActive": True,
            **_stamps(start),
        })  # fmt: skip
        put("PricebookEntry", {
            "Id": build_id("PricebookEntry", service.number), "IsDeleted": False,
            "Pricebook2Id": build_id("Pricebook2", 1), "Product2Id": product, "IsActive": True,
            "Name": service.name, "UnitPrice": service.high / 100, "UseStandardPrice": False,
            "CurrencyIsoCode": "USD", **_stamps(start),
        })  # fmt: skip
    for number, campaign in enumerate(CAMPAIGNS, 1):
        put("Campaign", {
            "Id": build_id("Campaign", number), "IsDeleted": False, "IsActive": True,
            "Name": campaign.replace("_", " ").title(), "Type": "Advertisement",
            "Status": "In Progress", "StartDate": start.date(), "BudgetedCost": 12_000.0,
            "OwnerId": build_id("User", 5), "CurrencyIsoCode": "USD", **_stamps(start),
        })  # fmt: skip


def enter_activities(put: Put, found: Prospect, lead: Row) -> None:
    """The campaign a lead came by, its tasks and visit; they follow it into what it becomes."""
    converted = found.reached("booked")
    _enter_member(put, found, lead, converted)
    for position, message in enumerate(found.messages):
        _enter_task(put, found, lead, position, message)
    visit = found.appointment
    if visit is not None:
        ends = visit.starts_at + timedelta(minutes=visit.minutes)
        put("Event", {
            "Id": build_id("Event", found.number), "IsDeleted": False, "IsAllDayEvent": False,
            **_about(found, lead, visit.booked_at), "Subject": f"Visit: {found.service.name}",
            "Location": None, "DurationInMinutes": visit.minutes, "EventSubtype": "Event",
            "StartDateTime": visit.starts_at, "EndDateTime": ends, "ActivityDate": None,
        })  # fmt: skip


def enter_line_item(put: Put, found: Prospect) -> None:
    """What was quoted, as one line; an estimate before that has none."""
    quoted = found.reached("quoted")
    if quoted is None:
        return
    put("OpportunityLineItem", {
        "Id": build_id("OpportunityLineItem", found.number), "IsDeleted": False,
        "OpportunityId": build_id("Opportunity", found.number),
        "Product2Id": build_id("Product2", found.service.number), "Name": found.service.name,
        "PricebookEntryId": build_id("PricebookEntry", found.service.number),
        "ProductCode": f"SVC-{found.service.number:03d}", "Quantity": 1.0,
        "ListPrice": found.service.high / 100, "UnitPrice": found.value / 100,
        "TotalPrice": found.value / 100, "CurrencyIsoCode": "USD", **_stamps(quoted),
    })  # fmt: skip


def _enter_member(put: Put, found: Prospect, lead: Row, converted: datetime | None) -> None:
    if found.touch.campaign is None:
        return
    changed = lead["SystemModstamp"] if lead["IsDeleted"] else converted or found.came_at
    put("CampaignMember", {
        "Id": build_id("CampaignMember", found.number), "IsDeleted": lead["IsDeleted"],
        "CampaignId": build_id("Campaign", CAMPAIGNS.index(found.touch.campaign) + 1),
        "LeadId": lead["Id"], "ContactId": lead.get("ConvertedContactId"), "Status": "Responded",
        "HasResponded": True, "FirstRespondedDate": found.came_at.date(),
        **_stamps(found.came_at, changed),
    })  # fmt: skip


def _enter_task(put: Put, found: Prospect, lead: Row, position: int, message: Message) -> None:
    subject, subtype = KINDS[message.channel]
    is_call = subtype == "Call"
    put("Task", {
        "Id": build_id("Task", found.number * MESSAGES_EACH + position), "IsDeleted": False,
        **_about(found, lead, message.at), "Subject": subject, "Description": message.text,
        "ActivityDate": message.at.date(), "Status": "Completed", "Priority": "Normal",
        "TaskSubtype": subtype, "IsClosed": True,
        "CallType": ("Inbound" if message.inbound else "Outbound") if is_call else None,
        "CallDurationInSeconds": 60 + found.number % 240 if is_call else None,
    })  # fmt: skip


def _about(found: Prospect, lead: Row, at: datetime) -> Row:
    """Whom an activity is about: the lead, and the contact and opportunity it became."""
    changed = max(at, found.reached("booked") or at)
    return {
        "WhoId": lead.get("ConvertedContactId") or lead["Id"],
        "WhatId": lead.get("ConvertedOpportunityId"), "AccountId": lead.get("ConvertedAccountId"),
        "OwnerId": build_id("User", found.owner.number), **_stamps(at, changed),
    }  # fmt: skip


def _stamps(created: datetime, changed: datetime | None = None) -> Row:
    changed = changed or created
    return {"CreatedDate": created, "LastModifiedDate": changed, "SystemModstamp": changed}
