"""Before a feed is loaded: can it be, and what would come."""
