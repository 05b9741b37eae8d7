"""People, companies, catalogue and sales: what happened, before any source system saw it."""
