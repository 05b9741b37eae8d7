"""Salesforce: SOQL for windows, Bulk API 2.0 for long ones."""
