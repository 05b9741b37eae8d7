"""An ERPNext site of a small shop: customers, items, orders, invoices, payments, stock ledger."""
