"""CallRail's API v3 for one account of the economy."""
