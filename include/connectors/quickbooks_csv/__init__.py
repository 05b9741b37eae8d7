"""QuickBooks CSV exports."""
