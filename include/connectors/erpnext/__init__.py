"""ERPNext (Frappe) over its REST API."""
