"""Any Airbyte Python source."""
