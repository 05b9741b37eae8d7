"""Dimensions and metrics the played property knows, as getMetadata lists them."""

from dataclasses import dataclass

# apiName -> (uiName, category)
DIMENSIONS = {
    "date": ("Date", "Time"),
    "sessionSource": ("Session source", "Traffic source"),
    "sessionMedium": ("Session medium", "Traffic source"),
    "sessionCampaignName": ("Session campaign", "Traffic source"),
    "sessionDefaultChannelGroup": ("Session default channel group", "Traffic source"),
    "eventName": ("Event name", "Event"),
    "transactionId": ("Transaction ID", "Ecommerce"),
    "deviceCategory": ("Device category", "Platform / device"),
    "operatingSystem": ("Operating system", "Platform / device"),
    "browser": ("Browser", "Platform / device"),
    "country": ("Country", "Geography"),
    "region": ("Region", "Geography"),
    "city": ("City", "Geography"),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """`total` is what is summed; with `per` the value is total / per."""

    title: str
    kind: str
    category: str
    total: str
    per: str | None = None


METRICS = {
    "sessions": Metric("Sessions", "TYPE_INTEGER", "Session", "sessions"),
    "engagedSessions": Metric("Engaged sessions", "TYPE_INTEGER", "Session", "engaged"),
    "averageSessionDuration": Metric(
        "Average session duration", "TYPE_SECONDS", "Session", "seconds", "sessions"
    ),
    "bounceRate": Metric("Bounce rate", "TYPE_FLOAT", "Session", "bounced", "sessions"),
    "screenPageViews": Metric("Views", "TYPE_INTEGER", "Page / screen", "views"),
    "totalUsers": Metric("Total users", "TYPE_INTEGER", "User", "users"),
    "newUsers": Metric("New users", "TYPE_INTEGER", "User", "new_users"),
    "active1DayUsers": Metric("1-day active users", "TYPE_INTEGER", "User", "active_1"),
    "active7DayUsers": Metric("7-day active users", "TYPE_INTEGER", "User", "active_7"),
    "active28DayUsers": Metric("28-day active users", "TYPE_INTEGER", "User", "active_28"),
    "eventCount": Metric("Event count", "TYPE_INTEGER", "Event", "events"),
    "eventCountPerUser": Metric(
        "Event count per user", "TYPE_FLOAT", "Event", "events", "day_users"
    ),
    "eventValue": Metric("Event value", "TYPE_FLOAT", "Event", "event_value"),
    "keyEvents": Metric("Key events", "TYPE_FLOAT", "Event", "key_events"),
    "transactions": Metric("Transactions", "TYPE_INTEGER", "Ecommerce", "transactions"),
    "purchaseRevenue": Metric("Purchase revenue", "TYPE_CURRENCY", "Revenue", "revenue"),
    "totalRevenue": Metric("Total revenue", "TYPE_CURRENCY", "Revenue", "revenue"),
}
# The former names, still answered.
DEPRECATED = {"keyEvents": ["conversions"]}
