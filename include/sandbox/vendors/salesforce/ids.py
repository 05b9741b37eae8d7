"""Record ids: 15 characters that differ by case, and 3 more that make them safe without it.

Source: Salesforce help "Convert 15 Character ID to 18 Character", read 2026-11.
"""

CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIX = {
    "Account": "001", "Contact": "003", "User": "005", "Opportunity": "006",
    "UserRole": "00E", "RecordType": "012", "Product2": "01t", "Pricebook2": "01s",
    "PricebookEntry": "01u", "OpportunityLineItem": "00k", "Campaign": "701",
    "CampaignMember": "00v", "Task": "00T", "Event": "00U",
    "OpportunityHistory": "008", "Lead": "00Q", "Query": "01g", "Job": "750", "Org": "00D",
}  # fmt: skip
POD = "Sb0"


def build_id(kind: str, number: int) -> str:
    """The 18-character id of the n-th record of an object."""
    text = ""
    for _ in range(9):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    short = f"{PREFIX[kind]}{POD}{text}"
    return short + build_check(short)


def build_check(short: str) -> str:
    """Which letters of each five are upper case, as three characters."""
    parts = (short[i : i + 5] for i in (0, 5, 10))
    return "".join(
        CHECK[sum(1 << position for position, letter in enumerate(part) if letter.isupper())]
        for part in parts
    )
