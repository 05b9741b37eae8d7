"""CallRail accounts."""
