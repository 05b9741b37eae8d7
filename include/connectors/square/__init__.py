"""Square: POS payments, orders, refunds, customers, catalog, inventory, locations."""
