"""The weekly report of a tenant's data health, for the people who own the business."""
