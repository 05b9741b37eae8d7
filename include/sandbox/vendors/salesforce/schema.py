"""The fields each object of the org shows, with the types a describe gives."""

from typing import Any

_ALL = {
    "Id": "id", "IsDeleted": "boolean", "OwnerId": "reference", "CreatedDate": "datetime",
    "LastModifiedDate": "datetime", "SystemModstamp": "datetime",
}  # fmt: skip
_STAMPS = {name: kind for name, kind in _ALL.items() if name != "OwnerId"}
_MONEY = {"CurrencyIsoCode": "picklist"}
_ABOUT = {
    "WhoId": "reference", "WhatId": "reference", "AccountId": "reference", "Subject": "string",
    "Description": "textarea", "ActivityDate": "date",
}  # fmt: skip


def _address(prefix: str) -> dict[str, str]:
    return {
        f"{prefix}Latitude": "double", f"{prefix}Longitude": "double",
        f"{prefix}Street": "textarea", f"{prefix}City": "string", f"{prefix}State": "string",
        f"{prefix}PostalCode": "string", f"{prefix}Country": "string",
        f"{prefix}Address" if prefix else "Address": "address",
    }  # fmt: skip


FIELDS: dict[str, dict[str, str]] = {
    "Account": _ALL | _MONEY | _address("Billing") | _address("Shipping") | {
        "Description": "textarea", "SicDesc": "string",
        "Fax": "phone", "MasterRecordId": "reference", "Name": "string", "Type": "picklist",
        "ParentId": "reference", "Phone": "phone", "Website": "url", "Industry": "picklist",
        "AnnualRevenue": "currency", "NumberOfEmployees": "int", "AccountSource": "picklist",
    },
    "Contact": _ALL | _MONEY | _address("Mailing") | {
        "Department": "string", "Birthdate": "date", "HomePhone": "phone",
        "MasterRecordId": "reference", "AccountId": "reference", "FirstName": "string",
        "LastName": "string", "Name": "string", "Email": "email", "Phone": "phone",
        "MobilePhone": "phone", "Title": "string", "LeadSource": "picklist",
        "HasOptedOutOfEmail": "boolean",
    },
    "Lead": _ALL | _MONEY | _address("") | {
        "MasterRecordId": "reference", "FirstName": "string", "LastName": "string",
        "Name": "string", "Company": "string", "Email": "email", "Phone": "phone",
        "Status": "picklist", "LeadSource": "picklist", "Rating": "picklist",
        "IsConverted": "boolean", "ConvertedDate": "date", "ConvertedAccountId": "reference",
        "ConvertedContactId": "reference", "ConvertedOpportunityId": "reference",
        "Campaign_Name__c": "string",
    },
    "Opportunity": _ALL | _MONEY | {
        "AccountId": "reference", "Name": "string", "StageName": "picklist", "Amount": "currency",
        "Probability": "percent", "CloseDate": "date", "Type": "picklist",
        "LeadSource": "picklist", "IsClosed": "boolean", "IsWon": "boolean",
        "ForecastCategory": "picklist", "CampaignId": "reference", "RecordTypeId": "reference",
        "Service_Line__c": "picklist",
        "Quoted_Hours__c": "double",
    },
    "OpportunityHistory": {
        "Id": "id", "IsDeleted": "boolean", "OpportunityId": "reference",
        "StageName": "picklist", "Amount": "currency", "ExpectedRevenue": "currency",
        "CloseDate": "date", "Probability": "percent", "ForecastCategory": "picklist",
        "CreatedById": "reference", "CreatedDate": "datetime",
    },
    "User": {
        "Id": "id", "Username": "string", "FirstName": "string", "LastName": "string",
        "Name": "string", "Email": "email", "Title": "string", "Department": "string",
        "IsActive": "boolean", "UserType": "picklist", "TimeZoneSidKey": "picklist",
        "ManagerId": "reference", "UserRoleId": "reference", "LastLoginDate": "datetime",
        "CreatedDate": "datetime", "LastModifiedDate": "datetime", "SystemModstamp": "datetime",
    },
    "OpportunityLineItem": _STAMPS | _MONEY | {
        "OpportunityId": "reference", "Product2Id": "reference", "PricebookEntryId": "reference",
        "ProductCode": "string", "Name": "string", "Quantity": "double", "ListPrice": "currency",
        "UnitPrice": "currency", "TotalPrice": "currency", "ServiceDate": "date",
        "Description": "string",
    },
    "Product2": _STAMPS | {
        "Name": "string", "ProductCode": "string", "StockKeepingUnit": "string",
        "Family": "picklist", "IsActive": "boolean", "Description": "textarea",
    },
    "PricebookEntry": _STAMPS | _MONEY | {
        "Pricebook2Id": "reference", "Product2Id": "reference", "Name": "string",
        "UnitPrice": "currency", "IsActive": "boolean", "UseStandardPrice": "boolean",
    },
    "Campaign": _ALL | _MONEY | {
        "ParentId": "reference", "Name": "string", "Type": "picklist", "Status": "picklist",
        "StartDate": "date", "EndDate": "date", "BudgetedCost": "currency",
        "ActualCost": "currency", "ExpectedRevenue": "currency", "IsActive": "boolean",
    },
    "CampaignMember": _STAMPS | {
        "CampaignId": "reference", "LeadId": "reference", "ContactId": "reference",
        "Status": "picklist", "HasResponded": "boolean", "FirstRespondedDate": "date",
    },
    "Task": _ALL | _ABOUT | {
        "Status": "picklist", "Priority": "picklist", "TaskSubtype": "picklist",
        "CallType": "picklist", "CallDurationInSeconds": "int", "IsClosed": "boolean",
    },
    "Event": _ALL | _ABOUT | {
        "Location": "string", "IsAllDayEvent": "boolean", "StartDateTime": "datetime",
        "EndDateTime": "datetime", "DurationInMinutes": "int", "EventSubtype": "picklist",
    },
    "UserRole": {
        "Id": "id", "Name": "string", "DeveloperName": "string", "ParentRoleId": "reference",
        "RollupDescription": "string", "LastModifiedDate": "datetime",
        "SystemModstamp": "datetime",
    },
    "RecordType": {
        "Id": "id", "Name": "string", "DeveloperName": "string", "SobjectType": "picklist",
        "IsActive": "boolean", "CreatedDate": "datetime", "LastModifiedDate": "datetime",
        "SystemModstamp": "datetime",
    },
}  # fmt: skip


def build_describe(name: str) -> dict[str, Any]:
    """`/sobjects/<name>/describe`, with the parts a reader needs."""
    fields = [
        {"name": field, "label": field, "type": kind, "nillable": field not in ("Id", "IsDeleted"),
         "filterable": kind != "address", "sortable": kind != "address",
         "custom": field.endswith("__c")}
        for field, kind in FIELDS[name].items()
    ]  # fmt: skip
    return {
        "name": name, "label": name, "custom": False, "queryable": True, "retrieveable": True,
        "fields": fields, "childRelationships": [], "recordTypeInfos": [],
    }  # fmt: skip
